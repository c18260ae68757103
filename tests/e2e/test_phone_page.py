"""The phone page: every text message, newest first."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.home_double import SITE, HomeDouble


def message(text: str, second: int) -> dict[str, str]:
    """A text message of some second of a minute."""
    return {"to": "+15555550123", "text": text, "sent_at": f"2026-11-21T10:00:{second:02d}Z"}


def test_messages_appear_newest_first(page: Page, home: HomeDouble) -> None:
    """What arrives while the page is open goes on top."""
    home.messages.append(message("the first", 1))
    page.goto(f"{SITE}/phone/")
    texts = page.get_by_role("listitem")
    expect(texts).to_have_count(1)

    home.messages.append(message("the second", 2))

    expect(texts).to_have_count(2)
    expect(texts.nth(0)).to_contain_text("the second")
    expect(texts.nth(0)).to_contain_text("+15555550123")


def test_only_links_to_this_home_can_be_followed(page: Page, home: HomeDouble) -> None:
    """A link of this site is a link; other addresses and markup stay text."""
    home.messages.append(
        message(f"<b>go</b> {SITE}/door/?door=front. Or https://elsewhere.test/ javascript:alert(1)", 1)
    )
    page.goto(f"{SITE}/phone/")

    expect(page.get_by_role("listitem")).to_contain_text("<b>go</b>")
    expect(page.get_by_role("link")).to_have_count(1)
    expect(page.get_by_role("link")).to_have_attribute("href", f"{SITE}/door/?door=front")


def test_an_e_mail_shows_its_subject_and_its_lines(page: Page, home: HomeDouble) -> None:
    """The subject above, as text; only what leads to this home is a link."""
    letter = message(f"Hello,\n\nLog in at {SITE}/owner/\n\nhttps://elsewhere.test/", 1)
    home.messages.append(letter | {"to": "ann@example.com", "subject": "<i>Front</i> door"})
    page.goto(f"{SITE}/phone/")

    item = page.get_by_role("listitem")
    expect(item).to_contain_text("ann@example.com")
    expect(item.get_by_role("strong")).to_have_text("<i>Front</i> door")
    expect(page.get_by_role("link")).to_have_count(1)
    expect(page.get_by_role("link")).to_have_attribute("href", f"{SITE}/owner/")
