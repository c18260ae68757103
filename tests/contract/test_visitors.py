"""Visitors, in memory and in DynamoDB: exact round trips and versions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings

from smart_door.adapters.visitors_dynamodb import DynamoDbVisitors
from smart_door.domain.errors import VisitorChangedError
from smart_door.domain.ports import Visitors
from smart_door.domain.refusals import VisitorNotFoundError
from smart_door.domain.visitors import Visitor, VisitorStatus
from tests.contract.conftest import Aws, Race, Tables
from tests.contract.records import NOW, VISITORS
from tests.fakes import InMemoryVisitors

RunRace = Callable[[Sequence[Callable[[], object]]], Race]


@pytest.fixture(params=["fake", "dynamodb"])
def visitors(request: pytest.FixtureRequest) -> Visitors:
    """The port's two fulfilments."""
    if request.param == "fake":
        return InMemoryVisitors()
    aws: Aws = request.getfixturevalue("aws")
    tables: Tables = request.getfixturevalue("tables")
    return DynamoDbVisitors(aws.client("dynamodb", max_pool_connections=16), tables.visitors)


@pytest.fixture
def visitor() -> Visitor:
    """A visitor who was approved just now."""
    return Visitor(
        visitor_id=str(uuid4()),
        name="Grace Hopper",
        phone="+15555550123",
        status=VisitorStatus.APPROVED,
        door_ids=frozenset({"front"}),
        created_at=NOW,
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(visitor=VISITORS)
def test_any_visitor_comes_back_as_stored(visitors: Visitors, visitor: Visitor) -> None:
    """Given any visitor, when they are stored, changed and read, then they equal the one stored, exactly."""
    visitor = replace(visitor, visitor_id=str(uuid4()))  # hypothesis likes to draw the same twice
    visitors.add(visitor)
    assert visitors.get(visitor.visitor_id) == visitor
    changed = visitors.replace(visitor)
    assert visitors.get(visitor.visitor_id) == changed == replace(visitor, version=2)


def test_an_unknown_visitor_is_not_found(visitors: Visitors, visitor: Visitor) -> None:
    """Given no such visitor, when they are read, then they are not found."""
    with pytest.raises(VisitorNotFoundError):
        visitors.get(visitor.visitor_id)


def test_adding_never_overwrites(visitors: Visitors, visitor: Visitor) -> None:
    """Given a visitor, when another of the same id is added, then the first stays."""
    visitors.add(visitor)
    with pytest.raises(VisitorChangedError):
        visitors.add(replace(visitor, name="Somebody Else"))
    assert visitors.get(visitor.visitor_id) == visitor


def test_replacing_refuses_an_old_version(visitors: Visitors, visitor: Visitor) -> None:
    """Given a visitor changed since they were read, when the old reading is changed, then that is refused."""
    visitors.add(visitor)
    blocked = visitors.replace(replace(visitor, status=VisitorStatus.BLOCKED))
    with pytest.raises(VisitorChangedError):
        visitors.replace(replace(visitor, name="Somebody Else"))
    assert visitors.get(visitor.visitor_id) == blocked


def test_replacing_does_not_bring_back_one_that_is_gone(visitors: Visitors, visitor: Visitor) -> None:
    """Given a removed visitor, when they are changed, then nothing appears."""
    visitors.add(visitor)
    visitors.remove(visitor)
    with pytest.raises(VisitorChangedError):
        visitors.replace(visitor)
    with pytest.raises(VisitorNotFoundError):
        visitors.get(visitor.visitor_id)


def test_of_many_changes_at_once_one_wins(
    visitors: Visitors, visitor: Visitor, race: Callable[[Sequence[Callable[[], object]]], Race]
) -> None:
    """Given one reading of a visitor, when sixteen change it at once, then one does."""
    visitors.add(visitor)
    result = race([lambda: visitors.replace(visitor)] * 16)
    assert len(result.returned) == 1
    assert [type(error) for error in result.raised] == [VisitorChangedError] * 15


def test_removing_one_who_is_not_there_is_no_error(visitors: Visitors, visitor: Visitor) -> None:
    """Given no such visitor, when they are removed, then that is that."""
    visitors.remove(visitor)


def test_all_reads_everyone_on_every_page(visitors: Visitors, visitor: Visitor) -> None:
    """Given more than DynamoDB's 1 MB of visitors, when all are read, then everyone is there."""
    many = [replace(visitor, visitor_id=str(uuid4()), face_ids=("f" * 100_000,)) for _ in range(12)]
    for one in many:
        visitors.add(one)
    stored = {one.visitor_id: one for one in visitors.all()}
    assert [stored[one.visitor_id] for one in many] == many
    for one in many:
        visitors.remove(one)


class TestMerging:
    """Two records become one person, all or nothing."""

    @pytest.fixture
    def pair(self, visitors: Visitors, visitor: Visitor) -> tuple[Visitor, Visitor]:
        """Two records on file."""
        other = replace(visitor, visitor_id=str(uuid4()), name="Gracie", face_ids=("face-2",))
        visitors.add(visitor)
        visitors.add(other)
        return visitor, other

    def test_both_ids_lead_to_the_one_person(self, visitors: Visitors, pair: tuple[Visitor, Visitor]) -> None:
        """Given two records, when they are merged, then either id reads the one, and all reads it once."""
        kept, given_up = pair
        merged = visitors.merge(kept.merged_with(given_up), given_up)

        assert merged.version == kept.version + 1
        assert visitors.get(kept.visitor_id) == visitors.get(given_up.visitor_id) == merged
        found = [one for one in visitors.all() if not one.ids.isdisjoint(merged.ids)]
        assert found == [merged]

    def test_ids_that_were_merged_before_follow(
        self, visitors: Visitors, pair: tuple[Visitor, Visitor]
    ) -> None:
        """Given a merged person, when they are merged into a third, then all three ids lead there."""
        first, second = pair
        both = visitors.merge(first.merged_with(second), second)
        third = replace(first, visitor_id=str(uuid4()))
        visitors.add(third)
        merged = visitors.merge(third.merged_with(both), both)

        assert [visitors.get(one.visitor_id) for one in (first, second, third)] == [merged] * 3

    @pytest.mark.parametrize("changed", [0, 1])
    def test_a_change_of_either_in_between_is_not_lost(
        self, visitors: Visitors, pair: tuple[Visitor, Visitor], changed: int
    ) -> None:
        """Given a record that was changed since it was read, when it is merged, then nothing happens."""
        kept, given_up = pair
        blocked = visitors.replace(replace(pair[changed], status=VisitorStatus.BLOCKED))
        with pytest.raises(VisitorChangedError):
            visitors.merge(kept.merged_with(given_up), given_up)
        assert visitors.get(blocked.visitor_id) == blocked
        assert visitors.get(pair[1 - changed].visitor_id) == pair[1 - changed]

    def test_who_is_removed_is_gone_under_all_ids(
        self, visitors: Visitors, pair: tuple[Visitor, Visitor]
    ) -> None:
        """Given a merged person, when they are removed, then neither id finds anybody."""
        kept, given_up = pair
        visitors.remove(visitors.merge(kept.merged_with(given_up), given_up))
        for one in pair:
            with pytest.raises(VisitorNotFoundError):
                visitors.get(one.visitor_id)

    def test_who_was_changed_meanwhile_is_not_removed(self, visitors: Visitors, visitor: Visitor) -> None:
        """Given a visitor changed since they were read, when they are removed, then they stay."""
        visitors.add(visitor)
        changed = visitors.replace(visitor)
        with pytest.raises(VisitorChangedError):
            visitors.remove(visitor)
        assert visitors.get(visitor.visitor_id) == changed
