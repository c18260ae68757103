"""The table of what the emulator has, generated from the services themselves."""

from __future__ import annotations

from collections.abc import Iterable

from emulator.moto_services import MOTO_SERVICES, operations
from emulator.operations import service_model


def coverage_table() -> str:
    """All services and operations, as Markdown."""
    from emulator.server import operations_of_own

    lines = ["| service | operation | special |", "| --- | --- | --- |"]
    for scopes, operations_and_notes in sorted(operations_of_own().items()):
        name = ", ".join(scopes)
        lines += [
            f"| {name} | {operation} | {note} |" for operation, note in sorted(operations_and_notes.items())
        ]
    lines += ["", "Answered by moto:", "", "| service | operations |", "| --- | --- |"]
    for name in sorted(MOTO_SERVICES.values()):
        lines.append(f"| {name} | {_count(name)}: {_listed(operations(name))} |")
    return "\n".join(lines) + "\n"


def _count(name: str) -> str:
    modelled = set(service_model(name).operation_names)
    return f"{len(operations(name) & modelled)} of {len(modelled)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
