"""The folder of all state: whose it is, and what --fresh removes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.data_folder import (
    MARK,
    OWN,
    DataInUseError,
    FolderUnusableError,
    ForeignFolderError,
    held,
)
from tests.conftest import Emulator


def test_a_new_folder_is_made_and_marked(tmp_path: Path) -> None:
    """Also one below folders that are not there yet."""
    folder = tmp_path / "new" / "state"
    with held(folder, fresh=False):
        assert [path.name for path in folder.iterdir()] == [MARK]


def test_a_folder_of_ours_is_taken_again_with_its_state(tmp_path: Path) -> None:
    """A restart."""
    with held(tmp_path, fresh=False):
        (tmp_path / "aws").mkdir()
    with held(tmp_path, fresh=False):
        assert (tmp_path / "aws").is_dir()


@pytest.mark.parametrize("fresh", [False, True])
def test_a_folder_with_files_of_others_is_not_touched(tmp_path: Path, fresh: bool) -> None:
    """Even if they have the names of ours; nothing is put there either."""
    (tmp_path / "aws").mkdir()
    (tmp_path / "aws" / "keep.txt").write_text("mine")
    with pytest.raises(ForeignFolderError, match="choose a new or empty folder"), held(tmp_path, fresh=fresh):
        pass
    assert [path.name for path in tmp_path.rglob("*")] == ["aws", "keep.txt"]


def test_fresh_removes_the_state_and_nothing_else(tmp_path: Path) -> None:
    """Files that somebody put beside it, or that a link leads to, stay."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "photo.jpg").write_text("mine")
    state = tmp_path / "state"
    with held(state, fresh=False):
        for name in OWN[1:]:
            (state / name).mkdir()
        (state / OWN[0]).symlink_to(elsewhere)
    (state / "notes.txt").write_text("mine")
    with held(state, fresh=True):
        assert sorted(path.name for path in state.iterdir()) == sorted([OWN[0], MARK, "notes.txt"])
    assert (elsewhere / "photo.jpg").exists()


def test_a_folder_is_held_once(tmp_path: Path) -> None:
    """Until the one who holds it lets go."""
    with (
        held(tmp_path, fresh=False),
        pytest.raises(DataInUseError, match="another emulator"),
        held(tmp_path, fresh=True),
    ):
        pass


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """One line says so."""
    file = tmp_path / "clip.mp4"
    file.touch()
    with pytest.raises(FolderUnusableError, match="it is a file"), held(file, fresh=False):
        pass


def test_all_state_is_known_to_fresh(emulator: Emulator) -> None:
    """A service that keeps something under a new name must be added to OWN."""
    found = {path.name for path in emulator.data_dir.iterdir()}
    assert found <= {MARK, *OWN}
