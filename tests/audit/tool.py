"""Lighthouse, installed by npm into a folder that git ignores, exactly as the lock file has it."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HERE = Path(__file__).parent
_FILES = ("package.json", "package-lock.json", "lighthouse.mjs")
_OLDEST_NODE = (18, 20)
_ADVICE = "Type: sudo apt-get install nodejs npm"


class AuditError(Exception):
    """The audit cannot be done; the message says what to do."""


def require_node() -> None:
    """Raises AuditError where Node or npm is missing, or too old."""
    missing = [program for program in ("node", "npm") if shutil.which(program) is None]
    if missing:
        raise AuditError(f"Lighthouse needs Node, and there is no {' and no '.join(missing)}. {_ADVICE}")
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(int(part) for part in re.findall(r"\d+", said)[:2]) < _OLDEST_NODE:
        raise AuditError(f"Lighthouse needs Node 18.20 or later, not {said.strip()}. {_ADVICE}")


def install(folder: Path) -> None:
    """Put Lighthouse into `folder`, unless it is there as locked. Raises AuditError where npm cannot."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        shutil.copyfile(HERE / name, folder / name)
    locked = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / "installed"
    if stamp.exists() and stamp.read_text() == locked:
        return
    print("Installing Lighthouse (once) ...", flush=True)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AuditError(f"npm could not install Lighthouse:\n{done.stderr.strip()}")
    stamp.write_text(locked)


def looks(folder: Path, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What lighthouse.mjs prints, look by look. Raises AuditError where it ends badly."""
    key, certificate = _certificate()
    process = subprocess.Popen(
        ["node", "lighthouse.mjs"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with process.stdin as told:
            json.dump({**wanted, "key": key, "certificate": certificate}, told)
        for line in process.stdout:
            yield json.loads(line)
        if process.wait() != 0:
            raise AuditError(f"Lighthouse ended with {process.returncode}; what it said stands above.")
    finally:
        process.kill()
        process.wait()


def _certificate() -> tuple[str, str]:
    """A key and a certificate for this machine and this hour, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=6))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()
