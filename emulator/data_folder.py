"""The one folder of all state: one emulator holds it at a time, and only what is ours is ever removed.

The file `emulator.lock` marks a folder as ours. A folder that holds anything else is not taken, so that a
mistyped --data neither scatters state among somebody's files nor lets --fresh come near them.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path

from emulator.starting import CannotStartError

MARK = "emulator.lock"
OWN = (
    "api_gateway",
    "aws",
    "cloudformation",
    "cloudfront",
    "kinesis_video",
    "lambda",
    "logs",
    "phone",
    "rekognition",
)
"""Everything that the services keep: each one a folder of its own."""


class DataInUseError(CannotStartError):
    """Another emulator uses the folder."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(f"{data_dir} is used by another emulator; choose another folder with --data")
        self.data_dir = data_dir


class ForeignFolderError(CannotStartError):
    """The folder holds files that no emulator put there."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(f"{data_dir} holds other files; choose a new or empty folder with --data")
        self.data_dir = data_dir


class FolderUnusableError(CannotStartError):
    """The folder cannot be made, or not be written to."""

    def __init__(self, data_dir: Path, reason: str) -> None:
        super().__init__(f"{data_dir} cannot hold the state: {reason}; choose another folder with --data")
        self.data_dir = data_dir
        self.reason = reason


@contextlib.contextmanager
def held(data_dir: Path, *, fresh: bool) -> Iterator[None]:
    """Hold the folder (two journals in one would be none); `fresh` removes the state that is in it.

    Raises DataInUseError, ForeignFolderError, FolderUnusableError.
    """
    with contextlib.ExitStack() as stack:
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            if not (data_dir / MARK).is_file() and any(data_dir.iterdir()):
                raise ForeignFolderError(data_dir)
            lock = stack.enter_context((data_dir / MARK).open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if fresh:
                _forget(data_dir)
        except BlockingIOError as err:
            raise DataInUseError(data_dir) from err
        except FileExistsError as err:
            raise FolderUnusableError(data_dir, "it is a file") from err
        except OSError as err:
            raise FolderUnusableError(data_dir, err.strerror or str(err)) from err
        yield


def _forget(data_dir: Path) -> None:
    for name in OWN:
        folder = data_dir / name
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)
