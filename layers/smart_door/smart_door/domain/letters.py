"""The words of the e-mail that invites somebody into the household, as Cognito sends it: HTML.

Cognito puts user name and password in the places of its placeholders, and sends its own bare text where one
of them is missing. Subject and message may hold letters, marks, symbols, numbers, punctuation and spaces
only. Source: "Custom message Lambda trigger" of the Cognito developer guide; EmailMessage and EmailSubject of
VerificationMessageTemplateType in the API reference, whose lengths are MESSAGE_LIMIT and SUBJECT_LIMIT.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

SUBJECT_LIMIT = 140
MESSAGE_LIMIT = 20_000
_ALLOWED = frozenset("LMSNP")
_NAMES_LIMIT = 2_000  # of a home with very many doors, so that the whole stays within both limits
_LEFT_OUT = "…"


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail: `subject` is plain text, `message` is HTML."""

    subject: str
    message: str


def household_invitation(
    door_names: Sequence[str], page: str | None, username: str, password: str, days: int
) -> Letter:
    """To somebody who may log in from now on.

    `page` is the owner page's address, None where it cannot be told. `username` and `password` are Cognito's
    placeholders; the password is good for so many days.
    """
    home = _home(door_names)
    paragraphs = (
        "Hello,",
        f"somebody invites you to their household. Its Smart Door (<b>{_safe(home)}</b>) says who is there.",
        _where(page),
        f"User name: {username}<br>First password: {password}",
        "Your e-mail address does as a user name, too. You choose a password of your own at the first login.",
        f"The first password is good for {_days(days)}. After that, ask for a new invitation.",
        "On a phone, put the page on the home screen: in the browser's menu, choose Add to Home Screen.",
        "If you do not know whose home this is, do nothing.",
    )
    return Letter(_subject(home), "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs))


def owner_page(site_url: str) -> str:
    """The owner page's address."""
    return f"{site_url}/owner/"


def _home(door_names: Sequence[str]) -> str:
    """What the home is called: by its doors, without what Cognito does not take."""
    names = " ".join(", ".join(door_names).split())
    return _cut("".join(char for char in names if char == " " or _is_allowed(char)), _NAMES_LIMIT)


def _is_allowed(char: str) -> bool:
    return unicodedata.category(char)[0] in _ALLOWED


def _subject(home: str) -> str:
    plain = home.replace("{", "(").replace("}", ")")  # a name must not look like a placeholder
    return _cut(f"Your invitation to Smart Door: {plain}", SUBJECT_LIMIT)


def _where(page: str | None) -> str:
    if page is None:
        return "Ask whoever invited you for the address of the page to log in at."
    return f'Log in at <a href="{_safe(page)}">{_safe(page)}</a>'


def _safe(text: str) -> str:
    return escape(text).replace("{", "&#123;").replace("}", "&#125;")


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - len(_LEFT_OUT)].rstrip() + _LEFT_OUT
