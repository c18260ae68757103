"""What the pages' files must not hold: inline script or style, somebody else's address, markup from text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.e2e.page_policy import ROOT, content_security_policy

FOLDERS = (ROOT / "static-sites", ROOT / "emulator/phone_page")
SOURCES = sorted(
    path for folder in FOLDERS for path in folder.rglob("*") if path.is_file() and path.suffix != ".png"
)
NAMESPACE = "http://www.w3.org/2000/svg"
MARKUP_FROM_TEXT = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setHTML|DOMParser"
)


def sources(*suffixes: str) -> list[Path]:
    """The pages' files of some kinds."""
    return [path for path in SOURCES if path.suffix in suffixes]


class _Inline(HTMLParser):
    """Collects what a strict policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note style elements, style attributes, event attributes and scripts without a source."""
        names = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name in names if name == "style" or name.startswith("on")]


def test_there_are_pages_to_look_at() -> None:
    """The folders hold the pages, so that the tests below look at something."""
    assert {path.parent.name for path in sources(".html")} == {"owner", "door", "phone_page"}


@pytest.mark.parametrize("path", sources(".html"), ids=lambda path: path.parent.name)
def test_pages_have_no_inline_script_or_style(path: Path) -> None:
    """Scripts and styles are files, so that the policy needs no exception."""
    parser = _Inline()
    parser.feed(path.read_text())
    assert parser.found == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_file_names_another_server(path: Path) -> None:
    """Everything comes from the home itself: no fonts, scripts or pictures of third parties."""
    addresses = re.findall(r"(?:https?:)?//[\w-]+(?:\.[\w-]+)+[^\s\"'`]*", path.read_text())
    assert [address for address in addresses if not address.startswith(NAMESPACE)] == []


@pytest.mark.parametrize("path", sources(".js"), ids=lambda path: path.name)
def test_scripts_make_no_markup_from_text(path: Path) -> None:
    """Text reaches the page as text only."""
    assert MARKUP_FROM_TEXT.findall(path.read_text()) == []


def test_the_policy_allows_the_pages_no_more_than_they_need() -> None:
    """No inline code, no eval, no frames, and pictures from the photos' origin only."""
    policy = content_security_policy("https://photos.test")
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert "unsafe" not in policy
    assert directives["default-src"] in ("'none'", "'self'")
    assert directives["script-src"] == "'self'"
    assert directives["style-src"] == "'self'"
    assert directives["img-src"] == "'self' https://photos.test"
    assert directives["worker-src"] == directives["manifest-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
