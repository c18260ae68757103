"""What the functions count: each handler runs over fakes, its metrics are read as CloudWatch reads them."""

from __future__ import annotations

import base64
import contextlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aws_lambda_powertools import Metrics

from functions.analyze_fragment import app as analyze_fragment
from functions.enroll_face import app as enroll_face
from functions.manage_stream_processor import app as manage_stream_processor
from functions.owner_api import app as owner_api
from functions.process_face_matches import app as process_face_matches
from functions.visitor_api import app as visitor_api
from smart_door import bootstrap
from smart_door.bootstrap import owner
from smart_door.bootstrap.narration import narrate
from smart_door.domain.events import VisitorAdmitted
from smart_door.domain.faces import FaceSearchRecord
from smart_door.domain.fragment_search import FragmentNotification
from smart_door.services.search_fragment import Tally
from tests.fakes.home import DOOR_NAMES, NOW, STREAM_ARN, Home, Person
from tests.unit.lambda_context import FakeContext
from tests.unit.test_enroll_face_function import EVENT, InMemoryIdempotency

CLAIMS = {"authorizer": {"claims": {"email": "owner@example.com", "cognito:groups": "owner"}}}
DECISION = "/api/owner/visits/{door_id}/{visit_id}/decision"

Metric = tuple[str, frozenset[tuple[str, str]]]
"""A metric's name and its dimensions."""


@dataclass
class CountingHome(Home):
    """A home whose use cases tell what happens as they do in Lambda; `units` are those of the metrics."""

    units: dict[str, str] = field(default_factory=dict)

    def narrate(self, event: str, **details: Any) -> None:
        """Log and count."""
        super().narrate(event, **details)
        narrate(event, **details)

    @contextlib.contextmanager
    def counting(self, function: str) -> Iterator[set[Metric]]:
        """The metrics of what is called meanwhile, as if it ran in that function."""
        found: set[Metric] = set()
        with contextlib.redirect_stdout(io.StringIO()) as written:
            yield found
            if Metrics().metric_set:
                Metrics().flush_metrics()
        for line in written.getvalue().splitlines():
            found |= self._metrics(json.loads(line), function) if '"_aws"' in line else set()

    def _metrics(self, line: dict[str, Any], function: str) -> set[Metric]:
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == "SmartDoor"
        found: set[Metric] = set()
        for metric in directive["Metrics"]:
            self.units[metric["Name"]] = metric["Unit"]
            for names in directive["Dimensions"]:
                dimensions = {name: line[name] for name in names} | {"service": function}
                found.add((metric["Name"], frozenset(dimensions.items())))
        return found


def count_everything(home: CountingHome, patch: pytest.MonkeyPatch) -> dict[str, set[Metric]]:
    """Every metric of every function that has any, by function."""
    _wire(home, patch)
    found: dict[str, set[Metric]] = {}
    steps: dict[str, Callable[[], None]] = {
        "process_face_matches": lambda: _people_come(home, patch),
        "owner_api": lambda: _owner_decides(home),
        "visitor_api": lambda: _codes_are_typed(home),
        "enroll_face": lambda: _face_is_enrolled(home),
        "analyze_fragment": lambda: _fragment_is_searched(patch),
        "manage_stream_processor": lambda: _processor_is_watched(patch),
    }
    for function, step in steps.items():
        with home.counting(function) as counted:
            step()
        found[function] = counted
    return found


def _wire(home: CountingHome, patch: pytest.MonkeyPatch) -> None:
    receive = home.receive_visitors
    done, searched = InMemoryIdempotency(), InMemoryIdempotency()
    patch.setattr(bootstrap, "receive_visitors", lambda: receive)
    patch.setattr(owner, "show_home", lambda: home.show_home)
    patch.setattr(owner, "decide_visit", lambda: home.decide_visit)
    patch.setattr(bootstrap, "admit_visitor", lambda: home.admit_visitor)
    patch.setattr(bootstrap, "door_names", lambda: DOOR_NAMES)
    patch.setattr(bootstrap, "enroll_face", lambda: home.enroll_face)
    patch.setattr(bootstrap, "idempotency_store", lambda: done)
    patch.setattr(bootstrap, "fragment_idempotency_store", lambda: searched)


def _people_come(home: CountingHome, patch: pytest.MonkeyPatch) -> None:
    """Two strangers one after the other, a visitor, a blocked one, and somebody without a picture."""
    home.knows("v1")
    home.knows("v2", blocked=True)
    home.fragments.gone.add(f"{300:020}")
    records = [
        home.record(0, Person("ada")),
        home.record(60, Person("joan")),
        home.record(120, Person("grace", visitor_id="v1")),
        home.record(180, Person("eve", visitor_id="v2")),
        home.record(300, Person("mary")),
    ]

    class Records:
        def parse(self, data: bytes) -> FaceSearchRecord:
            return records[int(data)]

    patch.setattr(bootstrap, "records", Records)
    for number, record in enumerate(records):
        home.now = record.seen_at + 2
        kinesis = {"data": base64.b64encode(str(number).encode()).decode(), "sequenceNumber": str(number)}
        process_face_matches.handler({"Records": [{"kinesis": kinesis}]}, FakeContext())
    home.now = NOW + 70


def _owner_decides(home: CountingHome) -> None:
    ada, joan = sorted(home.visits.everything, key=lambda visit: visit.visit_id)[:2]
    approval = {"decision": "approve", "name": "Ada", "phone": "+15555550123"}
    for visit, body in ((ada, approval), (joan, {"decision": "deny"})):
        event = {
            "httpMethod": "POST",
            "resource": DECISION,
            "pathParameters": {"door_id": visit.door_id, "visit_id": visit.visit_id},
            "body": json.dumps(body),
            "requestContext": CLAIMS,
        }
        assert owner_api.handler(event, FakeContext())["statusCode"] == 200


def _codes_are_typed(home: CountingHome) -> None:
    for passcode, status in (("0000000", 403), (home.code(), 200)):
        event = {"body": json.dumps({"door_id": "front", "passcode": passcode})}
        assert visitor_api.handler(event, FakeContext())["statusCode"] == status


def _face_is_enrolled(home: CountingHome) -> None:
    admitted: VisitorAdmitted = home.events.published[0]
    ids = {"visit_id": admitted.visit_id, "visitor_id": admitted.visitor_id}
    enroll_face.handler({"detail": {**EVENT["detail"], **ids}}, FakeContext())  # type: ignore[dict-item] # of texts


def _fragment_is_searched(patch: pytest.MonkeyPatch) -> None:
    class Notifications:
        def parse(self, message: str) -> FragmentNotification:
            return FragmentNotification("front", STREAM_ARN, message, NOW, NOW)

    def search(notification: FragmentNotification, tally: Tally) -> None:
        tally.looks, tally.searches = 2, 1

    patch.setattr(bootstrap, "notifications", Notifications)
    patch.setattr(bootstrap, "search_fragment", lambda: search)
    analyze_fragment.handler({"Records": [{"Sns": {"Message": "1"}}]}, FakeContext())


def _processor_is_watched(patch: pytest.MonkeyPatch) -> None:
    class Processor:
        def watch(self, name: str) -> str:
            return "STOPPED"

    patch.setattr(manage_stream_processor, "run_stream_processor", Processor)
    manage_stream_processor.handler({"RequestType": "Watch", "Name": "smart-door-front"}, FakeContext())
