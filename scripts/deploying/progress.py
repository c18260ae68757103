"""Tells what happens to a stack's resources while it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef

_STACK = "AWS::CloudFormation::Stack"
_WORDS = {
    "CREATE_COMPLETE": "made",
    "UPDATE_COMPLETE": "changed",
    "DELETE_COMPLETE": "removed",
    "DELETE_SKIPPED": "kept",
    "CREATE_FAILED": "FAILED",
    "UPDATE_FAILED": "FAILED",
    "DELETE_FAILED": "FAILED",
}


class Progress:
    """A line for each resource that is done; call it with each event. `title` comes above the first line."""

    def __init__(self, title: str = "", total: int = 0) -> None:
        self._title = title
        self._total = total
        self._done: set[str] = set()

    def __call__(self, event: StackEventTypeDef) -> None:
        """Print the event if it is the end of something."""
        status, reason = event.get("ResourceStatus", ""), event.get("ResourceStatusReason", "")
        if event.get("ResourceType") == _STACK and event.get("PhysicalResourceId") == event["StackId"]:
            if "ROLLBACK_IN_PROGRESS" in status:
                print("  Something failed: CloudFormation takes back what it did ...", flush=True)
            return
        if status not in _WORDS:
            return
        if self._title:
            print(self._title)
            self._title = ""
        name = event.get("LogicalResourceId", "")
        self._done.add(name)
        count = f"{len(self._done):>3}/{self._total}" if self._total else f"{len(self._done):>3}"
        print(f"  {count} {_WORDS[status]:<8} {name}{f': {reason}' if reason else ''}", flush=True)
