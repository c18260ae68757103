"""Numbers and records on their way into DynamoDB's types and back."""

from __future__ import annotations

from decimal import Decimal
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smart_door.adapters.dynamodb_items import SMALLEST, attribute, attributes, item

NUMBERS = st.floats(-1e100, 1e100).filter(lambda number: not 0 < abs(number) < SMALLEST)
VALUES = st.recursive(
    NUMBERS | st.booleans() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@given(number=NUMBERS)
def test_any_number_is_the_same_float_afterwards(number: float) -> None:
    """Given any float, when it is stored as a decimal and read, then it is that very float."""
    stored = attributes({"number": number})
    assert item(stored) == {"number": number}


@given(number=st.integers(-(10**15), 10**15))
def test_any_whole_number_is_equal_afterwards(number: int) -> None:
    """Given any whole number that a float holds, when it is stored and read, then it is equal."""
    assert item(attributes({"number": number})) == {"number": number}


@given(record=st.dictionaries(st.text(max_size=5), VALUES, max_size=5))
def test_any_record_comes_back(record: dict[str, Any]) -> None:
    """Given any record of any values, when it is stored and read, then it is equal."""
    assert item(attributes(record)) == record


@pytest.mark.parametrize("number", [5e-324, -5e-324, 1e-200, SMALLEST / 2, 0.0, -0.0])
def test_what_is_nearly_zero_is_stored_as_zero(number: float) -> None:
    """Given a number beyond DynamoDB's reach towards zero, when it is stored, then it is zero."""
    assert attribute(number) == {"N": "0"}


def test_a_number_is_written_in_its_shortest_form() -> None:
    """Given a float that is no exact decimal, when it is stored, then it is as people write it."""
    assert attribute(1795221531.005) == {"N": "1795221531.005"}


@pytest.mark.parametrize("number", [inf, -inf, nan])
def test_what_is_no_number_is_not_stored(number: float) -> None:
    """Given infinity or not-a-number, when it is stored, then that is a fault that shows."""
    with pytest.raises(ValueError, match="no number"):
        attribute(number)


def test_none_is_left_out_at_any_depth() -> None:
    """Given nothing for an attribute, when the record is stored, then the attribute is not there."""
    stored = attributes({"a": None, "b": {"c": None, "d": 1.5}, "e": [{"f": None}]})
    assert item(stored) == {"b": {"d": 1.5}, "e": [{}]}


def test_numbers_of_other_writers_are_read() -> None:
    """Given a decimal with more digits than a float has, when it is read, then it is the nearest float."""
    assert item({"number": {"N": "0.12345678901234567890123456789"}}) == {
        "number": float(Decimal("0.12345678901234567890123456789"))
    }
