"""Passes, in memory and in DynamoDB: each use is one decision, of one among many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from functools import partial
from uuid import uuid4

import pytest

from smart_door.adapters.passcodes_dynamodb import DynamoDbPasscodes
from smart_door.adapters.passes_dynamodb import DynamoDbPasses
from smart_door.domain.errors import PasscodeTakenError
from smart_door.domain.passcodes import REDEMPTION_SECONDS, Passcode
from smart_door.domain.passes import Pass, PassKind, Schedule
from smart_door.domain.ports import Passcodes, Passes
from smart_door.domain.refusals import (
    PasscodeExpiredError,
    PasscodeUsedError,
    PasscodeWrongError,
    PassNotFoundError,
)
from tests.contract.conftest import Aws, Race, Tables
from tests.contract.records import NOW
from tests.fakes import InMemoryPasscodes, InMemoryPasses

RunRace = Callable[[Sequence[Callable[[], object]]], Race]
DIGEST = "d" * 64
RECURRING = Schedule(
    PassKind.RECURRING, datetime(2026, 11, 1), datetime(2026, 12, 31, 23, 59), (1, 3), time(9), time(12, 30)
)


@dataclass
class Codes:
    """Both ports over one table."""

    passcodes: Passcodes
    passes: Passes


@pytest.fixture(params=["fake", "dynamodb"])
def codes(request: pytest.FixtureRequest) -> Codes:
    """The ports' two fulfilments."""
    if request.param == "fake":
        fake = InMemoryPasscodes()
        return Codes(fake, InMemoryPasses(fake))
    aws: Aws = request.getfixturevalue("aws")
    tables: Tables = request.getfixturevalue("tables")
    client = aws.client("dynamodb", max_pool_connections=16)
    return Codes(DynamoDbPasscodes(client, tables.passcodes), DynamoDbPasses(client, tables.passcodes))


@pytest.fixture
def invitation(door_id: str) -> Pass:
    """A pass that was made just now."""
    return Pass(
        door_id=door_id,
        digest=DIGEST,
        pass_id=str(uuid4()),
        visitor_id=str(uuid4()),
        schedule=RECURRING,
        created_at=NOW,
        created_by="owner@example.com",
        expires_at=NOW + 86400,
    )


@pytest.fixture
def stored(codes: Codes, invitation: Pass) -> Pass:
    """The pass, in the table."""
    codes.passes.add(invitation, NOW)
    return invitation


@pytest.mark.parametrize(
    "schedule",
    [
        RECURRING,
        Schedule(PassKind.ONCE, datetime(2026, 11, 24, 9), datetime(2026, 11, 24, 12)),
        Schedule(PassKind.WINDOW, datetime(2026, 11, 27, 15, 30), datetime(2026, 11, 29)),
    ],
    ids=lambda schedule: schedule.kind.value,
)
def test_a_pass_comes_back_as_it_went(codes: Codes, invitation: Pass, schedule: Schedule) -> None:
    """Given any schedule, when the pass is stored, then the list and the typed code find the very same."""
    invitation = replace(invitation, schedule=schedule)
    codes.passes.add(invitation, NOW)

    assert list(codes.passes.of_door(invitation.door_id)) == [invitation]
    assert codes.passcodes.redeem(invitation.door_id, DIGEST, NOW, None) == invitation


def test_the_list_has_no_passcodes_and_no_other_doors(codes: Codes, stored: Pass) -> None:
    """Given a passcode beside it and a pass at another door, then the list has the one."""
    codes.passcodes.add(Passcode(stored.door_id, "e" * 64, "01VISIT", "visitor", NOW + 300), NOW)
    codes.passcodes.count_try(stored.door_id, "door", NOW, 900, 20)
    codes.passes.add(replace(stored, door_id=f"{stored.door_id}-2", pass_id=str(uuid4())), NOW)

    assert list(codes.passes.of_door(stored.door_id)) == [stored]


def test_a_digest_is_one_code(codes: Codes, stored: Pass) -> None:
    """Given a pass, when a pass or passcode of the same digits is made, then it is refused."""
    other = replace(stored, pass_id=str(uuid4()))
    passcode = Passcode(stored.door_id, DIGEST, "01VISIT", "visitor", NOW + 300)
    with pytest.raises(PasscodeTakenError):
        codes.passes.add(other, NOW)
    with pytest.raises(PasscodeTakenError):
        codes.passcodes.add(passcode, NOW)

    codes.passcodes.add(passcode, stored.expires_at)
    assert list(codes.passes.of_door(stored.door_id)) == []


def test_a_pass_is_wrong_where_a_visit_is_named(codes: Codes, stored: Pass) -> None:
    """Given a door page opened for a visit, then the pass is no code of it."""
    with pytest.raises(PasscodeWrongError):
        codes.passcodes.redeem(stored.door_id, DIGEST, NOW, "01VISIT")


