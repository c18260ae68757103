"""The commands that look at the pages: every screen is on a picture, and Lighthouse's figures are judged."""

from __future__ import annotations

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.audit.__main__ import PAGES
from tests.audit.judging import LEAST, Look, look_of, table, verdicts, was_busy
from tests.e2e.home_double import stranger
from tests.e2e.page_states import PHONE, STATES
from tests.screenshots.contact_sheet import contact_sheet
from tests.screenshots.demo_photos import photo
from tests.screenshots.readme import MOST_BYTES, PICTURE
from tests.screenshots.taking import Picture, expected, screens

ROOT = Path(__file__).resolve().parents[3]
LOCK = json.loads((ROOT / "tests/audit/package-lock.json").read_text())


def test_every_screen_is_pictured_at_both_widths_by_day_and_by_night() -> None:
    """What is brought about for axe-core is on the pictures too; the phone's page speaks English only."""
    assert set(screens("en")) == {*STATES, *PHONE}
    assert set(screens("de")) == set(STATES)
    pictures = expected(["owner-visits"])
    assert {(picture.width, picture.scheme) for picture in pictures} == {
        (390, "light"),
        (390, "dark"),
        (1280, "light"),
        (1280, "dark"),
    }


def test_names_of_pictures_say_the_screen_and_sort_by_it() -> None:
    """Four digits of width keep the phone before the desk, and the whole page beside its window."""
    whole = [Picture("owner-visits", 390, "dark", is_whole=True), Picture("owner-visit", 390, "dark")]
    names = [picture.name for picture in [*expected(["owner-visits"]), *whole]]
    assert sorted(names) == [
        "owner-visit-0390-dark.png",
        "owner-visits-0390-dark-whole.png",
        "owner-visits-0390-dark.png",
        "owner-visits-0390-light.png",
        "owner-visits-1280-dark.png",
        "owner-visits-1280-light.png",
    ]


def test_the_contact_sheet_shows_every_picture_once() -> None:
    """A row a screen, each picture a link to its file."""
    pictures = expected(["door-idle", "owner-visits"])
    sheet = contact_sheet(pictures, "en")
    assert re.findall(r'<img src="([^"]+)"', sheet) == [picture.name for picture in pictures]
    assert re.findall(r'<h2 id="([^"]+)"', sheet) == ["door-idle", "owner-visits"]


def test_photos_show_people_where_the_home_says_that_faces_are() -> None:
    """The drawn frame differs from the empty garden in each face's box, and is quiet between them."""
    nobody, two = (_seen([]), _seen([stranger(0, left=0.1), stranger(1, left=0.8)]))
    moved = np.abs(two.astype(int) - nobody.astype(int)).mean(axis=2)
    for left in (0.1, 0.8):
        assert moved[300:470, int(left * 1280) + 30 : int(left * 1280) + 160].mean() > 40
    assert moved[300:470, 500:780].mean() < 10


def _seen(faces: list[dict[str, object]]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    jpeg = photo("/photos/v1/best.jpg", {"v1": {"faces": faces}})
    assert jpeg is not None
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.uint8)


def test_photos_that_the_home_refuses_stay_refused() -> None:
    """A photo that has gone is no picture of anybody."""
    assert photo("/gone/1.jpg", {}) is None


def test_the_readmes_picture_is_small() -> None:
    """It is loaded by everybody who looks at the project."""
    assert PICTURE.stat().st_size < MOST_BYTES


# --- the audit ------------------------------------------------------------------------------------------


def line(
    performance: float | None = 0.97, accessibility: float = 1, practices: float = 1
) -> dict[str, object]:
    """What lighthouse.mjs prints of one look."""
    scores = {"performance": performance, "accessibility": accessibility, "best-practices": practices}
    return {
        "page": "now",
        "form": "mobile",
        "report": "now-mobile-1.html",
        "scores": scores,
        "lost": [],
        "speed": 1800.5,
        "error": None,
    }


@pytest.mark.parametrize(
    ("lines", "failing"),
    [
        ([line(), line(), line()], ()),
        ([line(performance=0.95)], ()),
        ([line(performance=0.94)], ("performance",)),
        ([line(performance=0.6), line(), line()], ()),
        ([line(performance=0.9), line(performance=0.9), line()], ("performance",)),
        ([line(), line(accessibility=0.99), line()], ("accessibility",)),
        ([line(practices=0.96), line(), line()], ("best-practices",)),
        ([line(performance=None)], ("performance",)),
    ],
)
def test_what_lighthouse_says_is_judged(lines: list[dict[str, object]], failing: tuple[str, ...]) -> None:
    """The median of performance, and the worst of what is a fact; what could not be judged fails."""
    (verdict,) = verdicts(look_of(one) for one in lines)
    assert verdict.failing == failing
    assert ("!" in table([verdict])) == bool(failing)


def test_pages_and_forms_are_judged_apart() -> None:
    """A bad page is not hidden by a good one."""
    good, bad = dict.fromkeys(LEAST, 100), dict.fromkeys(LEAST, 50)
    seen = [Look("now", "mobile", good), Look("now", "desktop", bad), Look("door", "mobile", good)]
    found = verdicts([*seen, Look("now", "mobile", good)])
    assert [(verdict.page, verdict.form, bool(verdict.failing)) for verdict in found] == [
        ("now", "mobile", False),
        ("now", "desktop", True),
        ("door", "mobile", False),
    ]


@pytest.mark.parametrize(("speeds", "busy"), [((1800, 1700, 400), False), ((1800, 400, 372), True)])
def test_a_busy_machine_is_told_of(speeds: tuple[float, ...], busy: bool) -> None:
    """By Lighthouse's own measure of the machine, since performance is the machine's as well."""
    assert was_busy([look_of({**line(), "speed": speed}) for speed in speeds]) == busy


def test_an_error_of_lighthouse_is_told() -> None:
    """With what it said."""
    assert look_of({**line(None), "error": "The page did not paint."}).lost == ("The page did not paint.",)


def test_the_audit_looks_at_every_section() -> None:
    """Every address that the navigation leads to, the door, and the phone."""
    sections = (ROOT / "static-sites/owner/sections.js").read_text()
    linked = {f"/owner/{href}" for href in re.findall(r'name: "\w+", href: "(#[^"]+)"', sections)}
    assert len(linked) == 5
    assert linked < set(PAGES.values())
    assert {address.split("/")[1] for address in PAGES.values()} == {"owner", "door", "phone"}


def test_lighthouse_is_locked_by_hash_and_without_addresses() -> None:
    """npm asks whatever registry it is set up with, and takes nothing else than what is meant."""
    packages = {name: found for name, found in LOCK["packages"].items() if name}
    assert (
        packages["node_modules/lighthouse"]["version"] == LOCK["packages"][""]["dependencies"]["lighthouse"]
    )
    assert all(found["integrity"].startswith("sha512-") for found in packages.values())
    assert "://" not in (ROOT / "tests/audit/package-lock.json").read_text()
