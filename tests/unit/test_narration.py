"""How long people wait for a message is measured, and decisions are counted apart."""

from __future__ import annotations

import json

import pytest
from aws_lambda_powertools import Metrics

from smart_door.bootstrap.narration import narrate
from smart_door.domain.errors import FragmentNotReadyError
from tests.fakes.home import Home, Person


def waited(home: Home, event: str) -> list[object]:
    """The milliseconds from seen to notified of each such event."""
    return [details["seen_to_notified_ms"] for told, details in home.log if told == event]


@pytest.mark.parametrize(
    ("person", "event"),
    [
        (Person("ada"), "owner asked"),
        (Person("grace", visitor_id="v1"), "passcode sent"),
        (Person("eve", visitor_id="v2"), "owner warned"),
    ],
    ids=["stranger", "visitor", "blocked"],
)
def test_the_time_from_seen_to_notified_is_told(home: Home, person: Person, event: str) -> None:
    """From the first frame with the person until the message is on its way, also where that took a while."""
    home.knows("v1")
    home.knows("v2", blocked=True)
    record = home.record(0, person)
    home.now = record.seen_at + 1.25
    home.sees(record)

    assert waited(home, event) == [1250]


def test_a_message_that_had_to_be_tried_again_took_longer(home: Home) -> None:
    """The clock runs from the first frame, not from the last try."""
    home.fragments.not_ready.add(f"{0:020}")
    for at in (0, 1, 2, 3):
        record = home.record(at, Person("ada"))
        home.now = record.seen_at + 0.5
        if at == 0:
            with pytest.raises(FragmentNotReadyError):
                home.sees(record)
        else:
            home.sees(record)

    assert waited(home, "owner asked") == [1500]


def test_an_event_becomes_a_line_and_a_count(capsys: pytest.CaptureFixture[str]) -> None:
    """Approved and denied are counted apart; a duration is a metric of its own."""
    narrate("visit decided", decision="denied", door_id="front", visitor_id=None)
    narrate("owner asked", door_id="front", seen_to_notified_ms=1500)
    Metrics().flush_metrics()

    decided, asked = (json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line)
    assert (decided["VisitsDecided"], decided["decision"]) == ([1.0], "denied")
    assert decided["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["decision", "service"]]
    assert (asked["OwnerAsked"], asked["SeenToNotified"]) == ([1.0], [1500.0])
    assert "door_id" not in decided.keys() | asked.keys()
