"""What somebody reads of an e-mail's HTML, as plain text: nothing in it can run, load or pretend."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BLOCKS = frozenset({"div", "h1", "h2", "h3", "h4", "li", "ol", "p", "table", "tr", "ul"})
_UNSEEN = frozenset({"head", "script", "style", "title"})


def plain_text(html: str) -> str:
    """The text, its paragraphs apart; a link that shows another text than its address has that behind it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = re.sub(r" ?\n ?", "\n", "".join(reader.pieces))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._links: list[tuple[str, int]] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.pieces.append("\n")
        elif tag in _BLOCKS:
            self.pieces.append("\n\n")
        elif tag in _UNSEEN:
            self._unseen += 1
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.pieces)))

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n\n")
        elif tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "a" and self._links:
            address, begin = self._links.pop()
            if address and address not in "".join(self.pieces[begin:]):
                self.pieces.append(f" ({address})")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(re.sub(r"\s+", " ", data))
