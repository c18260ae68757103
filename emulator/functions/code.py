"""Where a function's code and layers are on disk.

A zip is unpacked once, by its hash. The bucket name "hot-reload" is not a bucket: its key is an absolute
folder that is used in place, so that a saved file takes effect at the next invocation.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from emulator import clients
from emulator.aws_protocol import AwsError

HOT_RELOAD_BUCKET = "hot-reload"
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_UNZIPPED_BYTES = 250 * 1024**2
MAX_UPLOAD_BYTES = 50 * 1024**2
_UNCHANGING = {"__pycache__", "site-packages", "node_modules", ".git"}


def invalid(message: str) -> AwsError:
    """InvalidParameterValueException."""
    return AwsError("InvalidParameterValueException", message, 400)


def place_code(
    code: Mapping[str, Any], store: Path, layers: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Put a Code or Content parameter on disk (blocking) and describe it; `layers` are those of the function.

    Returns {"folder": absolute path, "sha256": base64, "size": bytes of the zip, "unzipped": bytes of its
    files, "hot": used in place?}.
    Raises AwsError (InvalidParameterValueException) where there is no such code, or too much.
    """
    if code.get("S3Bucket") == HOT_RELOAD_BUCKET:
        folder = Path(code.get("S3Key", ""))
        if not (folder.is_absolute() and folder.is_dir()):
            raise invalid(
                f"{folder} is not a folder (S3Bucket {HOT_RELOAD_BUCKET} needs an absolute one as S3Key)"
            )
        return {
            "folder": str(folder),
            "sha256": _sha256(str(folder).encode()),
            "size": 0,
            "unzipped": 0,
            "hot": True,
        }
    archive = _archive(code)
    sha256 = _sha256(archive)
    folder = store / hashlib.sha256(archive).hexdigest()[:32]
    unzipped = _unpack(archive, folder, layers)
    return {
        "folder": str(folder),
        "sha256": sha256,
        "size": len(archive),
        "unzipped": unzipped,
        "hot": False,
    }


def _archive(code: Mapping[str, Any]) -> bytes:
    if "ZipFile" in code:
        data = code["ZipFile"]
        archive = data if isinstance(data, bytes) else base64.b64decode(data)
        if len(archive) > MAX_UPLOAD_BYTES:
            raise AwsError(
                "RequestEntityTooLargeException",
                f"A zip of more than {MAX_UPLOAD_BYTES} bytes must come from S3.",
                413,
            )
        return archive
    if "S3Bucket" not in code:
        raise invalid("Please provide a source for function code.")
    s3 = clients.client("s3")
    version = {"VersionId": code["S3ObjectVersion"]} if "S3ObjectVersion" in code else {}
    try:
        return bytes(s3.get_object(Bucket=code["S3Bucket"], Key=code["S3Key"], **version)["Body"].read())
    except s3.exceptions.ClientError as err:
        error = err.response["Error"]
        raise invalid(
            f"Error occurred while GetObject. S3 Error Code: {error['Code']}. "
            f"S3 Error Message: {error['Message']}"
        ) from err


def check_size(unzipped: int, layers: Sequence[Mapping[str, Any]]) -> None:
    """Raise AwsError (InvalidParameterValueException) where so many bytes and the layers are too large."""
    # Folders used in place count nothing, and neither does what was placed before sizes were kept.
    size = unzipped + sum(layer.get("unzipped", 0) for layer in layers)
    if size < MAX_UNZIPPED_BYTES:
        return
    if not layers:
        raise invalid(f"Unzipped size must be smaller than {MAX_UNZIPPED_BYTES} bytes")
    raise invalid(
        f"Function code combined with layers exceeds the maximum allowed size of {MAX_UNZIPPED_BYTES} bytes. "
        f"The actual size is {size} bytes."
    )


def _unpack(archive: bytes, folder: Path, layers: Sequence[Mapping[str, Any]]) -> int:
    """Unpack it unless that was done before; how many bytes are in it, unzipped."""
    unfinished = folder.with_suffix(".unpacking")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            unzipped = sum(entry.file_size for entry in opened.infolist())
            if not opened.namelist():
                raise invalid("Uploaded file must be a non-empty zip")
            check_size(unzipped, layers)
            if folder.exists():
                return unzipped
            opened.extractall(unfinished)  # it refuses to write outside the folder
    except zipfile.BadZipFile as err:
        raise invalid(
            "Could not unzip uploaded file. Please check your file, then try to upload again."
        ) from err
    os.replace(unfinished, folder)
    return unzipped


def _sha256(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def layer_paths(folder: Path) -> list[Path]:
    """What of a layer goes on PYTHONPATH: AWS's `python/` (and its site-packages), or the folder itself."""
    python = folder / "python"
    if not python.is_dir():
        return [folder]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site_packages = python / "lib" / version / "site-packages"
    return [python, site_packages] if site_packages.is_dir() else [python]


def fingerprint(folders: list[Path]) -> str:
    """Changes when a .py file in these folders is added, removed or written."""
    state = hashlib.sha256()
    for folder in folders:
        for path, modified_ns in sorted(_python_files(folder)):
            state.update(f"{path}:{modified_ns}\n".encode())
    return state.hexdigest()


def _python_files(folder: Path) -> Iterator[tuple[str, int]]:
    for directory, names, files in os.walk(folder):
        names[:] = [name for name in names if name not in _UNCHANGING and not name.endswith(".dist-info")]
        for file in files:
            if file.endswith(".py"):
                path = os.path.join(directory, file)
                try:
                    yield path, os.stat(path).st_mtime_ns
                except FileNotFoundError:  # an editor replaces files
                    continue