def test_each_window_is_used_once(codes: Codes, stored: Pass) -> None:
    """Given a use, when the same window is used again, then that is refused; the next one is not."""
    used = codes.passes.use(stored, "2026-11-24", "01VISIT", NOW)
    assert (used.used_at, used.used_window, used.visit_id) == (NOW, "2026-11-24", "01VISIT")
    codes.passes.finish(used)
    with pytest.raises(PasscodeUsedError):
        codes.passes.use(stored, "2026-11-24", "02VISIT", NOW + REDEMPTION_SECONDS)

    assert codes.passes.use(stored, "2026-11-26", "02VISIT", NOW + 60).visit_id == "02VISIT"


def test_a_use_that_broke_off_is_taken_up_after_half_a_minute(codes: Codes, stored: Pass) -> None:
    """Given a use that was never finished, then it is a lease."""
    codes.passes.use(stored, "once", "01VISIT", NOW)
    with pytest.raises(PasscodeUsedError):
        codes.passes.use(stored, "once", "01VISIT", NOW + REDEMPTION_SECONDS - 1)

    assert codes.passes.use(stored, "once", "01VISIT", NOW + REDEMPTION_SECONDS).used_window == "once"


def test_finishing_a_use_leaves_a_later_one_alone(codes: Codes, stored: Pass) -> None:
    """Given two uses, when the first is finished late, then the second is still a lease."""
    first = codes.passes.use(stored, "2026-11-24", "01VISIT", NOW)
    codes.passes.use(stored, "2026-11-26", "02VISIT", NOW)
    codes.passes.finish(first)

    assert codes.passes.use(stored, "2026-11-26", "02VISIT", NOW + REDEMPTION_SECONDS)


def test_of_many_who_type_at_once_one_comes_in(codes: Codes, stored: Pass, race: RunRace) -> None:
    """Given one window, when sixteen use it at the same moment, then one does."""
    result = race([partial(codes.passes.use, stored, "once", f"{n:02}VISIT", NOW) for n in range(16)])
    assert len(result.returned) == 1
    assert {type(error) for error in result.raised} == {PasscodeUsedError}


def test_a_revoked_pass_is_wrong_and_stays_revoked(codes: Codes, stored: Pass) -> None:
    """Given a revocation, then nothing opens; a second one changes nothing."""
    assert codes.passes.revoke(stored, NOW).revoked_at == NOW
    assert codes.passes.revoke(stored, NOW + 60).revoked_at == NOW
    with pytest.raises(PasscodeWrongError):
        codes.passes.use(stored, "once", "01VISIT", NOW)


def test_a_pass_past_its_end_is_expired_although_it_is_still_stored(codes: Codes, stored: Pass) -> None:
    """Given a pass that TTL has not removed, then it is expired."""
    with pytest.raises(PasscodeExpiredError):
        codes.passes.use(stored, "once", "01VISIT", stored.expires_at)


def test_a_message_is_claimed_by_one_until_it_went(codes: Codes, stored: Pass, race: RunRace) -> None:
    """Given many who would send it, then one may; after a claim lapses another; after it went nobody."""
    won = race([partial(codes.passes.claim, stored, NOW, NOW + 15)] * 8)
    assert len([one for one in won.returned if one is not None]) == 1
    assert codes.passes.claim(stored, NOW + 14, NOW + 29) is None

    again = codes.passes.claim(stored, NOW + 15, NOW + 30)
    assert again == replace(stored, claimed_until=NOW + 30)
    told = codes.passes.told(again, NOW + 16)
    assert told == replace(again, told_at=NOW + 16)
    assert codes.passes.claim(told, NOW + 60, NOW + 75) is None
    assert list(codes.passes.of_door(stored.door_id)) == [told]


def test_no_message_is_of_a_pass_that_is_gone(codes: Codes, stored: Pass) -> None:
    """Given a pass that was removed meanwhile, then it is neither claimed nor comes back."""
    codes.passes.remove(stored)
    assert codes.passes.claim(stored, NOW, NOW + 15) is None
    with pytest.raises(PassNotFoundError):
        codes.passes.told(stored, NOW)
    assert codes.passes.of_door(stored.door_id) == []


def test_a_removed_pass_is_gone(codes: Codes, stored: Pass) -> None:
    """Given a removed pass, then it is wrong, not found, and removing it once more is no error."""
    for _ in range(2):
        codes.passes.remove(stored)
    with pytest.raises(PasscodeWrongError):
        codes.passcodes.redeem(stored.door_id, DIGEST, NOW, None)
    with pytest.raises(PasscodeWrongError):
        codes.passes.use(stored, "once", "01VISIT", NOW)
    with pytest.raises(PassNotFoundError):
        codes.passes.revoke(stored, NOW)
