"""Kinesis puts after many records: the emulator's repaired moto, against moto as it comes.

Both run in a process of their own, so that the repairs of one are not in the other.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

_PROGRAM = """
import sys, time
if sys.argv[1] == "emulator":
    from emulator import moto_repairs
    moto_repairs.apply("kinesis")
from moto.kinesis.models import KinesisBackend, Stream
from datetime import datetime
stream = Stream("s", 1, None, 24, "1", "us-east-1")
def put(count):
    began = time.perf_counter()
    for _ in range(count):
        stream.put_record("door", "", "data")
    return (time.perf_counter() - began) / count
put(int(sys.argv[2]))
print(put(200))
"""


def run() -> Sequence[str]:
    """Microseconds a put, with few and with many records in the shard."""
    lines = []
    for records in (1_000, 10_000):
        ours, peer = (_seconds_a_put(side, records) for side in ("emulator", "moto"))
        lines.append(
            f"put after {records} records: {ours * 1e6:.0f} µs, moto as it comes: {peer * 1e6:.0f} µs, "
            f"ratio {ours / peer:.3f}"
        )
    return lines


def _seconds_a_put(side: str, records: int) -> float:
    command = [sys.executable, "-c", _PROGRAM, side, str(records)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
