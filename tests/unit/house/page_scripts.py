"""Reads the pages' scripts as far as tests need it: the texts in them, and what they import."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SITES = Path(__file__).resolve().parents[3] / "static-sites"
LANGUAGES = ("en", "de", "es")
PAGES = ("door", "owner")

_TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|`", re.DOTALL)
_IMPORT = re.compile(r"""from "([^"]+)";""")
_LATER = re.compile(r"""import\("([^"]+)"\)""")
_LINK = re.compile(r"""<(?:link|script)\b[^>]*?(?:href|src)="([^"]+)\"""")


@dataclass(frozen=True)
class Text:
    """A piece of text in a script, and what stands before it."""

    text: str
    before: str


def texts(script: str) -> Iterator[Text]:
    """Every string, and every piece of a template literal, that is not in a comment."""
    at = 0
    while match := _TOKEN.search(script, at):
        at = match.end()
        before = script[max(0, match.start() - 40) : match.start()]
        if match[0] == "`":
            yield from _template(script, at, before)
            at = _end_of_template(script, at)
        elif match[0].startswith('"'):
            yield Text(match[0][1:-1], before)


def _template(script: str, start: int, before: str) -> Iterator[Text]:
    """The pieces of a template literal, and the texts inside its values."""
    inside = script[start : _end_of_template(script, start) - 1]
    position = 0
    while (opening := inside.find("${", position)) >= 0:
        yield Text(inside[position:opening], before)
        position = _end_of_value(inside, opening + 2)
        yield from texts(inside[opening + 2 : position - 1])
    yield Text(inside[position:], before)


def _end_of_template(script: str, at: int) -> int:
    while script[at] != "`":
        at = _end_of_value(script, at + 2) if script.startswith("${", at) else at + 1
    return at + 1


def _end_of_value(script: str, at: int) -> int:
    while script[at] != "}":
        at = _end_of_template(script, at + 1) if script[at] == "`" else at + 1
    return at + 1


def scripts_of(page: str) -> dict[str, str]:
    """A page's own scripts and those of the shared folder that it loads, by address."""
    return {address: text(address) for address in files_of(page) if address.endswith(".js")}


def files_of(page: str) -> set[str]:
    """The addresses of what a page loads: what its HTML links, what its modules import, its words."""
    found = {f"/{page}/i18n/{language}.json" for language in LANGUAGES}
    open_ends = _LINK.findall((SITES / page / "index.html").read_text())
    while open_ends:
        address = open_ends.pop()
        if address in found:
            continue
        found.add(address)
        if address.endswith(".js"):
            names = _IMPORT.findall(text(address)) + _LATER.findall(text(address))
            open_ends += [_resolved(name, address) for name in names]
    return found


def text(address: str) -> str:
    """What stands at an address of the site."""
    return (SITES / address.removeprefix("/")).read_text()


def _resolved(name: str, importer: str) -> str:
    return name if name.startswith("/") else f"{importer.rpartition('/')[0]}/{name.removeprefix('./')}"
