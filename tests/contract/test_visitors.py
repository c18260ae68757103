"""Visitors, in memory and in DynamoDB: exact round trips and versions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings

from smart_door.adapters.visitors_dynamodb import DynamoDbVisitors
from smart_door.domain.errors import VisitorChangedError, VisitorNotFoundError
from smart_door.domain.ports import Visitors
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


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
        visitors.replace(visitor.with_door("back"))
    assert visitors.get(visitor.visitor_id) == blocked


def test_replacing_does_not_bring_back_one_that_is_gone(visitors: Visitors, visitor: Visitor) -> None:
    """Given a removed visitor, when they are changed, then nothing appears."""
    visitors.add(visitor)
    visitors.remove(visitor.visitor_id)
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
    visitors.remove(visitor.visitor_id)


def test_all_reads_everyone_on_every_page(visitors: Visitors, visitor: Visitor) -> None:
    """Given more than DynamoDB's 1 MB of visitors, when all are read, then everyone is there."""
    many = [replace(visitor, visitor_id=str(uuid4()), face_ids=("f" * 100_000,)) for _ in range(12)]
    for one in many:
        visitors.add(one)
    stored = {one.visitor_id: one for one in visitors.all()}
    assert [stored[one.visitor_id] for one in many] == many
    for one in many:
        visitors.remove(one.visitor_id)
