"""Passcodes and visit ids, whatever chance brings."""

from __future__ import annotations

import random
import re

from hypothesis import given
from hypothesis import strategies as st

from smart_door.domain.ids import ALPHABET, first_visit_id, new_visit_id
from smart_door.domain.passcodes import DIGITS, digest_of, draw_digits, parse_digits

MOMENTS = st.floats(0, 4_000_000_000)
TODAY = st.floats(1_767_225_600, 2_145_916_800)  # 2026 to 2037
SEEDS = st.integers().map(random.Random)


@given(SEEDS)
def test_a_drawn_code_is_seven_digits_and_is_typed_back(chance: random.Random) -> None:
    """Leading zeros included."""
    digits = draw_digits(chance.randrange)

    assert re.fullmatch(r"[0-9]{7}", digits)
    assert parse_digits(digits) == digits


@given(st.text("0123456789", min_size=DIGITS, max_size=DIGITS), st.lists(st.integers(0, DIGITS), max_size=4))
def test_spaces_and_dashes_in_a_code_do_not_matter(digits: str, places: list[int]) -> None:
    """Wherever they are typed."""
    typed = digits
    for place in places:
        typed = typed[:place] + (" " if place % 2 else "-") + typed[place:]

    assert parse_digits(typed) == digits


@given(st.binary(min_size=1), st.sampled_from(["a", "b", "a|1"]), st.text("0123456789", max_size=8))
def test_a_hash_is_of_key_door_and_code(key: bytes, door_id: str, digits: str) -> None:
    """None of the three can be exchanged."""
    digest = digest_of(key, door_id, digits)

    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    assert digest != digest_of(key + b"x", door_id, digits)
    assert digest != digest_of(key, door_id + "x", digits)
    assert digest != digest_of(key, door_id, digits + "0")


@given(TODAY, SEEDS)
def test_a_visit_id_looks_like_none_of_our_codes(seen_at: float, chance: random.Random) -> None:
    """26 characters of the alphabet, never seven digits in a row."""
    visit_id = new_visit_id(seen_at, chance.randbytes)

    assert re.fullmatch(f"[{ALPHABET}]{{26}}", visit_id)
    assert not re.search(r"[0-9]{7}", visit_id)


@given(MOMENTS, MOMENTS, SEEDS)
def test_visit_ids_sort_by_time(first: float, second: float, chance: random.Random) -> None:
    """To within the milliseconds that an id may be moved."""
    earlier, later = sorted([first, second])
    if later - earlier > 0.033:
        assert new_visit_id(earlier, chance.randbytes) < new_visit_id(later, chance.randbytes)


@given(st.just(0.0) | MOMENTS, SEEDS)
def test_no_visit_of_a_moment_comes_before_the_first_id_of_it(seen_at: float, chance: random.Random) -> None:
    """So "visits since" is a condition on the key."""
    assert first_visit_id(seen_at) <= new_visit_id(seen_at, chance.randbytes)
