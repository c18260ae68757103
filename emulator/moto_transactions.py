"""DynamoDB transactions that remember what they change, instead of copying whole tables.

moto copies every table that a transaction names, deep, in case it has to be rolled back: in a table of 10,000
items that is seconds and tens of megabytes for each call. Here the named items are kept, and put back.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

_MISSING = object()


@dataclass(frozen=True)
class _Kept:
    """One item as it was: the mapping that holds it, its key there, and a copy (or that it was missing)."""

    holder: dict[Any, Any]
    key: Any
    item: Any

    def put_back(self) -> None:
        if self.item is _MISSING:
            self.holder.pop(self.key, None)
        else:
            self.holder[self.key] = self.item


def repair() -> None:
    """Make moto's DynamoDB transactions cost what they touch."""
    from moto.dynamodb import models

    transact = models.DynamoDBBackend.transact_write_items

    def transact_write_items(self: Any, transact_items: Sequence[Mapping[str, Any]]) -> None:
        kept = [item for operation in transact_items for item in _kept(self, operation)]
        try:
            transact(self, transact_items)
        except Exception:  # whatever refused it: nothing of a transaction may stay
            for item in kept:
                item.put_back()
            raise

    def deepcopy(value: Any) -> Any:
        return value if isinstance(value, models.Table) else copy.deepcopy(value)

    models.copy = SimpleNamespace(deepcopy=deepcopy, copy=copy.copy)
    models.DynamoDBBackend.transact_write_items = transact_write_items


def _kept(backend: Any, operation: Mapping[str, Any]) -> list[_Kept]:
    """The items that one operation names, as they are; none where it is malformed, which changes nothing."""
    kept = []
    for part in operation.values():
        table = backend.tables.get(part.get("TableName"))
        named = part.get("Key") or part.get("Item")
        if table is None or not named or table.hash_key_attr not in named:
            continue
        if table.has_range_key and table.range_key_attr not in named:
            continue
        hash_key, range_key = backend.get_keys_value(table, named)
        holder = table.items[hash_key] if table.has_range_key else table.items
        key = range_key if table.has_range_key else hash_key
        kept.append(_Kept(holder, key, copy.deepcopy(holder[key]) if key in holder else _MISSING))
    return kept
