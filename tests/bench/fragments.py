"""Splitting a stream into fragments, against hashing the same bytes once (which SHA-256 does in C)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from matroska import FragmentReader
from tests.bench.timing import best_of_both, compared, test_video

_CHUNK = 16 * 1024


def run() -> Sequence[str]:
    """Half a minute of 720p in chunks as they come off a socket."""
    stream = test_video(30)
    chunks = [stream[at : at + _CHUNK] for at in range(0, len(stream), _CHUNK)]

    def split() -> None:
        reader = FragmentReader()
        for chunk in chunks:
            reader.feed(chunk)
        reader.close()

    ours, peer = best_of_both(split, lambda: hashlib.sha256(stream).digest())
    return [compared(f"fragments of {len(stream) >> 10} KiB", ours, "SHA-256 of them", peer)]
