"""Event patterns, with the semantics of AWS's event-ruler, which Lambda filters and EventBridge rules share.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html

A pattern is an object whose leaves are arrays of alternatives. It looks through arrays: a leaf matches if
any element does, and leaves under one array of objects must match within one and the same element.
`exists` is for leaves: an object, and an empty array, are no value.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Pattern = Mapping[str, Any]
_ABSENT = object()
MAX_FILTERS = 5
MAX_PATTERN_CHARACTERS = 4096


class FilterPatternError(ValueError):
    """The text is no event pattern."""


def parse_filters(criteria: Mapping[str, Any] | None) -> list[Pattern]:
    """The patterns of a mapping's FilterCriteria. Raises FilterPatternError."""
    filters = (criteria or {}).get("Filters") or []
    if len(filters) > MAX_FILTERS:
        raise FilterPatternError(f"{len(filters)} filters are more than {MAX_FILTERS}")
    return [parse_pattern(item.get("Pattern", "{}")) for item in filters]


def parse_pattern(text: str) -> Pattern:
    """A pattern from its JSON text. Raises FilterPatternError."""
    if len(text) > MAX_PATTERN_CHARACTERS:
        raise FilterPatternError(f"the pattern is longer than {MAX_PATTERN_CHARACTERS} characters")
    try:
        pattern = json.loads(text)
    except ValueError as err:
        raise FilterPatternError(f"{text!r} is not JSON") from err
    if not isinstance(pattern, dict):
        raise FilterPatternError(f"{text!r} is not an object")
    _check(pattern, "")
    return pattern


def matches_any(patterns: Sequence[Pattern], event: Mapping[str, Any]) -> bool:
    """Whether one of the patterns matches; without patterns everything does.

    An event that is nested too deeply to be looked through matches nothing.
    """
    try:
        return not patterns or any(matches(pattern, event) for pattern in patterns)
    except RecursionError:
        return False


def matches(pattern: Pattern, event: Mapping[str, Any]) -> bool:
    """Whether the event, a JSON object, matches the pattern."""
    return all(_key_matches(key, wanted, event) for key, wanted in pattern.items())


def _key_matches(key: str, wanted: Any, event: Mapping[str, Any]) -> bool:
    if key == "$or" and isinstance(wanted, list) and all(isinstance(branch, dict) for branch in wanted):
        return any(matches(branch, event) for branch in wanted)
    value = event.get(key, _ABSENT)
    if isinstance(wanted, dict):
        return _nested_matches(wanted, value)
    return _leaf_matches(wanted, list(_leaves(value)))


def _nested_matches(wanted: Pattern, value: Any) -> bool:
    if isinstance(value, dict):
        return matches(wanted, value)
    objects = list(_objects(value))
    if _only_absence(wanted):  # what must be absent must be so in every element
        return all(matches(wanted, item) for item in objects)
    return any(matches(wanted, item) for item in objects)


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item)


def _leaves(value: Any) -> Iterator[Any]:
    """The scalars at a path; none for what is absent, an object, or an empty array."""
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif value is not _ABSENT and not isinstance(value, dict):
        yield value


def _only_absence(pattern: Pattern) -> bool:
    for key, wanted in pattern.items():
        if key == "$or" and isinstance(wanted, list):
            if not all(_only_absence(branch) for branch in wanted):
                return False
        elif isinstance(wanted, dict):
            if not _only_absence(wanted):
                return False
        elif not any(_is_absence(rule) for rule in wanted):
            return False
    return True


def _is_absence(rule: Any) -> bool:
    return isinstance(rule, dict) and rule.get("exists") is False


def _leaf_matches(rules: Sequence[Any], values: Sequence[Any]) -> bool:
    return any(_rule_matches(rule, values) for rule in rules)


def _rule_matches(rule: Any, values: Sequence[Any]) -> bool:
    if _is_absence(rule):
        return not values
    return any(_value_matches(rule, value) for value in values)


def _value_matches(rule: Any, value: Any) -> bool:
    if not isinstance(rule, dict):
        return _equal(rule, value)
    return all(_OPERATORS[operator](argument, value) for operator, argument in rule.items())


def _equal(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, bool) or isinstance(value, bool) or wanted is None or value is None:
        return wanted is value
    return bool(wanted == value)


