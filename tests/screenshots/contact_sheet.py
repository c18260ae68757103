"""One page with all pictures, to look at them: a row a screen, each picture a link to itself."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from tests.screenshots.taking import Picture

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Screens of Smart Door</title>
<style>
  body {{ margin: 2rem; font: 1rem/1.5 system-ui, sans-serif; background: #8a8f8d; color: #fff; }}
  h2 {{ margin: 2rem 0 .5rem; position: sticky; top: 0; background: #8a8f8d; }}
  nav {{ columns: 14rem; }}
  a {{ color: inherit; }}
  ul {{ display: flex; align-items: start; gap: 1rem; padding: 0 0 1rem; overflow-x: auto; list-style: none }}
  img {{ display: block; height: 26rem; width: auto; border-radius: .5rem; }}
</style>
<h1>Screens of Smart Door</h1>
<p>{count} pictures of {screens} screens, in the language {language}.</p>
<nav>{links}</nav>
{rows}
</html>
"""
_ROW = '<section>\n<h2 id="{name}">{name}</h2>\n<ul>{pictures}</ul>\n</section>'
_PICTURE = (
    '<li><a href="{file}"><img src="{file}" alt="{name}" loading="lazy">{width} px, {scheme}{whole}</a></li>'
)


def contact_sheet(pictures: Sequence[Picture], language: str) -> str:
    """The HTML of the page; `pictures` in the order of their screens."""
    rows = [(name, list(group)) for name, group in groupby(pictures, lambda picture: picture.screen)]
    return _PAGE.format(
        count=len(pictures),
        screens=len(rows),
        language=escape(language),
        links="\n".join(f'<a href="#{escape(name)}">{escape(name)}</a><br>' for name, _ in rows),
        rows="\n".join(_row(name, group) for name, group in rows),
    )


def _row(name: str, pictures: Sequence[Picture]) -> str:
    shown = "\n".join(
        _PICTURE.format(
            file=escape(picture.name),
            name=escape(name),
            width=picture.width,
            scheme=picture.scheme,
            whole=", whole" if picture.is_whole else "",
        )
        for picture in pictures
    )
    return _ROW.format(name=escape(name), pictures=shown)
