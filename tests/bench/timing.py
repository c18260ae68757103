"""How benches measure: the best of several rounds, the two sides taking turns."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable

ROUNDS = 15


def best_of_both(ours: Callable[[], object], peer: Callable[[], object]) -> tuple[float, float]:
    """The shortest time of each in seconds; they take turns, so that noise meets both."""
    best_ours = best_peer = float("inf")
    for _ in range(ROUNDS):
        best_ours = min(best_ours, _seconds(ours))
        best_peer = min(best_peer, _seconds(peer))
    return best_ours, best_peer


def compared(what: str, ours: float, peer_name: str, peer: float) -> str:
    """One line: our time, the peer's, and the ratio."""
    return f"{what}: {ours * 1e3:.1f} ms, {peer_name}: {peer * 1e3:.1f} ms, ratio {ours / peer:.2f}"


def test_video(seconds: int) -> bytes:
    """A Matroska stream of 720p at 15 fps and 2 Mbit/s with a key frame each second, from GStreamer."""
    command = (
        f"gst-launch-1.0 -q videotestsrc pattern=snow num-buffers={seconds * 15} ! "
        "video/x-raw,width=1280,height=720,framerate=15/1 ! "
        "x264enc bitrate=2000 tune=zerolatency key-int-max=15 option-string=scenecut=0 ! h264parse ! "
        "matroskamux streamable=true min-cluster-duration=0 ! fdsink"
    )
    return subprocess.run(command.split(), check=True, capture_output=True).stdout


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
