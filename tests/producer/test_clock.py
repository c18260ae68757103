"""The absolute time codes of fragments."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kvs_producer.clock import CaptureClock, Instant

WALL = 1_795_221_531.0


def at(steady: float, set_by: float = 0.0) -> Instant:
    """The moment `steady` seconds into the test; `set_by` is by how much the wall clock was set meanwhile."""
    return Instant(WALL + steady + set_by, steady)


def test_a_fragment_has_the_wall_clock_time_of_its_first_frame() -> None:
    """Given a fragment of a second that is complete now, it began a second ago."""
    assert CaptureClock().timecode_ms(500, 1000, at(10)) == (WALL + 9) * 1000


def test_fragments_stay_as_far_apart_as_they_were_captured() -> None:
    """Given a reader that is late now and then, the time codes keep the pipeline's own distances."""
    clock = CaptureClock()
    first = clock.timecode_ms(0, 1000, at(1))
    assert clock.timecode_ms(1000, 1000, at(2.4)) == first + 1000
    assert clock.timecode_ms(2000, 1000, at(3)) == first + 2000


def test_a_first_fragment_that_was_late_is_corrected_little_by_little() -> None:
    """Given a slow start of 200 ms, the error is gone after a few fragments that were in time."""
    clock = CaptureClock()
    codes = [clock.timecode_ms(0, 1000, at(1.2))]
    codes += [clock.timecode_ms(1000 * n, 1000, at(n + 1)) for n in range(1, 8)]
    assert codes[0] == (WALL + 0.2) * 1000
    assert codes[-1] == (WALL + 7) * 1000
    assert all(later - earlier >= 950 for earlier, later in pairwise(codes))


def test_a_pipeline_that_starts_again_goes_on_in_time() -> None:
    """Given a looped clip, its second run has the time at which it is played, not the first one's."""
    clock = CaptureClock()
    clock.timecode_ms(0, 1000, at(1))
    clock.pipeline_started()
    assert clock.timecode_ms(0, 1000, at(2.5)) == (WALL + 1.5) * 1000


def test_a_clock_that_is_set_moves_the_time_codes_with_it() -> None:
    """Given a small computer that learns the time from the network, its fragments follow."""
    clock = CaptureClock()
    clock.timecode_ms(0, 1000, at(1))
    assert clock.timecode_ms(1000, 1000, at(2, set_by=3600)) == (WALL + 3600 + 1) * 1000
    assert clock.timecode_ms(2000, 1000, at(3, set_by=-60)) == (WALL - 60 + 2) * 1000


def test_a_clock_set_back_between_two_runs_is_followed_as_well() -> None:
    """Given a clock set back while a camera is started again, time codes do not stand still."""
    clock = CaptureClock()
    clock.timecode_ms(0, 1000, at(1))
    clock.pipeline_started()
    assert clock.timecode_ms(0, 1000, at(3, set_by=-600)) == (WALL - 600 + 2) * 1000


@given(st.lists(st.tuples(st.integers(1, 3000), st.floats(0, 2)), min_size=2, max_size=40), st.data())
def test_time_codes_always_grow(pieces: list[tuple[int, float]], data: st.DataObject) -> None:
    """Given any durations, delays and restarts, and a clock that nobody sets back, each is after the last."""
    clock, steady, start, codes = CaptureClock(), 0.0, 0, []
    for duration, delay in pieces:
        if data.draw(st.booleans()):
            clock.pipeline_started()
            start = 0
        steady += duration / 1000
        codes.append(clock.timecode_ms(start, duration, at(steady + delay)))
        start += duration
    assert all(earlier < later for earlier, later in pairwise(codes))
