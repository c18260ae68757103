"""The function enroll_face: one event, once."""

from __future__ import annotations

from typing import Any

import pytest
from aws_lambda_powertools.utilities.idempotency import BasePersistenceLayer
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyItemAlreadyExistsError,
    IdempotencyItemNotFoundError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord

from functions.enroll_face.app import handler
from smart_door import bootstrap
from smart_door.domain.errors import MalformedRecordError, ServiceUnavailableError
from smart_door.domain.events import VisitorAdmitted
from tests.unit.lambda_context import FakeContext

EVENT = {
    "source": "smart-door",
    "detail-type": "VisitorAdmitted",
    "detail": {
        "door_id": "front",
        "visit_id": "01M7XRNABR72TECMQ49PKZ57H6",
        "visitor_id": "v1",
        "admitted_at": "2026-11-21T00:38:51.000Z",
    },
}


class InMemoryIdempotency(BasePersistenceLayer):
    """Powertools' store of results in memory."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # Powertools gives it no types
        self.records: dict[str, DataRecord] = {}

    def _get_record(self, idempotency_key: str) -> DataRecord:
        if idempotency_key not in self.records:
            raise IdempotencyItemNotFoundError
        return self.records[idempotency_key]

    def _put_record(self, data_record: DataRecord) -> None:
        if data_record.idempotency_key in self.records:
            raise IdempotencyItemAlreadyExistsError(old_data_record=self.records[data_record.idempotency_key])
        self.records[data_record.idempotency_key] = data_record

    def _update_record(self, data_record: DataRecord) -> None:
        self.records[data_record.idempotency_key] = data_record

    def _delete_record(self, data_record: DataRecord) -> None:
        del self.records[data_record.idempotency_key]


@pytest.fixture(autouse=True)
def enrolled(monkeypatch: pytest.MonkeyPatch) -> list[VisitorAdmitted]:
    """The events that reached the use case; the first of an unlucky visitor fails."""
    events: list[VisitorAdmitted] = []
    store = InMemoryIdempotency()

    def enroll(event: VisitorAdmitted) -> str:
        events.append(event)
        if event.visitor_id == "unlucky" and len(events) == 1:
            raise ServiceUnavailableError("rekognition", "IndexFaces", "ThrottlingException")
        return "face-1"

    monkeypatch.setattr(bootstrap, "enroll_face", lambda: enroll)
    monkeypatch.setattr(bootstrap, "idempotency_store", lambda: store)
    return events


def with_detail(**changes: Any) -> dict[str, Any]:
    """The event with another detail."""
    return {**EVENT, "detail": {**EVENT["detail"], **changes}}  # type: ignore[dict-item] # it is a dict


def test_an_event_is_enrolled_once_however_often_it_comes(enrolled: list[VisitorAdmitted]) -> None:
    """EventBridge delivers at least once."""
    handler(EVENT, FakeContext())
    handler(EVENT, FakeContext())

    assert enrolled == [VisitorAdmitted("front", "01M7XRNABR72TECMQ49PKZ57H6", "v1", 1_795_221_531.0)]


def test_another_visit_is_another_enrollment(enrolled: list[VisitorAdmitted]) -> None:
    """The visit is the key."""
    handler(EVENT, FakeContext())
    handler(with_detail(visit_id="01M7XRNABR72TECMQ49PKZ57H7"), FakeContext())

    assert len(enrolled) == 2


def test_a_failure_is_tried_again(enrolled: list[VisitorAdmitted]) -> None:
    """It is not remembered as done."""
    event = with_detail(visitor_id="unlucky")
    with pytest.raises(ServiceUnavailableError):
        handler(event, FakeContext())
    handler(event, FakeContext())

    assert len(enrolled) == 2


@pytest.mark.parametrize("name", ["door_id", "visit_id", "visitor_id", "admitted_at"])
def test_a_malformed_event_is_refused_naming_the_field(name: str) -> None:
    """It ends in the queue of failed enrollments."""
    with pytest.raises(MalformedRecordError, match=name):
        handler(with_detail(**{name: None}), FakeContext())
    with pytest.raises(MalformedRecordError):
        handler({}, FakeContext())
    with pytest.raises(MalformedRecordError):
        handler(with_detail(admitted_at="yesterday"), FakeContext())
