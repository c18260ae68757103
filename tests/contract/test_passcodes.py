"""Passcodes, in memory and in DynamoDB: one redemption, counted tries, under real concurrency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from smart_door.adapters.passcodes_dynamodb import DynamoDbPasscodes
from smart_door.domain.errors import PasscodeTakenError
from smart_door.domain.passcodes import REDEMPTION_SECONDS, Passcode
from smart_door.domain.ports import Passcodes
from smart_door.domain.refusals import (
    PasscodeExpiredError,
    PasscodeUsedError,
    PasscodeWrongError,
    TooManyTriesError,
)
from tests.contract.conftest import Aws, Race, Tables
from tests.fakes import InMemoryPasscodes

NOW = 1795221531.005
DIGEST = "ab" * 32
RunRace = Callable[[Sequence[Callable[[], object]]], Race]


@pytest.fixture(params=["fake", "dynamodb"])
def passcodes(request: pytest.FixtureRequest) -> Passcodes:
    """The port's two fulfilments."""
    if request.param == "fake":
        return InMemoryPasscodes()
    aws: Aws = request.getfixturevalue("aws")
    tables: Tables = request.getfixturevalue("tables")
    return DynamoDbPasscodes(aws.client("dynamodb", max_pool_connections=16), tables.passcodes)


@pytest.fixture
def passcode(door_id: str) -> Passcode:
    """A passcode that is valid for five minutes from NOW."""
    return Passcode(door_id, DIGEST, "01VISIT", "visitor-1", expires_at=NOW + 300, code_number=3)


class TestRedeem:
    """`redeem`: one write that is the whole decision."""

    def test_returns_the_passcode_as_it_is_now(self, passcodes: Passcodes, passcode: Passcode) -> None:
        """Given a passcode, when it is redeemed, then it comes back exactly, with the time of its use."""
        passcodes.add(passcode, NOW)
        redeemed = passcodes.redeem(passcode.door_id, DIGEST, NOW + 1.5, None)
        assert redeemed == replace(passcode, used_at=NOW + 1.5)

    def test_opens_once(self, passcodes: Passcodes, passcode: Passcode) -> None:
        """Given a redeemed passcode, when it is redeemed again, then it is used."""
        passcodes.add(passcode, NOW)
        passcodes.redeem(passcode.door_id, DIGEST, NOW + 1, None)
        with pytest.raises(PasscodeUsedError):
            passcodes.redeem(passcode.door_id, DIGEST, NOW + 2, None)

    def test_of_many_at_once_one_wins(self, passcodes: Passcodes, passcode: Passcode, race: RunRace) -> None:
        """Given a passcode, when sixteen redeem it at the same moment, then exactly one succeeds."""
        passcodes.add(passcode, NOW)
        result = race([lambda: passcodes.redeem(passcode.door_id, DIGEST, NOW + 1, "01VISIT")] * 16)
        assert len(result.returned) == 1
        assert [type(error) for error in result.raised] == [PasscodeUsedError] * 15

    def test_unknown_digest_is_wrong(self, passcodes: Passcodes, passcode: Passcode) -> None:
        """Given a passcode, when other digits are tried, then they are wrong and the passcode still works."""
        passcodes.add(passcode, NOW)
        with pytest.raises(PasscodeWrongError):
            passcodes.redeem(passcode.door_id, "cd" * 32, NOW, None)
        assert passcodes.redeem(passcode.door_id, DIGEST, NOW, None).used_at == NOW

    def test_at_another_door_it_is_wrong(self, passcodes: Passcodes, passcode: Passcode) -> None:
        """Given a passcode of one door, when it is tried at another, then it is a wrong one there."""
        passcodes.add(passcode, NOW)
        with pytest.raises(PasscodeWrongError):
            passcodes.redeem(f"{passcode.door_id}-back", DIGEST, NOW, None)

    def test_of_another_visit_it_is_wrong(self, passcodes: Passcodes, passcode: Passcode) -> None:
        """Given a passcode of one visit, when another visit's page sends it, then it is wrong but works."""
        passcodes.add(passcode, NOW)
        with pytest.raises(PasscodeWrongError):
            passcodes.redeem(passcode.door_id, DIGEST, NOW, "01OTHER")
        assert passcodes.redeem(passcode.door_id, DIGEST, NOW, "01VISIT").used_at == NOW

    def test_expires_although_it_is_still_stored(self, passcodes: Passcodes, passcode: Passcode) -> None:
        """Given a passcode that TTL has not removed, when its time is over, then it is expired."""
        passcodes.add(passcode, NOW)
        with pytest.raises(PasscodeExpiredError):
            passcodes.redeem(passcode.door_id, DIGEST, passcode.expires_at, None)

    def test_used_comes_before_expired(self, passcodes: Passcodes, passcode: Passcode) -> None:
        """Given a finished passcode, when it is tried after its time, then it says used."""
        passcodes.add(passcode, NOW)
        passcodes.redeem(passcode.door_id, DIGEST, NOW, None)
        passcodes.finish(passcode, NOW)
        with pytest.raises(PasscodeUsedError):
            passcodes.redeem(passcode.door_id, DIGEST, NOW + 999, None)

    def test_a_broken_off_redemption_is_taken_up_again(
        self, passcodes: Passcodes, passcode: Passcode
    ) -> None:
        """Given a redemption that never finished, when its lease is over, then once more it opens."""
        passcodes.add(passcode, NOW)
        passcodes.redeem(passcode.door_id, DIGEST, NOW, None)
        later = NOW + REDEMPTION_SECONDS + 1
        assert passcodes.redeem(passcode.door_id, DIGEST, later, None).used_at == later
        with pytest.raises(PasscodeUsedError):
            passcodes.redeem(passcode.door_id, DIGEST, later + 1, None)

    def test_a_broken_off_redemption_is_not_taken_up_after_the_passcodes_time(
        self, passcodes: Passcodes, passcode: Passcode
    ) -> None:
        """Given a redemption that never finished, when the passcode's time is over too, then it says used."""
        passcodes.add(passcode, NOW)
        passcodes.redeem(passcode.door_id, DIGEST, NOW, None)
        with pytest.raises(PasscodeUsedError):
            passcodes.redeem(passcode.door_id, DIGEST, passcode.expires_at + 1, None)

    def test_finished_is_finished(self, passcodes: Passcodes, passcode: Passcode) -> None:
        """Given a finished redemption, when its lease is over, then it is used for good."""
        passcodes.add(passcode, NOW)
        passcodes.redeem(passcode.door_id, DIGEST, NOW, None)
        passcodes.finish(passcode, NOW + 1)
        with pytest.raises(PasscodeUsedError):
            passcodes.redeem(passcode.door_id, DIGEST, NOW + REDEMPTION_SECONDS + 2, None)

    def test_finishing_one_that_is_gone_makes_none(self, passcodes: Passcodes, passcode: Passcode) -> None:
        """Given no such passcode (TTL removed it), when it is finished, then nothing appears."""
        passcodes.finish(passcode, NOW)
        with pytest.raises(PasscodeWrongError):
            passcodes.redeem(passcode.door_id, DIGEST, NOW, None)


