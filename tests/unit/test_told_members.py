"""Who of the household is told about what: beside the owner's phone, and never instead of it."""

from __future__ import annotations

import pytest

from smart_door.domain.household import About, Contact, Role
from smart_door.domain.refusals import (
    HomePhoneError,
    InvalidRequestError,
    MemberNotFoundError,
    PhoneNumberError,
    PhoneOptedOutError,
)
from smart_door.domain.settings import Settings
from tests.fakes.home import OWNER_PHONE, Home, Person

ANN, BOB = "+15555550111", "+15555550122"


def tells(home: Home, *contacts: Contact, asks: bool = True) -> None:
    """The household's contacts."""
    home.settings.stored = Settings(contacts=contacts, ask_about_strangers=asks)


def contact(member_id: str, phone: str, *about: About) -> Contact:
    """Somebody who is told about these."""
    return Contact(member_id, phone, frozenset(about))


def told(home: Home) -> list[str]:
    """The members' phones that rang."""
    return [phone for phone, _ in home.messages.to_visitors]


@pytest.fixture
def ann(home: Home) -> str:
    """The id of a member."""
    home.household.invite("owner@example.com", Role.OWNER)
    return home.household.invite("ann@example.com", Role.MEMBER).member_id


def test_each_member_gets_what_concerns_them(home: Home) -> None:
    """Given two members with different wishes, when a stranger comes, then one has the owner's text."""
    tells(home, contact("ann", ANN, About.STRANGER), contact("bob", BOB, About.BLOCKED))
    home.watches(0, 2, Person("ada"))

    assert home.messages.to_visitors == [(ANN, home.messages.to_owner[0])]


def test_a_warning_and_a_code_that_did_not_go_have_readers_of_their_own(home: Home) -> None:
    """Given somebody blocked, and later somebody whose phone is dead, then each is told to who wants it."""
    tells(home, contact("ann", ANN, About.UNREACHABLE), contact("bob", BOB, About.BLOCKED))
    home.knows("v1", "Mallory", blocked=True)
    home.watches(0, 2, Person("mallory", visitor_id="v1"))
    assert told(home) == [BOB]

    home.knows("v2", "Grace")
    home.messages.unreachable.add(home.visitors.get("v2").phone)
    home.watches(1000, 1002, Person("grace", visitor_id="v2"))
    assert told(home) == [BOB, ANN]


def test_a_phone_of_two_members_rings_once(home: Home) -> None:
    """Given a shared number, when a stranger comes, then one message goes there."""
    tells(home, contact("ann", ANN, About.STRANGER), contact("bob", ANN, About.STRANGER, About.BLOCKED))
    home.watches(0, 2, Person("ada"))

    assert told(home) == [ANN]


def test_where_no_phone_rings_no_member_s_does(home: Home) -> None:
    """Given a household that wants no questions, when a stranger comes, then members hear nothing either."""
    tells(home, contact("ann", ANN, *About), asks=False)
    home.watches(0, 2, Person("ada"))

    assert home.messages.count == 0


def test_a_member_s_dead_phone_holds_nobody_up(home: Home) -> None:
    """Given a number that texts do not reach, then the others are told once, and the log has no number."""
    tells(home, contact("ann", ANN, About.STRANGER), contact("bob", BOB, About.STRANGER))
    home.messages.unreachable.add(ANN)
    home.watches(0, 3, Person("ada"))

    assert (len(home.messages.to_owner), told(home)) == (1, [BOB])
    assert home.told("member not told") == 1
    assert ANN not in repr(home.log)


def test_members_are_not_told_what_the_owner_was_not(home: Home) -> None:
    """Given a message that fails, when the record comes again, then everybody has it once."""
    tells(home, contact("ann", ANN, About.STRANGER))
    home.messages.failures = 1
    record = home.record(0, Person("ada"))
    with pytest.raises(Exception, match="MessageNotSentError"):
        home.sees(record)
    assert home.messages.count == 0

    home.sees(record)
    assert (len(home.messages.to_owner), told(home)) == (1, [ANN])


def test_a_number_is_tidied_and_kept_without_wishes(home: Home, ann: str) -> None:
    """Given a number as people write it, then it is kept in E.164, and wishes may come later, or go."""
    kept = home.manage_household.tell(ann, " +1 (555) 555-0111 ", None).contact
    assert kept == contact(ann, ANN)
    assert home.manage_household.tell(ann, None, [About.BLOCKED]).contact == contact(ann, ANN, About.BLOCKED)
    assert home.manage_household.tell(ann, None, []).contact == contact(ann, ANN)
    assert home.manage_household.tell(ann, " ", []).contact is None


def test_wishes_need_a_number(home: Home, ann: str) -> None:
    """Given none, when somebody is to be told, then that is asked for; taking it away asks as well."""
    with pytest.raises(InvalidRequestError):
        home.manage_household.tell(ann, None, [About.STRANGER])
    home.manage_household.tell(ann, ANN, [About.STRANGER])
    with pytest.raises(InvalidRequestError):
        home.manage_household.tell(ann, "", [About.STRANGER])
    assert home.manage_household.contact(ann) == contact(ann, ANN, About.STRANGER)


def test_numbers_that_cannot_be_told_are_refused(home: Home, ann: str) -> None:
    """No number at all, the home's own, and one that answered STOP."""
    home.messages.opted_out.add(BOB)
    refusals = [("555 0123", PhoneNumberError), (OWNER_PHONE, HomePhoneError), (BOB, PhoneOptedOutError)]
    for phone, error in refusals:
        with pytest.raises(error):
            home.manage_household.tell(ann, phone, [About.STRANGER])
    assert home.settings.stored.contacts == ()


def test_who_leaves_is_told_nothing_any_more(home: Home, ann: str) -> None:
    """Given a member with a number, when they are removed, then it is not kept, and no login adds another."""
    home.manage_household.tell(ann, ANN, [About.STRANGER])
    home.manage_household.remove(ann)

    assert home.settings.stored.contacts == ()
    with pytest.raises(MemberNotFoundError):
        home.manage_household.tell(ann, ANN, [About.STRANGER])


def test_the_settings_keep_the_contacts(home: Home, ann: str) -> None:
    """Given a contact and a setting that are changed at the same time, then both stand."""
    replace, others = home.settings.replace, [Settings(warn_about_blocked=False)]

    def after_somebody_else(settings: Settings) -> Settings:
        if others:
            replace(others.pop())
        return replace(settings)

    home.settings.replace = after_somebody_else  # type: ignore[method-assign]  # the race, once
    home.manage_household.tell(ann, ANN, [About.STRANGER])

    assert home.settings.stored.phones(About.STRANGER) == [ANN]
    assert home.settings.stored.warn_about_blocked is False
