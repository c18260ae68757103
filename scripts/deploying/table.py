"""What a deployment would do, as a table for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from scripts.deploying.change_sets import Change, ChangeSet

# What holds people's data. To replace or remove it loses that.
_HOLDS_DATA = frozenset(
    {
        "AWS::Cognito::UserPool",
        "AWS::DynamoDB::Table",
        "AWS::KinesisVideo::Stream",
        "AWS::Rekognition::Collection",
        "AWS::S3::Bucket",
        "AWS::SecretsManager::Secret",
    }
)
# The most serious first.
_KINDS = {
    "REPLACE": "replaced",
    "REMOVE": "removed",
    "replace?": "replaced if need be",
    "change": "changed",
    "add": "added",
    "keep": "left in the account",
    "import": "taken over",
    "maybe": "changed if need be",
}


def table(change_set: ChangeSet) -> str:
    """A line for each resource, what is replaced or removed first, and a line that counts them."""
    rows = sorted(((kind_of(change), change) for change in change_set.changes), key=_seriousness)
    if not rows:
        return "  No resource changes; outputs or settings of the stack itself do."
    name_width = max(len(change.logical_id) for _, change in rows)
    type_width = max(len(change.type) for _, change in rows)
    lines = [
        f"  {kind:<9} {change.logical_id:<{name_width}}  {change.type:<{type_width}}  {_remark(kind, change)}"
        for kind, change in rows
    ]
    return "\n".join([line.rstrip() for line in lines] + ["", f"  {'; '.join(_counted(change_set))}."])


def _seriousness(row: tuple[str, Change]) -> tuple[int, str, str]:
    kind, change = row
    return [*_KINDS].index(kind), change.type, change.logical_id


def kind_of(change: Change) -> str:
    """What happens, in one word: capitals where the resource that is there now goes."""
    if change.action == "Modify":
        return {"True": "REPLACE", "Conditional": "replace?"}.get(change.replacement, "change")
    if change.action == "Remove":
        return "keep" if change.policy in ("Retain", "Snapshot") else "REMOVE"
    return {"Add": "add", "Import": "import"}.get(change.action, "maybe")


def loses_data(change_set: ChangeSet) -> list[str]:
    """The resources that hold data and go, or may go."""
    return [
        change.logical_id
        for change in change_set.changes
        if change.type in _HOLDS_DATA and kind_of(change) in ("REPLACE", "REMOVE", "replace?")
    ]


def _remark(kind: str, change: Change) -> str:
    remark = ", ".join(change.what)
    if kind in ("REPLACE", "REMOVE") and change.type in _HOLDS_DATA:
        return f"{remark} (with all that is in it)".strip()
    return remark


def _counted(change_set: ChangeSet) -> Iterator[str]:
    counts = Counter(kind_of(change) for change in change_set.changes)
    for kind, words in _KINDS.items():
        if counts[kind]:
            yield f"{counts[kind]} {words}"