class TestAdd:
    """`add`: never over a valid passcode of the same digits."""

    def test_refuses_a_digest_that_is_valid(self, passcodes: Passcodes, passcode: Passcode) -> None:
        """Given a valid passcode, when the same digits are drawn for another visitor, then they are taken."""
        passcodes.add(passcode, NOW)
        with pytest.raises(PasscodeTakenError):
            passcodes.add(replace(passcode, visit_id="01OTHER", visitor_id="visitor-2"), NOW + 299)
        assert passcodes.redeem(passcode.door_id, DIGEST, NOW + 299, None).visitor_id == "visitor-1"

    def test_replaces_an_expired_one(self, passcodes: Passcodes, passcode: Passcode) -> None:
        """Given an expired, used passcode, when the same digits are drawn anew, then the new one works."""
        passcodes.add(passcode, NOW)
        passcodes.redeem(passcode.door_id, DIGEST, NOW + 1, None)
        anew = replace(passcode, visitor_id="visitor-2", expires_at=NOW + 900)
        passcodes.add(anew, NOW + 300)
        assert passcodes.redeem(passcode.door_id, DIGEST, NOW + 301, None).visitor_id == "visitor-2"

    def test_of_many_at_once_one_wins(self, passcodes: Passcodes, passcode: Passcode, race: RunRace) -> None:
        """Given the same digits drawn by sixteen at once, when they store them, then one does."""
        result = race([lambda: passcodes.add(passcode, NOW)] * 16)
        assert len(result.returned) == 1
        assert {type(error) for error in result.raised} == {PasscodeTakenError}


class TestRemove:
    """`of_door` and `remove`: codes go with the visit or the person that they are of."""

    def test_a_door_s_codes_are_listed_and_removed_one_by_one(
        self, passcodes: Passcodes, passcode: Passcode
    ) -> None:
        """Given codes at two doors, used or not, then a door's own are listed; what is removed is wrong."""
        other = replace(passcode, digest="cd" * 32, visit_id="01OTHER")
        for one in (passcode, other, replace(passcode, door_id=f"{passcode.door_id}-back")):
            passcodes.add(one, NOW)
        used = passcodes.redeem(passcode.door_id, DIGEST, NOW + 1, None)
        passcodes.count_try(passcode.door_id, "door", NOW, 60, 3)
        assert sorted(passcodes.of_door(passcode.door_id), key=lambda one: one.visit_id) == [other, used]

        for _ in range(2):
            passcodes.remove(passcode)
        assert list(passcodes.of_door(passcode.door_id)) == [other]
        with pytest.raises(PasscodeWrongError):
            passcodes.redeem(passcode.door_id, DIGEST, NOW + 2, None)


