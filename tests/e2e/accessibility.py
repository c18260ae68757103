"""axe-core, run inside a page: what it finds is a failure, with the element and what to do."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

from tests.e2e.browser import finish_motion

# Everything that axe-core knows: WCAG 2.2 A and AA and its own best practices.
_RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map((rule) => ({
  rule: rule.id, help: rule.help, elements: rule.nodes.map((node) => node.failureSummary + " " + node.html),
}))"""


@cache
def _axe_core() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text()


def violations(page: Page) -> list[dict[str, Any]]:
    """Each broken rule with the elements that break it; empty is what we want.

    Whatever is still moving is at its end first, since axe-core measures colours as they are at that moment.
    """
    finish_motion(page)
    if page.evaluate("() => typeof axe === 'undefined'"):
        page.evaluate(_axe_core())
    found: list[dict[str, Any]] = page.evaluate(_RUN)
    return found
