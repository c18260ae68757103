"""The documentation says what is so."""

from __future__ import annotations

import re
from pathlib import Path

from emulator.coverage import coverage_table

ROOT = Path(__file__).resolve().parents[3]


def test_the_table_of_operations_is_what_the_emulator_has() -> None:
    """Run `python -m emulator --operations` and put it into docs/emulator.md."""
    assert (ROOT / "docs/emulator.md").read_text().endswith(coverage_table())


def test_every_link_of_the_readme_leads_somewhere() -> None:
    """Files that are linked exist."""
    for document in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / link).exists(), f"{document.name} links {link}"


def test_the_readme_names_every_folder() -> None:
    """A reader finds their way."""
    readme = (ROOT / "README.md").read_text()
    for folder in (
        "api-specs",
        "functions",
        "static-sites",
        "kvs-producer",
        "matroska",
        "emulator",
        "scripts",
    ):
        assert f"`{folder}/`" in readme
