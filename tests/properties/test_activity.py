"""Days of any zone, and cells of any text."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import example, given
from hypothesis import strategies as st

from smart_door.domain.home_time import day_bounds, local
from smart_door.domain.spreadsheets import csv_of

ZONES = st.sampled_from(sorted(zone for zone in available_timezones() if zone != "localtime")).map(ZoneInfo)
# Until 2011 Newfoundland put clocks back a minute after midnight, into the day before.
DAYS = st.dates(date(2012, 1, 1), date(2037, 12, 30))


@given(zone=ZONES, day=DAYS, part=st.floats(0, 0.999999))
@example(zone=ZoneInfo("Europe/Berlin"), day=date(2026, 3, 29), part=0.1)  # an hour less
@example(zone=ZoneInfo("America/New_York"), day=date(2026, 11, 1), part=0.1)  # an hour more
@example(zone=ZoneInfo("America/Sao_Paulo"), day=date(2018, 11, 4), part=0.0)  # no midnight
@example(zone=ZoneInfo("America/Havana"), day=date(2026, 11, 1), part=0.0)  # two of them
@example(zone=ZoneInfo("Pacific/Apia"), day=date(2011, 12, 30), part=0.0)  # no such day
def test_a_day_is_the_time_when_clocks_show_its_date(zone: ZoneInfo, day: date, part: float) -> None:
    """Given any day anywhere, then every moment of it has its date, and those around it have another."""
    start, end = day_bounds(day, zone)
    assert 0 <= end - start <= 27 * 3600
    assert local(start - 1, zone).date() < day
    assert local(end, zone).date() > day
    if start < end:
        assert local(start + (end - start) * part, zone).date() == day


@given(zone=ZONES, day=DAYS)
def test_days_follow_each_other_without_gap_or_overlap(zone: ZoneInfo, day: date) -> None:
    """Given any two days in a row, then one ends when the other begins."""
    assert day_bounds(day, zone)[1] == day_bounds(day + timedelta(days=1), zone)[0]


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=4))
def test_any_text_comes_out_of_the_spreadsheet_as_it_went_in_but_for_formulas(rows: list[list[str]]) -> None:
    """Given any cells, then a reader of RFC 4180 finds them, and none begins a formula."""
    text = csv_of(rows).removeprefix("\ufeff")
    read = list(csv.reader(io.StringIO(text, newline=""), strict=True))

    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for row in read for cell in row)
