"""Checks a request against botocore's model of Rekognition, and says what AWS would say.

botocore itself checks only part of this, and in the client. Constraints that are broken make one
ValidationException that lists them all; values of another type make a SerializationException.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from emulator.rekognition.exceptions import SerializationError, ValidationError

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "structure": (dict,),
    "list": (list,),
    "map": (dict,),
    "blob": (str,),
}


def validated(shape: Shape, value: Any) -> Any:
    """Return the request with its blobs decoded from base64.

    Raises SerializationError, ValidationError.
    """
    read = _read(shape, value, "")
    broken = list(_broken(shape, read, ""))
    if broken:
        plural = "error" if len(broken) == 1 else "errors"
        raise ValidationError(f"{len(broken)} validation {plural} detected: {'; '.join(broken)}")
    return read


def _read(shape: Shape, value: Any, path: str) -> Any:
    """Check types, decode blobs, and leave out what is null or unknown, as AWS does."""
    if not _is_of_type(shape.type_name, value):
        raise SerializationError(f"{path or 'The body'} must be a {shape.type_name}")
    if isinstance(shape, StructureShape):
        return {
            name: _read(member, value[name], _join(path, name))
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if isinstance(shape, ListShape):
        return [_read(shape.member, item, f"{path}.{place}.member") for place, item in enumerate(value, 1)]
    if isinstance(shape, MapShape):
        return {key: _read(shape.value, item, f"{path}.{key}") for key, item in value.items()}
    if shape.type_name == "blob":
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error as err:
            raise SerializationError(f"{path} must be base64") from err
    return value


def _is_of_type(type_name: str, value: Any) -> bool:
    if isinstance(value, bool):  # which Python counts among the integers
        return type_name == "boolean"
    return isinstance(value, _TYPES[type_name])


def _broken(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Yield what is wrong, in AWS's words."""
    for demand in _demands(shape, value):
        shown = "java.nio.HeapByteBuffer" if isinstance(value, bytes) else value
        yield f"Value '{shown}' at '{path}' failed to satisfy constraint: {demand}"
    if isinstance(shape, StructureShape):
        for name in shape.required_members:
            if name not in value:
                missing = _join(path, name)
                yield f"Value null at '{missing}' failed to satisfy constraint: Member must not be null"
        for name, member in value.items():
            yield from _broken(shape.members[name], member, _join(path, name))
    elif isinstance(shape, ListShape):
        for place, item in enumerate(value, 1):
            yield from _broken(shape.member, item, f"{path}.{place}.member")
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield from _broken(shape.value, item, f"{path}.{key}")


def _demands(shape: Shape, value: Any) -> Iterator[str]:
    sized = isinstance(value, str | bytes | list | dict)
    size = len(value) if sized else value
    kind = "length" if sized else "value"
    if "min" in shape.metadata and size < shape.metadata["min"]:
        yield f"Member must have {kind} greater than or equal to {shape.metadata['min']}"
    if "max" in shape.metadata and size > shape.metadata["max"]:
        yield f"Member must have {kind} less than or equal to {shape.metadata['max']}"
    if isinstance(shape, StringShape):
        if shape.enum and value not in shape.enum:
            yield f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(_in_python(pattern), value):
            yield f"Member must satisfy regular expression pattern: {pattern}"


def _in_python(pattern: str) -> str:
    r"""Write Java's classes of letters, numbers and separators, which tags' patterns use, as \w and \s."""
    return pattern.replace(r"\p{L}", r"\w").replace(r"\p{N}", r"\w").replace(r"\p{Z}", r"\s")


def _join(path: str, name: str) -> str:
    """AWS names members with a small first letter: collectionId, image.s3Object.bucket."""
    own = name[0].lower() + name[1:]
    return f"{path}.{own}" if path else own
