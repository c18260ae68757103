"""The home that is reckoned with: every assumption has a name, a number, and words for the reader."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from pathlib import Path

import yaml

from kvs_producer.motion import Sensitivity
from kvs_producer.selection import MotionOnly
from scripts.costing.rehearsal import Calls, Scene, rehearse

HOURS, DAYS = 730.0, 365 / 12
"""Of a month."""

TEMPLATE = Path(__file__).parent.parent.parent / "template.yaml"
CONDITION_OF = {"fragments": "SearchesFragments", "stream-processor": "RunsStreamProcessor"}


@dataclass(frozen=True)
class Home:
    """How much happens. Seconds, unless the name says otherwise; what is not said is each door's.

    `known_share` of the visits are of people who are recognised. `passers` is how often a day something moves
    that is no visit (a cat, a neighbour), `passer_seconds` how long. Before a face shows, something moves for
    `approach`, and when it is gone for `leave`.
    """

    doors: int = 1
    visits: float = 20.0
    seconds: int = 30
    known_share: float = 0.5
    passers: float = 10.0
    passer_seconds: int = 10
    approach: int = 2
    leave: int = 3
    bitrate_kbit: int = 2000
    frames_per_second: int = 2
    keep_hours: int = 24
    page_minutes: float = 10.0
    live_minutes: float = 2.0

    @property
    def tail(self) -> int:
        """So long fragments are tagged after the last motion."""
        return ceil(Sensitivity().tail_seconds)

    def calls(self, *, known: bool) -> Calls:
        """The paid calls of one visit."""
        scene = Scene(self.approach, self.seconds, self.leave + self.tail, known)
        return rehearse(scene, self.frames_per_second)

    @property
    def passer_calls(self) -> Calls:
        """The paid calls of something that passes by."""
        scene = Scene(before=self.passer_seconds, face=0, after=self.tail)
        return rehearse(scene, self.frames_per_second)

    @property
    def visits_a_month(self) -> float:
        """At one door."""
        return self.visits * DAYS

    @property
    def passers_a_month(self) -> float:
        """At one door."""
        return self.passers * DAYS

    @property
    def tagged_seconds(self) -> float:
        """Of video a month, at one door: what moves, and the tail."""
        visit = self.approach + self.seconds + self.leave + self.tail
        return self.visits_a_month * visit + self.passers_a_month * (self.passer_seconds + self.tail)

    @property
    def motion_seconds(self) -> float:
        """Of video that is sent a month if only motion is, at one door."""
        around = MotionOnly().before_seconds + MotionOnly().after_seconds
        sent = self.tagged_seconds + (self.visits_a_month + self.passers_a_month) * around
        return min(sent, HOURS * 3600)

    @property
    def face_seconds(self) -> float:
        """In which a face is seen a month, at one door."""
        return self.visits_a_month * self.seconds

    def hours_of_a_day(self, times_a_day: float) -> float:
        """In how many hours of a day something happens that happens so often, at any time."""
        return 24 * (1 - float((1 - 1 / 24) ** times_a_day))


@dataclass(frozen=True)
class Standing:
    """What a stack holds whether or not anybody comes: metrics of alarms, dashboards, secrets."""

    alarm_metrics: int
    dashboards: int
    secrets: int

    @classmethod
    def of(cls, mode: str, *, camera_always_sends: bool, template: Path = TEMPLATE) -> Standing:
        """As the template says for a mode."""
        conditions = {None, CONDITION_OF[mode]} | ({"CameraAlwaysSends"} if camera_always_sends else set())
        resources = [
            resource
            for resource in yaml.load(template.read_text(), _Template)["Resources"].values()  # noqa: S506 - safe
            if resource.get("Condition") in conditions
        ]
        types = [resource["Type"] for resource in resources]
        alarms = [resource for resource in resources if resource["Type"] == "AWS::CloudWatch::Alarm"]
        return cls(
            sum(map(_metrics_of, alarms)),
            types.count("AWS::CloudWatch::Dashboard"),
            types.count("AWS::SecretsManager::Secret"),
        )


def _metrics_of(alarm: dict[str, dict[str, list[dict[str, object]]]]) -> int:
    metrics = alarm["Properties"].get("Metrics", [])
    return sum("MetricStat" in metric for metric in metrics) or 1


class _Template(yaml.SafeLoader):
    """Reads a template; what its functions would give does not matter here."""


_Template.add_multi_constructor("!", lambda loader, suffix, node: None)
