"""A real Chromium that looks after the rules every page must keep."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MILLISECONDS = 60_000  # for what takes a moment on a good machine and longer on two busy cores
# What Chromium says by itself about an answer that is not 2xx, or none: pages may get such answers.
NO_ANSWER = ("Failed to load resource", "An unknown error occurred when fetching the script.")
# What Playwright says on the page's console where a test keeps service workers out.
NO_WORKERS = "Service Worker registration blocked by Playwright"


@dataclass
class Watch:
    """What pages did that none may do: console errors, broken policies, requests to other servers."""

    hosts: frozenset[str]
    problems: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Watch a page from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        expected = message.text.startswith((*NO_ANSWER, NO_WORKERS))
        if message.type in ("error", "warning") and not expected:
            self.problems.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https") and address.netloc not in self.hosts:
            self.problems.append(f"third party: {request.url}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium that talks to nobody by itself."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def watched_context(
    browser: Browser,
    hosts: frozenset[str],
    *,
    width: int = 1280,
    height: int = 900,
    scheme: str = "light",
    locale: str = "en-GB",
    workers: bool = True,
    touch: bool = False,
) -> Iterator[BrowserContext]:
    """A browser context of its own; at the end, its pages must have broken no rule.

    `workers` says whether pages may install service workers: those ask past a home in memory; `touch` whether
    there are fingers instead of a mouse.
    """
    watch = Watch(hosts)
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        locale=locale,
        service_workers="allow" if workers else "block",
        has_touch=touch,
    )
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    context.on("page", watch.follow)
    yield context
    context.close()
    assert not watch.problems, "\n".join(watch.problems)


# Names on photos are shortened there: they stand beside the photo in full.
_CUT_OFF = """() => {
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const holder = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim()) continue;
    if (holder.closest(".visually-hidden, .skip-link, .photo-marks, noscript")) continue;
    if (!holder.checkVisibility({ visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    const box = holder.closest("button, .badge, .result, .notice, .card")?.getBoundingClientRect();
    for (const line of range.getClientRects()) {
      const outside = line.left < -1 || line.right > innerWidth + 1;
      const over = box && (line.left < box.left - 1 || line.right > box.right + 1
        || line.top < box.top - 1 || line.bottom > box.bottom + 1);
      if (outside || over) found.push(texts.currentNode.data);
    }
    if (getComputedStyle(holder).overflowX !== "visible" && holder.scrollWidth > holder.clientWidth + 1) {
      found.push(texts.currentNode.data);
    }
  }
  return found;
}"""


def cut_off(page: Page) -> list[str]:
    """Texts that stick out of the window, or out of the button, badge, card or message that they stand in."""
    found: list[str] = page.evaluate(_CUT_OFF)
    return found


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    wider: int = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wider


# To wait would not do: a transition that turns back, or whose element goes, is an AbortError, and one inside
# of a closed <details> never ends by itself.
_FINISH = """() => {
  for (const moving of document.getAnimations()) {
    if (Number.isFinite(moving.effect.getComputedTiming().endTime)) moving.finish();
  }
}"""


def finish_motion(page: Page) -> None:
    """Bring whatever moves to its end, except what moves for ever."""
    page.evaluate(_FINISH)