def _prefix(argument: Any, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if isinstance(argument, dict):
        return value.lower().startswith(argument["equals-ignore-case"].lower())
    return value.startswith(argument)


def _suffix(argument: Any, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if isinstance(argument, dict):
        return value.lower().endswith(argument["equals-ignore-case"].lower())
    return value.endswith(argument)


def _ignore_case(argument: Any, value: Any) -> bool:
    return isinstance(value, str) and value.lower() == argument.lower()


def _wildcard(argument: Any, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    parts = re.split(r"(\\\\|\\\*|\*)", argument)
    literal = {"*": ".*", "\\*": re.escape("*"), "\\\\": re.escape("\\")}
    return (
        re.fullmatch("".join(literal.get(part, re.escape(part)) for part in parts), value, re.DOTALL)
        is not None
    )


def _anything_but(argument: Any, value: Any) -> bool:
    if isinstance(argument, dict):
        return not any(
            _OPERATORS[operator](alternative, value)
            for operator, alternatives in argument.items()
            for alternative in (alternatives if isinstance(alternatives, list) else [alternatives])
        )
    return not any(_equal(item, value) for item in (argument if isinstance(argument, list) else [argument]))


_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda value, bound: value == bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
}


def _numeric(argument: Any, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return all(_COMPARISONS[argument[at]](value, argument[at + 1]) for at in range(0, len(argument), 2))


def _cidr(argument: Any, value: Any) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(argument, strict=False)
    except ValueError:
        return False


def _exists(argument: Any, value: Any) -> bool:
    return bool(argument)


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "exists": _exists,
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _ignore_case,
    "wildcard": _wildcard,
    "anything-but": _anything_but,
    "numeric": _numeric,
    "cidr": _cidr,
}


def _check(pattern: Pattern, path: str) -> None:
    for key, wanted in pattern.items():
        here = f"{path}.{key}" if path else key
        if key == "$or" and isinstance(wanted, list) and all(isinstance(branch, dict) for branch in wanted):
            for branch in wanted:
                _check(branch, path)
        elif isinstance(wanted, dict):
            if not wanted:
                raise FilterPatternError(f"{here}: an empty object matches nothing")
            _check(wanted, here)
        elif isinstance(wanted, list):
            _check_rules(wanted, here)
        else:
            raise FilterPatternError(f"{here}: a value must be an object or an array of alternatives")


def _check_rules(rules: Sequence[Any], path: str) -> None:
    if not rules:
        raise FilterPatternError(f"{path}: an empty array matches nothing")
    for rule in rules:
        if isinstance(rule, list):
            raise FilterPatternError(f"{path}: an alternative cannot be an array")
        if isinstance(rule, dict):
            _check_operator(rule, path)


def _check_operator(rule: Pattern, path: str) -> None:
    if len(rule) != 1:
        raise FilterPatternError(f"{path}: {json.dumps(rule)} must have exactly one operator")
    ((operator, argument),) = rule.items()
    if operator not in _OPERATORS:
        raise FilterPatternError(f"{path}: there is no operator {operator!r}")
    if not _ARGUMENTS[operator](argument):
        raise FilterPatternError(f"{path}: {json.dumps(argument)} does not suit {operator!r}")


def _is_text(argument: Any) -> bool:
    return isinstance(argument, str)


def _is_text_or_ignore_case(argument: Any) -> bool:
    if isinstance(argument, dict):
        return argument.keys() == {"equals-ignore-case"} and _is_text(argument["equals-ignore-case"])
    return _is_text(argument)


def _is_comparison(argument: Any) -> bool:
    return (
        isinstance(argument, list)
        and len(argument) in (2, 4)
        and all(operator in _COMPARISONS for operator in argument[::2] if isinstance(operator, str))
        and all(isinstance(operator, str) for operator in argument[::2])
        and all(isinstance(bound, int | float) and not isinstance(bound, bool) for bound in argument[1::2])
    )


def _is_anything_but(argument: Any) -> bool:
    if isinstance(argument, dict):
        if len(argument) != 1 or not argument.keys() <= {
            "prefix",
            "suffix",
            "equals-ignore-case",
            "wildcard",
        }:
            return False
        (alternatives,) = argument.values()
        texts = alternatives if isinstance(alternatives, list) else [alternatives]
        return bool(texts) and all(_is_text(text) for text in texts)
    items = argument if isinstance(argument, list) else [argument]
    return bool(items) and all(isinstance(item, str | int | float) for item in items)


def _is_network(argument: Any) -> bool:
    try:
        ipaddress.ip_network(argument, strict=False)
    except ValueError:
        return False
    return isinstance(argument, str)


_ARGUMENTS: Mapping[str, Callable[[Any], bool]] = {
    "exists": lambda argument: isinstance(argument, bool),
    "prefix": _is_text_or_ignore_case,
    "suffix": _is_text_or_ignore_case,
    "equals-ignore-case": _is_text,
    "wildcard": _is_text,
    "anything-but": _is_anything_but,
    "numeric": _is_comparison,
    "cidr": _is_network,
}
