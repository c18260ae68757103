"""What a month costs: the calls of a visit, the prices, the bill, its table and picture."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scripts.cost import main
from scripts.costing.bill import GROUPS, SCENARIOS, Bill, Scenario, bill, expected
from scripts.costing.home import Home, Standing
from scripts.costing.prices import FOLDER, PriceFileError, PriceList
from scripts.costing.rehearsal import Calls, Scene, rehearse
from scripts.costing.table import GOAL_USD
from smart_door.domain.faces import FaceMatch, FaceSearchRecord
from smart_door.domain.fragment_search import FragmentNotification, SearchedFrame
from smart_door.domain.watched_faces import Thrift
from smart_door.services.search_fragment import SearchFragment, Tally
from tests.fakes import FakeFragments
from tests.fakes import home as fakes
from tests.fakes.face_search import FakeFaceSearch, FakeResults, FakeSamples

README = Path(__file__).parent.parent.parent / "README.md"
CHEAP = Scenario("fragments", "motion")


@pytest.fixture(scope="module")
def prices() -> PriceList:
    """Those of us-east-1."""
    return PriceList.of("us-east-1")


def bills(home: Home, prices: PriceList) -> dict[tuple[str, str], Bill]:
    """The bill of each scenario."""
    return {(one.mode, one.send): bill(home, one, prices) for one in SCENARIOS}


# --- the calls of a visit -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scene", "most"),
    [
        (Scene(face=10), 6),
        (Scene(face=30), 8),
        (Scene(face=30, known=True), 5),
        (Scene(face=120), 15),
        (Scene(face=120, known=True), 10),
        (Scene(before=10, face=0, after=3), 2),
        (Scene(before=600, face=0, after=0), 80),
    ],
)
def test_a_visit_calls_no_more_than_it_is_worth(scene: Scene, most: int) -> None:
    """A bound on what is paid for, held for visits long and short, and for no visit."""
    assert 1 <= rehearse(scene).total <= most


@pytest.mark.parametrize("known", [False, True])
def test_the_rehearsal_calls_what_the_services_call(known: bool) -> None:
    """Given the same visit before every use case over fakes, then each operation is called as often."""
    scene = Scene(before=2, face=45, after=5, known=known)

    assert calls_of_a_home(scene) == rehearse(scene)


def calls_of_a_home(scene: Scene) -> Calls:
    """Fragment search, then the reception of its records a second later, as in `tests.fakes`."""
    home, results, tally = fakes.Home(), FakeResults(), Tally()
    home.knows("v1")
    samples = FakeSamples()
    face_search = FakeFaceSearch(samples, known={"v1": 99.8} if scene.known else {})
    thrift, doors = Thrift(), frozenset({"front"})
    search = SearchFragment(
        FakeFragments(), samples, face_search, results, home.visits, doors, thrift, home.clock
    )
    for second in range(scene.seconds):
        number = f"{second:020}"
        home.now = fakes.NOW + second + 1
        arrived, results.frames = results.frames, []
        for frame in arrived:
            home.receive_visitors.begin().receive(record_of(frame, home))
        name = "v1" if scene.known else "stranger"
        here = {name: fakes.MIDDLE} if scene.shows_face(second) else {}
        samples.scenes[number] = {0.0: here, 0.5: here}
        at = fakes.NOW + second
        search(FragmentNotification("front", fakes.STREAM_ARN, number, at, at), tally)
    assert len(home.visits.everything) == home.messages.count == 1
    return Calls(tally.looks, tally.searches, home.faces.compared)


def record_of(frame: SearchedFrame, home: fakes.Home) -> FaceSearchRecord:
    """The record as the data stream gives it."""
    at = frame.notification.producer_time + frame.offset - fakes.NOW
    people = []
    for face in frame.faces:
        matches = tuple(
            FaceMatch(match.external_image_id or "", match.face_id, match.similarity)
            for match in face.matches
        )
        box = face.found.face.bounding_box
        people.append(fakes.Person("somebody", box, matches=matches))
    return home.record(at, *people)


# --- the bill -----------------------------------------------------------------------------------------------


def test_twenty_visits_a_day_stay_under_the_goal(prices: PriceList) -> None:
    """Recognition and video of a door, where an always-on stream processor is thousands."""
    by_scenario = bills(Home(), prices)

    assert by_scenario["fragments", "motion"].goal_usd < GOAL_USD
    assert 5200 < by_scenario["stream-processor", "always"].goal_usd < 5300
    assert by_scenario["fragments", "motion"].usd < by_scenario["fragments", "always"].usd


def test_twice_the_doors_cost_twice_as_much(prices: PriceList) -> None:
    """Each is a stack of its own."""
    one, two = (bill(Home(doors=doors), CHEAP, prices) for doors in (1, 2))

    assert two.usd == pytest.approx(2 * one.usd)
    assert two.goal_usd == pytest.approx(one.goal_usd)


@pytest.mark.parametrize(
    "more", [{"visits": 40}, {"seconds": 90}, {"passers": 100}, {"bitrate_kbit": 4000}, {"keep_hours": 168}]
)
def test_more_costs_more(prices: PriceList, more: dict[str, int]) -> None:
    """Of whatever there is more."""
    assert bill(Home(**more), CHEAP, prices).goal_usd > bill(Home(), CHEAP, prices).goal_usd


def test_nobody_costs_what_stands_there(prices: PriceList) -> None:
    """Given no visit at all, then no call and no message, but the data stream."""
    lines = {line.what: line.usd for line in bill(Home(visits=0, passers=0), CHEAP, prices).lines}

    assert lines["DetectFaces"] == lines["text messages"] == lines["video in"] == 0
    assert lines["Kinesis data stream"] == pytest.approx(10.95)


def test_motion_all_day_is_no_more_than_always_on(prices: PriceList) -> None:
    """More than all the seconds of a month are never sent."""
    busy = bills(Home(visits=5000, seconds=60), prices)
    sent = [
        next(line.quantity for line in busy["fragments", send].lines if line.what == "video in")
        for send in ("motion", "always")
    ]

    assert sent[0] == pytest.approx(sent[1])


def test_each_mode_pays_for_what_the_template_makes_in_it() -> None:
    """Alarms are counted there, so a new one is on the bill."""
    fragments = Standing.of("fragments", camera_always_sends=False)

    assert fragments.alarm_metrics >= 10
    assert fragments.secrets == 1
    assert (
        Standing.of("fragments", camera_always_sends=True).alarm_metrics == fragments.alarm_metrics + 1
    )  # no video comes


def test_what_was_counted_replaces_what_is_expected(prices: PriceList) -> None:
    """Given twice the calls, then recognition costs twice as much."""
    counted = expected(Home())
    calls = counted.calls
    doubled = type(counted)(counted.visits, Calls(calls.detect * 2, calls.search * 2, calls.compare * 2))

    usd = {
        line.what: (line.usd, twice.usd)
        for line, twice in zip(
            bill(Home(), CHEAP, prices).lines, bill(Home(), CHEAP, prices, doubled).lines, strict=True
        )
    }
    for operation in ("DetectFaces", "SearchFacesByImage", "CompareFaces"):
        assert usd[operation][1] == pytest.approx(2 * usd[operation][0])


# --- the prices ---------------------------------------------------------------------------------------------


def test_every_price_names_its_source(prices: PriceList) -> None:
    """A page of AWS's; and whether it was read there."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", prices.checked)
    assert all(price.source.startswith("https://aws.amazon.com/") for price in prices.prices.values())
    assert 0 < len(prices.remembered) < len(prices.prices)


