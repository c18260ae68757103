"""Between plain Python values and DynamoDB's typed attributes, with numbers that come back as they went.

DynamoDB keeps numbers as decimals of 38 digits, boto3 refuses floats: a float goes as its shortest exact
decimal (`repr`, at most 17 digits), which reads back as the very same float.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

Item = dict[str, Any]
"""A record's attributes as plain values: str, float, int, bool, lists and dicts of them; None is left out."""

SMALLEST = 1e-120
"""Numbers nearer to zero are stored as zero: DynamoDB ends at 1e-130, and nothing here is so small."""

_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


def attribute(value: Any) -> AttributeValueTypeDef:
    """One value as DynamoDB's API takes it, such as {"N": "1.5"}."""
    attribute_value: AttributeValueTypeDef = _serializer.serialize(_to_stored(value))
    return attribute_value


def attributes(values: Mapping[str, Any]) -> dict[str, AttributeValueTypeDef]:
    """A record as DynamoDB's API takes it; what is None is left out, at any depth of maps.

    Raises ValueError for infinity and not-a-number, which no field of the domain holds.
    """
    return {name: attribute(value) for name, value in values.items() if value is not None}


def item(stored: Mapping[str, Any]) -> Item:
    """A record of DynamoDB's API as plain values; every number is a float."""
    return {name: _from_stored(_deserializer.deserialize(value)) for name, value in stored.items()}


def _to_stored(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return _to_decimal(value)
    if isinstance(value, Mapping):
        return {name: _to_stored(part) for name, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_to_stored(part) for part in value]
    if isinstance(value, str):
        return str(value)  # a StrEnum goes as its value
    return value


def _to_decimal(number: float) -> Decimal:
    if not isfinite(number):
        raise ValueError(f"{number} is no number that can be stored")
    return Decimal(repr(number)) if abs(number) >= SMALLEST else Decimal(0)


def _from_stored(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: _from_stored(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_from_stored(part) for part in value]
    return value
