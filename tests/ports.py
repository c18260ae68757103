"""Ports for tests to listen on, which nobody else takes between the finding and the listening."""

from __future__ import annotations

import itertools
import os
import secrets
import socket
from collections.abc import Iterator

# Systems give higher ones to outgoing connections and to whoever asks for any port.
_FIRST, _OF_A_PROCESS, _PROCESSES = 12_000, 1_000, 20


def _candidates() -> Iterator[int]:
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _PROCESSES
    for step in itertools.count(secrets.randbelow(_OF_A_PROCESS)):
        yield _FIRST + process * _OF_A_PROCESS + step % _OF_A_PROCESS


_PORTS = _candidates()


def free_port() -> int:
    """A loopback port that nobody listens on; each process of a test run finds others, and each only once."""
    for port in _PORTS:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("there is always another one")
