"""Answers that are on their way for long: given at once, and in a page's hands when a test says so."""

from __future__ import annotations

from playwright.sync_api import Page

_HOLD = """([method, part]) => {
  const ask = window.fetch;
  window.late = { held: 0 };
  const released = new Promise((resolve) => (window.late.release = resolve));
  window.fetch = async (address, options = {}) => {
    const answer = await ask(address, options);
    const isMeant = (options.method ?? "GET") === method && String(address).includes(part);
    if (!isMeant || window.late.held > 0) return answer;
    window.late.held += 1;
    const { ok, status, headers } = answer;
    const text = await answer.text();
    await released;
    return {
      ...{ ok, status, headers },
      text: async () => text,
      json: async () => JSON.parse(text),
      blob: async () => new Blob([text]),
    };
  };
}"""
# What follows from an answer is done when the page has nothing left to do at once; its clock may be a test's.
_RELEASE = """() => {
  window.late.release();
  const { port1, port2 } = new MessageChannel();
  port1.postMessage("now");
  return new Promise((resolve) => (port2.onmessage = () => resolve()));
}"""
_LOOK = "() => document.dispatchEvent(new Event('visibilitychange'))"


def hold(page: Page, part: str, method: str = "GET") -> None:
    """The next answer from an address with this in it comes late; those after it come as usual."""
    page.evaluate(_HOLD, [method, part])


def held(page: Page) -> None:
    """Wait until that answer is there, and held back."""
    page.wait_for_function("() => window.late.held > 0")


def release(page: Page) -> None:
    """It comes; afterwards the page has done with it what it does."""
    page.evaluate(_RELEASE)


def look(page: Page) -> None:
    """What a page that comes back into sight does: it asks at once."""
    page.evaluate(_LOOK)