def test_every_price_is_used(prices: PriceList) -> None:
    """And every line has one."""
    used = {line.price.name for one in bills(Home(), prices).values() for line in one.lines}

    assert used == prices.prices.keys()


@pytest.mark.parametrize(
    "broken",
    ["", "[prices.x]\nusd = 0\n", "prices = 3", 'region="r"\nchecked="d"\n[prices.x]\nusd=1\nbasis="?"'],
)
def test_a_broken_price_file_is_named(broken: str, tmp_path: Path) -> None:
    """With what is wrong."""
    path = tmp_path / "mars.toml"
    path.write_text(broken)
    with pytest.raises(PriceFileError, match=r"mars\.toml"):
        PriceList.read(path)


def test_a_region_without_prices_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Saying which there are, and where to put others."""
    assert main(["--prices", "mars-1"]) == 1

    said = capsys.readouterr().err
    assert "only of us-east-1" in said
    assert str(FOLDER / "mars-1.toml") in said


# --- the command --------------------------------------------------------------------------------------------


def test_the_table_says_what_it_assumes(capsys: pytest.CaptureFixture[str]) -> None:
    """The visits, their length, the calls of one, the day of the prices, and what is from memory."""
    assert main(["--visits", "5", "--seconds", "60", "--doors", "2"]) == 0

    said = " ".join(capsys.readouterr().out.split())
    for words in (
        "2 doors, each a stack of its own, 5 visits a day of 60 s",
        "prices of 2026-",
        "a stranger, 60 s",
        "free tiers",
        "from memory, look them up",
        "Recognition and video, per door",
        *GROUPS,
    ):
        assert words in said


def test_the_lines_add_up(capsys: pytest.CaptureFixture[str]) -> None:
    """For programs: each line's amount is quantity times price, and all of them are the bill."""
    assert main(["--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert len(document["bills"]) == 4
    assert document["counted"] is None
    for one in document["bills"]:
        assert sum(line["usd"] for line in one["lines"]) == pytest.approx(one["usd"], abs=0.01)
        for line in one["lines"]:
            assert line["quantity"] * line["unit_usd"] == pytest.approx(line["usd"], abs=0.001)


def test_the_picture_shows_the_amounts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of every way, as text."""
    path = tmp_path / "cost.svg"

    assert main(["--picture", str(path), "--json"]) == 0

    drawn = path.read_text()
    for one in json.loads(capsys.readouterr().out)["bills"]:
        assert f"${one['recognition_and_video_usd_a_door']:,.2f}" in drawn


@pytest.mark.parametrize(
    "options", [["--picture", "cost.gif"], ["--doors", "0"], ["--known-share", "2"], ["--seconds", "x"]]
)
def test_a_wrong_option_is_refused(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Naming it."""
    with pytest.raises(SystemExit) as end:
        main(options)
    assert end.value.code == 2
    assert options[0] in capsys.readouterr().err


def test_the_readme_tells_the_same_figures(prices: PriceList) -> None:
    """A change of rules or prices changes what is promised."""
    readme = README.read_text()
    for one in bills(Home(), prices).values():
        assert f"${one.goal_usd:,.2f}" in readme
        assert f"${one.usd:,.2f}" in readme
