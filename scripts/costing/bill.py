"""The bill of a month, line by line: how many units of what, at which price.

Where a quantity is more than arithmetic, the reason stands beside it. Durations of functions and sizes of
records were measured in the emulator and are rounded up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from scripts.costing.home import DAYS, HOURS, Home, Standing
from scripts.costing.prices import Price, PriceList
from scripts.costing.rehearsal import Calls

VIDEO, RECOGNITION, WAY, WATCHING = "Video", "Recognition", "Records, functions, pages", "Watching"
GROUPS = (VIDEO, RECOGNITION, WAY, WATCHING)
GOAL_GROUPS = (VIDEO, RECOGNITION)
"""What grows with what happens at the door; the goal is about these."""

ANALYZE_SECONDS, PROCESS_SECONDS, API_SECONDS = 0.6, 0.3, 0.05
VIDEO_FUNCTION_GB, SMALL_FUNCTION_GB = 1.5, 0.5
LOG_BYTES = 1500
"""What an invocation writes: its line, its metrics, and Lambda's own three."""

PHOTO_BYTES, PHOTOS_OF_A_VISIT, PHOTO_MONTHS = 150_000, 5, 1.0
METRICS_OF_MOTION, METRICS_OF_VISITS = 4, 15
PAGE_BYTES = 200_000


@dataclass(frozen=True)
class Scenario:
    """How faces are searched, and whether all video is sent or only what moves."""

    mode: str
    send: str

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.mode}, {'only what moves' if self.send == 'motion' else 'always on'}"


SCENARIOS = tuple(
    Scenario(mode, send) for mode in ("fragments", "stream-processor") for send in ("motion", "always")
)


@dataclass(frozen=True)
class Line:
    """So many units of something in a month, of all doors."""

    group: str
    what: str
    quantity: float
    price: Price

    @property
    def usd(self) -> float:
        """What it costs."""
        return self.quantity * self.price.usd


@dataclass(frozen=True)
class Bill:
    """A month of a home in one scenario."""

    scenario: Scenario
    doors: int
    lines: Sequence[Line] = field(default_factory=tuple)

    @property
    def usd(self) -> float:
        """All of it."""
        return sum(line.usd for line in self.lines)

    def of_group(self, *groups: str) -> float:
        """What the lines of some groups cost."""
        return sum(line.usd for line in self.lines if line.group in groups)

    @property
    def goal_usd(self) -> float:
        """Recognition and video, per door."""
        return self.of_group(*GOAL_GROUPS) / self.doors


@dataclass(frozen=True)
class Counted:
    """Calls and visits of a month at one door, however they were found."""

    visits: float
    calls: Calls


def expected(home: Home) -> Counted:
    """What the rules of attention make of the home's visits."""
    known, stranger, passer = home.calls(known=True), home.calls(known=False), home.passer_calls
    visits, passers = home.visits_a_month, home.passers_a_month
    shares = (
        (known, visits * home.known_share),
        (stranger, visits * (1 - home.known_share)),
        (passer, passers),
    )
    return Counted(
        visits,
        Calls(
            sum(calls.detect * count for calls, count in shares),
            sum(calls.search * count for calls, count in shares),
            sum(calls.compare * count for calls, count in shares),
        ),
    )


def bill(home: Home, scenario: Scenario, prices: PriceList, counted: Counted | None = None) -> Bill:
    """The month's bill; `counted` replaces what the rules expect. Each door is a stack of its own."""
    counted = counted or expected(home)
    month = _Month(home, scenario, counted)
    lines = [
        Line(group, what, quantity * home.doors, prices[price])
        for group, what, quantity, price in month.lines()
    ]
    return Bill(scenario, home.doors, tuple(lines))


_Entry = tuple[str, str, float, str]


