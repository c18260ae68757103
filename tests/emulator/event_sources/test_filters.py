"""Event patterns with the semantics of AWS's event-ruler."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.event_sources.filters import (
    FilterPatternError,
    matches,
    matches_any,
    parse_filters,
    parse_pattern,
)

FACES = {"data": {"FaceSearchResponse": {"DetectedFace": {"Confidence": [{"exists": True}]}}}}


def record(*confidences: float) -> dict[str, Any]:
    """A face-search record with these faces."""
    faces = [{"DetectedFace": {"Confidence": value}, "MatchedFaces": []} for value in confidences]
    return {"partitionKey": "p", "data": {"InputInformation": {}, "FaceSearchResponse": faces}}


def test_the_filter_of_the_template_keeps_records_with_a_face() -> None:
    """exists on a leaf looks through the array of faces."""
    assert matches(FACES, record(99.9))
    assert matches(FACES, record(99.9, 98.0))
    assert not matches(FACES, record())
    assert not matches(FACES, {"data": {}})


def test_what_is_nested_too_deeply_matches_nothing() -> None:
    """Whoever can write to a stream can write that; it must not end the poller."""
    deep: Any = []
    for _ in range(20_000):
        deep = [deep]
    assert not matches_any([FACES], {"data": {"FaceSearchResponse": deep}})


def test_exists_is_for_leaves() -> None:
    """An object, an array of objects and an empty array are no value."""
    pattern = {"data": {"FaceSearchResponse": [{"exists": True}]}}
    assert not matches(pattern, record(99.9))
    assert not matches(pattern, record())
    absent = {"data": {"FaceSearchResponse": {"DetectedFace": {"Confidence": [{"exists": False}]}}}}
    assert matches(absent, record())
    assert not matches(absent, record(99.9))


def test_leaves_under_one_array_of_objects_match_in_the_same_element() -> None:
    """Name of one person and age of another are not a match."""
    event = {"people": [{"name": "Ann", "age": 30}, {"name": "Bob", "age": 40}]}
    assert matches({"people": {"name": ["Ann"], "age": [30]}}, event)
    assert not matches({"people": {"name": ["Ann"], "age": [40]}}, event)


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("1", 1, False),
        (1, 1.0, True),
        (True, True, True),
        (True, 1, False),
        (1, True, False),
        (None, None, True),
        (None, "null", False),
        ({"prefix": "do"}, "door", True),
        ({"prefix": "do"}, 7, False),
        ({"prefix": {"equals-ignore-case": "DO"}}, "door", True),
        ({"suffix": "or"}, "door", True),
        ({"suffix": {"equals-ignore-case": "OR"}}, "door", True),
        ({"equals-ignore-case": "DOOR"}, "Door", True),
        ({"wildcard": "d*r"}, "door", True),
        ({"wildcard": "d*x"}, "door", False),
        ({"wildcard": r"d\*r"}, "d*r", True),
        ({"wildcard": r"d\*r"}, "door", False),
        ({"wildcard": "*.jpg"}, "a\nb.jpg", True),
        ({"anything-but": "x"}, "door", True),
        ({"anything-but": ["x", "door"]}, "door", False),
        ({"anything-but": [1, 2]}, 3, True),
        ({"anything-but": {"prefix": "do"}}, "door", False),
        ({"anything-but": {"suffix": ["x", "r"]}}, "door", False),
        ({"anything-but": {"wildcard": "d*"}}, "door", False),
        ({"anything-but": {"equals-ignore-case": "DOOR"}}, "door", False),
        ({"numeric": [">", 0, "<=", 5]}, 5, True),
        ({"numeric": [">", 0, "<=", 5]}, 0, False),
        ({"numeric": ["=", 5]}, 5.0, True),
        ({"numeric": [">", 0]}, "5", False),
        ({"numeric": [">=", 0]}, True, False),
        ({"cidr": "10.0.0.0/24"}, "10.0.0.7", True),
        ({"cidr": "10.0.0.0/24"}, "10.0.1.7", False),
        ({"cidr": "10.0.0.0/24"}, "nowhere", False),
        ({"exists": True}, "x", True),
        ({"exists": True}, None, True),
        ({"exists": False}, "x", False),
    ],
)
def test_every_operator(rule: Any, value: Any, expected: bool) -> None:
    """Each rule against one value, and against an array that holds it."""
    pattern = parse_pattern(json.dumps({"key": [rule]}))
    assert matches(pattern, {"key": value}) is expected
    assert matches(pattern, {"key": [value]}) is expected


def test_alternatives_are_or_and_keys_are_and() -> None:
    """One of the array must match, of every key."""
    pattern = {"source": ["a", "b"], "detail": {"state": [{"prefix": "o"}]}}
    assert matches(pattern, {"source": "b", "detail": {"state": "open"}})
    assert not matches(pattern, {"source": "c", "detail": {"state": "open"}})
    assert not matches(pattern, {"source": "b", "detail": {}})


def test_or_over_keys() -> None:
    """$or takes patterns; keys beside it must match as well."""
    pattern = parse_pattern('{"source": ["s"], "$or": [{"a": [1]}, {"b": [2]}]}')
    assert matches(pattern, {"source": "s", "b": 2})
    assert not matches(pattern, {"source": "s", "b": 3})
    assert not matches(pattern, {"a": 1})


def test_absence_must_hold_in_every_element() -> None:
    """exists false: no element has the key; beside another key: in the element that matches."""
    event = {"faces": [{"x": 1}, {"x": 2, "y": 2}]}
    assert not matches({"faces": {"y": [{"exists": False}]}}, event)
    assert matches({"faces": {"z": [{"exists": False}]}}, event)
    assert matches({"faces": {"x": [1], "y": [{"exists": False}]}}, event)
    assert not matches({"faces": {"x": [2], "y": [{"exists": False}]}}, event)
    assert matches({"none": {"at": {"all": [{"exists": False}]}}}, event)


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        '{"a": "b"}',
        '{"a": []}',
        '{"a": {}}',
        '{"a": [["b"]]}',
        '{"a": [{"nonsense": 1}]}',
        '{"a": [{"prefix": 1}]}',
        '{"a": [{"exists": "yes"}]}',
        '{"a": [{"numeric": [">"]}]}',
        '{"a": [{"numeric": ["~", 1]}]}',
        '{"a": [{"numeric": [[], 1]}]}',
        '{"a": [{"anything-but": []}]}',
        '{"a": [{"anything-but": {"numeric": ["=", 1]}}]}',
        '{"a": [{"cidr": "nowhere"}]}',
        '{"a": [{"prefix": "a", "suffix": "b"}]}',
        '{"a": [{"prefix": {"nonsense": "b"}}]}',
        '{"a": ["' + "x" * 5000 + '"]}',
    ],
)
def test_what_is_no_pattern_is_refused(text: str) -> None:
    """When the mapping is made, not when a record comes."""
    with pytest.raises(FilterPatternError):
        parse_pattern(text)


def test_a_mapping_has_at_most_five_filters_of_which_one_must_match() -> None:
    """Filters are or; without any everything passes."""
    two = parse_filters({"Filters": [{"Pattern": '{"a": [1]}'}, {"Pattern": '{"b": [1]}'}]})
    assert matches_any(two, {"b": 1})
    assert not matches_any(two, {"c": 1})
    assert matches_any(parse_filters(None), {"c": 1})
    assert matches_any(parse_filters({"Filters": []}), {})
    with pytest.raises(FilterPatternError):
        parse_filters({"Filters": [{"Pattern": "{}"}] * 6})


KEYS = st.sampled_from(["a", "b", "c"])
SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "x", "yy"])
EVENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(KEYS, EVENTS, max_size=3)


def paths(value: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """The paths of all leaves, looking through arrays."""
    if isinstance(value, dict):
        return {found for key, inner in value.items() for found in paths(inner, (*path, key))}
    if isinstance(value, list):
        return {found for inner in value for found in paths(inner, path)}
    return {path}


def pattern_at(path: tuple[str, ...], rules: list[Any]) -> dict[str, Any]:
    """A pattern with one leaf."""
    for key in reversed(path):
        rules = {key: rules}  # type: ignore[assignment]  # a pattern grows from its leaf
    return rules  # type: ignore[return-value]


@given(event=OBJECTS)
def test_exists_is_true_exactly_at_leaves(event: dict[str, Any]) -> None:
    """For any event and path: exists true and exists false are opposites, and true means a leaf is there."""
    for path in paths(event) | {("a",), ("a", "b"), ("c", "c", "c")}:
        present = matches(pattern_at(path, [{"exists": True}]), event)
        absent = matches(pattern_at(path, [{"exists": False}]), event)
        assert present is (path in paths(event))
        assert absent is not present


@given(event=OBJECTS, rule=SCALARS)
def test_anything_but_is_another_leaf(event: dict[str, Any], rule: Any) -> None:
    """Where a value matches exactly in a one-leaf array it does not match anything-but, and the other way."""
    if rule is None or isinstance(rule, bool):
        return
    exact = matches({"k": [rule]}, {"k": event.get("a")})
    other = matches({"k": [{"anything-but": [rule]}]}, {"k": event.get("a")})
    if not isinstance(event.get("a"), list | dict):
        assert exact is not other


@given(event=OBJECTS, extra=OBJECTS)
def test_more_alternatives_match_more_and_more_keys_match_less(
    event: dict[str, Any], extra: dict[str, Any]
) -> None:
    """Or is monotonic in alternatives, and is in keys."""
    for path in paths(event):
        one, two = pattern_at(path, ["x"]), pattern_at(path, ["x", "yy"])
        assert matches(two, event) or not matches(one, event)
        narrowed = {**one, "zz": [{"exists": True}]}
        assert not matches(narrowed, {**event, **extra})
