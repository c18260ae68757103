"""Requests as botocore's service models describe them: which operation, and whether its input is allowed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from emulator.kinesis_video.exceptions import InvalidArgumentError, UnknownOperationError
from emulator.operations import service_model

Fields = dict[str, Any]

PUT_MEDIA_PATH = "/putMedia"
"""PutMedia is in no service model: no SDK but the Java one and the producer SDKs have it."""

_SERVICES = ("kinesisvideo", "kinesis-video-media", "kinesis-video-archived-media")


@cache
def _operations() -> Mapping[str, OperationModel]:
    models = map(service_model, _SERVICES)
    operations = [model.operation_model(name) for model in models for name in model.operation_names]
    return {operation.http["requestUri"]: operation for operation in operations}


def operation_name(path: str) -> str:
    """Return the operation's name; UnknownOperationError if Kinesis Video has no such path."""
    if path == PUT_MEDIA_PATH:
        return "PutMedia"
    if path not in _operations():
        raise UnknownOperationError(f"Kinesis Video has no operation at {path}")
    return str(_operations()[path].name)


def parse_input(path: str, body: bytes) -> Fields:
    """Read the JSON body of a request and hold it against the operation's input shape.

    Raises InvalidArgumentError naming the first member that is missing or not allowed.
    """
    try:
        fields = json.loads(body or b"{}")
    except ValueError as err:
        raise InvalidArgumentError("The request's body is not JSON") from err
    shape = _operations()[path].input_shape
    if shape is not None:
        _validate(shape, fields, "")
    return dict(fields)


def _validate(shape: Shape, value: Any, name: str) -> None:
    if isinstance(shape, StructureShape):
        _validate_structure(shape, value, name)
    elif isinstance(shape, ListShape):
        _expect(isinstance(value, list), name, "a list")
        _validate_range(shape, len(value), name)
        for index, item in enumerate(value):
            _validate(shape.member, item, f"{name}[{index}]")
    elif isinstance(shape, MapShape):
        _expect(isinstance(value, dict), name, "a map")
        _validate_range(shape, len(value), name)
        for key, item in value.items():
            _validate(shape.key, key, name)
            _validate(shape.value, item, f"{name}.{key}")
    elif shape.type_name == "string":
        _validate_string(shape, value, name)
    elif shape.type_name in ("integer", "long"):
        _expect(isinstance(value, int) and not isinstance(value, bool), name, "an integer")
        _validate_range(shape, value, name)
    elif shape.type_name == "timestamp":
        _expect(
            isinstance(value, int | float) and not isinstance(value, bool), name, "seconds since the epoch"
        )


def _validate_structure(shape: StructureShape, value: Any, name: str) -> None:
    _expect(isinstance(value, dict), name or "The request", "an object")
    for required in shape.required_members:
        if value.get(required) is None:
            raise InvalidArgumentError(f"{_joined(name, required)} must be given")
    for member, member_shape in shape.members.items():
        if value.get(member) is not None:
            _validate(member_shape, value[member], _joined(name, member))


def _validate_string(shape: Shape, value: Any, name: str) -> None:
    _expect(isinstance(value, str), name, "a string")
    _validate_range(shape, len(value), name)
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        raise InvalidArgumentError(f"{name} must be one of {', '.join(allowed)}")
    pattern = _pattern(shape.metadata.get("pattern", ""))
    if pattern is not None and not pattern.fullmatch(value):
        raise InvalidArgumentError(f"{name} must match {pattern.pattern}")


@cache
def _pattern(pattern: str) -> re.Pattern[str] | None:
    if not pattern or r"\p{" in pattern:  # Java's character classes; only tags have them
        return None
    return re.compile(pattern)


def _validate_range(shape: Shape, number: int, name: str) -> None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if (least is not None and number < least) or (most is not None and number > most):
        what = "" if shape.type_name in ("integer", "long") else "The length of "
        raise InvalidArgumentError(f"{what}{name} must be from {least} to {most}")


def _expect(is_right: bool, name: str, what: str) -> None:
    if not is_right:
        raise InvalidArgumentError(f"{name} must be {what}")


def _joined(name: str, member: str) -> str:
    return f"{name}.{member}" if name else member