@dataclass(frozen=True)
class _Month:
    """One door's month."""

    home: Home
    scenario: Scenario
    counted: Counted

    def lines(self) -> Iterator[_Entry]:
        yield from self._video()
        yield from self._recognition()
        yield from self._functions()
        yield from self._data()
        yield from self._people()
        yield from self._watching()

    @property
    def _by_fragments(self) -> bool:
        return self.scenario.mode == "fragments"

    @property
    def _sent_seconds(self) -> float:
        return self.home.motion_seconds if self.scenario.send == "motion" else HOURS * 3600

    def _gigabytes(self, seconds: float) -> float:
        return seconds * self.home.bitrate_kbit / 8 / 1_000_000

    @property
    def _looks_with_faces(self) -> float:
        """Records that process_face_matches gets."""
        if self._by_fragments:
            passing = self.home.passer_calls.detect * self.home.passers_a_month
            return max(self.counted.calls.detect - passing, self.counted.visits)
        return self.home.face_seconds * 2

    def _video(self) -> Iterator[_Entry]:
        sent = self._gigabytes(self._sent_seconds)
        # Each tagged fragment is fetched once, and again for its frame where a record came of it; a stream
        # processor reads all, and a fragment a second with a face is fetched for its frame.
        read = (
            self.home.tagged_seconds + self._looks_with_faces
            if self._by_fragments
            else self._sent_seconds + self.home.face_seconds
        )
        yield VIDEO, "video in", sent, "video_in"
        yield VIDEO, "video out, to be searched", self._gigabytes(read), "video_out"
        yield (
            VIDEO,
            f"video kept for {self.home.keep_hours} h",
            sent * self.home.keep_hours / HOURS,
            "video_stored",
        )
        live = self._gigabytes(self.home.live_minutes * 60 * DAYS)
        yield VIDEO, "live view", live, "video_hls"

    def _recognition(self) -> Iterator[_Entry]:
        calls, visits = self.counted.calls, self.counted.visits
        if self._by_fragments:
            yield RECOGNITION, "DetectFaces", calls.detect, "image_call"
            yield RECOGNITION, "SearchFacesByImage", calls.search, "image_call"
            yield RECOGNITION, "CompareFaces", calls.compare, "image_call"
        else:
            yield RECOGNITION, "stream processor", self._sent_seconds / 60, "streamed_minute"
        # Half of the strangers are let in, which indexes a face.
        yield RECOGNITION, "IndexFaces", visits * (1 - self.home.known_share) / 2, "image_call"
        yield RECOGNITION, "stored faces", 50, "stored_face"

    def _functions(self) -> Iterator[_Entry]:
        analyzed = self.home.tagged_seconds if self._by_fragments else 0.0
        processed = self._looks_with_faces if self._by_fragments else self.home.face_seconds
        asked = self.home.page_minutes * 60 * DAYS
        watched = 0.0 if self._by_fragments else HOURS * 12
        requests = analyzed + processed + asked + watched + self.counted.visits * 3
        seconds = (analyzed * ANALYZE_SECONDS + processed * PROCESS_SECONDS) * VIDEO_FUNCTION_GB + (
            asked * API_SECONDS + watched * 0.3 + self.counted.visits
        ) * SMALL_FUNCTION_GB
        yield WAY, "Lambda requests", requests, "lambda_request"
        yield WAY, "Lambda time", seconds, "lambda_second"
        yield WAY, "API calls", asked + self.counted.visits, "api_call"
        yield WAY, "CloudFront requests", asked + self.counted.visits * 12, "page_request"
        yield WAY, "CloudFront traffic", (asked * 2_000 + DAYS * 4 * PAGE_BYTES) / 1e9, "page_out"
        yield WATCHING, "X-Ray traces", requests / 20, "trace"  # one in twenty
        yield WATCHING, "logs", requests * LOG_BYTES / 1e9, "log_written"
        if self._by_fragments:
            yield WAY, "SNS notifications of fragments", analyzed, "publish"

    def _data(self) -> Iterator[_Entry]:
        records = self.counted.calls.detect if self._by_fragments else self._sent_seconds * 2
        yield WAY, "Kinesis data stream", HOURS, "shard_hour"
        yield WAY, "Kinesis puts", records, "data_put"
        analyzed = self.home.tagged_seconds if self._by_fragments else 0.0
        # Two writes a fragment (done once); a visit's record has 2 kB: opening it is a transaction (8), each
        # further sight a write (2); passcodes, tries, decision (10).
        writes = analyzed * 2 + self.counted.visits * 18 + self._looks_with_faces * 2
        reads = (analyzed + self._looks_with_faces + self.home.page_minutes * 60 * DAYS) * 3
        yield WAY, "DynamoDB writes", writes, "table_write"
        yield WAY, "DynamoDB reads", reads, "table_read"
        photos = self.counted.visits * PHOTOS_OF_A_VISIT
        yield WAY, "photos written", photos, "photo_put"
        yield WAY, "photos read", photos * 3, "photo_get"
        yield WAY, "photos kept", photos * PHOTO_BYTES * PHOTO_MONTHS / 1e9, "photo_stored"
        # The tables and the data stream ask for their keys every five minutes of use, for some callers each.
        yield WAY, "KMS requests of AWS's own keys", HOURS * 12 * 3, "key_request"

    def _people(self) -> Iterator[_Entry]:
        # One message a visit, and the code of a stranger who is let in.
        messages = self.counted.visits * (1 + (1 - self.home.known_share) / 2)
        yield WAY, "text messages", messages, "text_message"
        yield WAY, "logins (Cognito)", 2, "login"

    def _watching(self) -> Iterator[_Entry]:
        always = self.scenario.send == "always"
        standing = Standing.of(self.scenario.mode, camera_always_sends=always)
        visited = self.home.hours_of_a_day(self.counted.visits / DAYS) / 24
        moved = self.home.hours_of_a_day(self.counted.visits / DAYS + self.home.passers) / 24
        metrics = METRICS_OF_VISITS * visited + (METRICS_OF_MOTION * moved if self._by_fragments else 1)
        yield WAY, "secret", standing.secrets, "secret"
        yield WATCHING, "metrics", metrics, "metric"
        yield WATCHING, "alarms", standing.alarm_metrics, "alarm"
        yield WATCHING, "dashboard", standing.dashboards, "dashboard"
