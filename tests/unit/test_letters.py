"""The words of the e-mail that invites somebody into the household."""

from __future__ import annotations

import unicodedata
from html.parser import HTMLParser

import pytest

from smart_door.domain.letters import MESSAGE_LIMIT, SUBJECT_LIMIT, household_invitation, owner_page

USERNAME, PASSWORD = "{username}", "{####}"
PAGE = "https://door.example/owner/"
HOSTILE = """Tom & Ann's "Back" <door>"""


class Reader(HTMLParser):
    """Tags, addresses and text of a message."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str | None] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.add(tag)
        self.addresses += [value for _, value in attrs]

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def test_it_says_whose_home_where_and_with_what() -> None:
    """The door, the page as a link, user name, password, how long, and the home screen."""
    letter = household_invitation(["Front door"], PAGE, USERNAME, PASSWORD, 7)
    read = Reader(letter.message)

    assert letter.subject == "Your invitation to Smart Door: Front door"
    assert read.addresses == [PAGE]
    for words in (
        "Front door",
        f"Log in at {PAGE}",
        "e-mail address",
        "password of your own",
        "7 days",
        "home screen",
    ):
        assert words in read.text
    assert f"User name: {USERNAME}<br>" in letter.message
    assert f"First password: {PASSWORD}</p>" in letter.message, "nothing stands right behind a password"
    assert (letter.message.count(USERNAME), letter.message.count(PASSWORD)) == (1, 1)


def test_without_the_address_it_says_whom_to_ask() -> None:
    """The password arrives all the same."""
    letter = household_invitation(["Front door"], None, USERNAME, PASSWORD, 1)

    assert "<a" not in letter.message
    assert "Ask whoever invited you for the address" in letter.message
    assert "good for 1 day." in letter.message
    assert PASSWORD in letter.message


def test_names_are_text_and_never_markup() -> None:
    """Whatever the doors are called."""
    letter = household_invitation([HOSTILE, "Gate"], f"{PAGE}?a=1&b='\"", USERNAME, PASSWORD, 7)
    read = Reader(letter.message)

    assert read.tags == {"p", "b", "br", "a"}
    assert f"{HOSTILE}, Gate" in read.text
    assert read.addresses == [f"{PAGE}?a=1&b='\""]
    assert letter.subject.endswith(f"{HOSTILE}, Gate")


def test_a_name_that_looks_like_a_placeholder_is_none() -> None:
    """The password is in its one place, and not in the subject."""
    letter = household_invitation(["{####} {username}"], PAGE, USERNAME, PASSWORD, 7)

    assert (letter.message.count(USERNAME), letter.message.count(PASSWORD)) == (1, 1)
    assert "{####} {username}" in Reader(letter.message).text.partition("User name")[0]
    assert "{" not in letter.subject


@pytest.mark.parametrize("names", [["F" * 40], ["<" * 40] * 500, ["Front\x00\u200d\u202e\ndoor 🚪"]])
def test_cognito_takes_it(names: list[str]) -> None:
    """Within its lengths, and with no other characters than it allows."""
    letter = household_invitation(names, PAGE, USERNAME, PASSWORD, 365)

    assert 0 < len(letter.subject) <= SUBJECT_LIMIT
    assert len(letter.message) <= MESSAGE_LIMIT
    for char in letter.subject + letter.message:
        assert char.isspace() or unicodedata.category(char)[0] in "LMSNP"
    assert "\n" not in letter.subject


def test_the_page_is_the_owner_page() -> None:
    """Below where the pages are."""
    assert owner_page("https://door.example") == PAGE