class TestTries:
    """`count_try` and `return_try`: so many in a window, counted before the passcode is looked at."""

    def test_of_many_at_once_the_limit_passes(
        self, passcodes: Passcodes, door_id: str, race: RunRace
    ) -> None:
        """Given no tries yet, when sixteen try at the same moment, then exactly five pass."""
        result = race([lambda: passcodes.count_try(door_id, "door", NOW, 900, 5)] * 16)
        assert len(result.returned) == 5
        assert [type(error) for error in result.raised] == [TooManyTriesError] * 11

    def test_at_the_end_of_a_window_the_limit_passes(
        self, passcodes: Passcodes, door_id: str, race: RunRace
    ) -> None:
        """Given a window that is over, when sixteen try at the same moment, then exactly five pass anew."""
        for _ in range(5):
            passcodes.count_try(door_id, "door", NOW, 900, 5)
        result = race([lambda: passcodes.count_try(door_id, "door", NOW + 900, 900, 5)] * 16)
        assert len(result.returned) == 5

    def test_says_when_to_come_back(self, passcodes: Passcodes, door_id: str) -> None:
        """Given a full window, when one tries again, then the seconds until its end are said, rounded up."""
        passcodes.count_try(door_id, "door", NOW, 900, 1)
        with pytest.raises(TooManyTriesError) as refused:
            passcodes.count_try(door_id, "door", NOW + 100.5, 900, 1)
        assert refused.value.retry_after_seconds == 800

    def test_the_window_begins_with_its_first_try(self, passcodes: Passcodes, door_id: str) -> None:
        """Given tries spread over a window, when it is over, then all of them are forgotten."""
        passcodes.count_try(door_id, "door", NOW, 900, 2)
        passcodes.count_try(door_id, "door", NOW + 899, 900, 2)
        with pytest.raises(TooManyTriesError):
            passcodes.count_try(door_id, "door", NOW + 899.5, 900, 2)
        passcodes.count_try(door_id, "door", NOW + 901, 900, 2)

    def test_scopes_and_doors_are_apart(self, passcodes: Passcodes, door_id: str) -> None:
        """Given a full window of one visit, when others try, then they are let."""
        passcodes.count_try(door_id, "visit#01A", NOW, 900, 1)
        passcodes.count_try(door_id, "visit#01B", NOW, 900, 1)
        passcodes.count_try(door_id, "door", NOW, 900, 1)
        passcodes.count_try(f"{door_id}-back", "visit#01A", NOW, 900, 1)
        with pytest.raises(TooManyTriesError):
            passcodes.count_try(door_id, "visit#01A", NOW, 900, 1)

    def test_a_returned_try_is_free_again(self, passcodes: Passcodes, door_id: str) -> None:
        """Given a full window, when a try is given back, then one more passes and no second."""
        passcodes.count_try(door_id, "door", NOW, 900, 1)
        passcodes.return_try(door_id, "door")
        passcodes.count_try(door_id, "door", NOW, 900, 1)
        with pytest.raises(TooManyTriesError):
            passcodes.count_try(door_id, "door", NOW, 900, 1)

    def test_returning_never_goes_below_zero(self, passcodes: Passcodes, door_id: str) -> None:
        """Given no tries, when some are given back, then no more than the limit pass afterwards."""
        passcodes.return_try(door_id, "door")
        passcodes.count_try(door_id, "door", NOW, 900, 1)
        passcodes.return_try(door_id, "door")
        passcodes.return_try(door_id, "door")
        passcodes.count_try(door_id, "door", NOW, 900, 1)
        with pytest.raises(TooManyTriesError):
            passcodes.count_try(door_id, "door", NOW, 900, 1)


class LostAnswers:
    """A DynamoDB whose first answer to each update gets lost, so that botocore sends the call again."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def update_item(self, **request: Any) -> Any:
        """Both calls arrive, the second one's answer gets back."""
        self._client.update_item(**request)
        return self._client.update_item(**request)


def test_a_redemption_whose_answer_got_lost_is_not_used(aws: Aws, tables: Tables, passcode: Passcode) -> None:
    """Given a lost answer, when the call is repeated, then it knows its own redemption."""
    client = aws.client("dynamodb")
    DynamoDbPasscodes(client, tables.passcodes).add(passcode, NOW)
    losing: Any = LostAnswers(client)
    passcodes = DynamoDbPasscodes(losing, tables.passcodes)
    assert passcodes.redeem(passcode.door_id, DIGEST, NOW, None) == replace(passcode, used_at=NOW)
    with pytest.raises(PasscodeUsedError):
        DynamoDbPasscodes(client, tables.passcodes).redeem(passcode.door_id, DIGEST, NOW, None)
