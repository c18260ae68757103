"""A small RTSP camera (RFC 2326, interleaved over TCP) that shows a test pattern."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import re
import subprocess
import time
from collections.abc import AsyncIterator

_SDP = "\r\n".join(
    (
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=door",
        "t=0 0",
        "m=video 0 RTP/AVP 96",
        "c=IN IP4 0.0.0.0",
        "a=rtpmap:96 H264/90000",
        "a=fmtp:96 packetization-mode=1",
        "a=control:track1",
        "",
    )
)

_PICTURES = (
    "videotestsrc num-buffers=300 ! video/x-raw,width=160,height=120,framerate=15/1"
    " ! x264enc tune=zerolatency key-int-max=15 ! rtph264pay pt=96 config-interval=1 ! rtpstreampay ! fdsink"
)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hang_up_after: float) -> None:
    playing: asyncio.Task[None] | None = None
    try:
        while request := (await reader.readuntil(b"\r\n\r\n")).decode(errors="replace"):
            request = request[request.find("\r\n$") + 1 :] if request.startswith("$") else request
            method, url = request.split(maxsplit=2)[:2]
            sequence = re.search(r"CSeq: (\d+)", request)
            number = sequence[1] if sequence else "0"
            status, headers, body = _answer(method, url)
            head = [f"RTSP/1.0 {status}", f"CSeq: {number}", *headers, f"Content-Length: {len(body)}", "", ""]
            writer.write("\r\n".join(head).encode() + body.encode())
            if method == "PLAY":
                playing = asyncio.create_task(_play(writer))
                if hang_up_after:
                    asyncio.get_running_loop().call_later(hang_up_after, writer.transport.abort)
            if method == "TEARDOWN":
                return
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        if playing is not None:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
        writer.transport.abort()


def _answer(method: str, url: str) -> tuple[str, list[str], str]:
    if "/locked" in url:
        return "401 Unauthorized", ['WWW-Authenticate: Basic realm="door"'], ""
    if "/nothing" in url and method == "DESCRIBE":
        return "404 Not Found", [], ""
    if method == "OPTIONS":
        return "200 OK", ["Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"], ""
    if method == "DESCRIBE":
        return "200 OK", ["Content-Type: application/sdp", f"Content-Base: {url}/"], _SDP
    if method == "SETUP":
        return "200 OK", ["Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: 1;timeout=60"], ""
    return "200 OK", ["Session: 1"], ""


async def _play(writer: asyncio.StreamWriter) -> None:
    """Send RTP packets when their time comes, each as "$", channel 0, length (2 bytes), packet."""
    began, first = time.monotonic(), None
    for packet in _packets():
        timestamp = int.from_bytes(packet[4:8])
        first = timestamp if first is None else first
        await asyncio.sleep(began + ((timestamp - first) % 2**32) / 90_000 - time.monotonic())
        writer.write(b"$\x00" + len(packet).to_bytes(2) + packet)
        await writer.drain()


@functools.cache
def _packets() -> tuple[bytes, ...]:
    """Twenty seconds of RTP packets, from GStreamer's length (2 bytes) and packet (RFC 4571)."""
    made = subprocess.run(
        ["gst-launch-1.0", "-q", *_PICTURES.split()], check=True, stdout=subprocess.PIPE, timeout=60
    ).stdout
    packets, position = [], 0
    while position < len(made):
        begin = position + 2
        position = begin + int.from_bytes(made[position:begin])
        packets.append(made[begin:position])
    return tuple(packets)


@contextlib.asynccontextmanager
async def rtsp_camera(hang_up_after: float = 0) -> AsyncIterator[str]:
    """Run the camera; yield its address. `hang_up_after` seconds of pictures it is gone (0: never)."""
    _packets()  # made before anybody waits for them
    visits: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits[asyncio.create_task(_serve(reader, writer, hang_up_after))] = writer

    server = await asyncio.start_server(visit, "127.0.0.1", 0)
    async with server:
        try:
            yield f"rtsp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            for task, writer in visits.items():
                task.cancel()
                writer.transport.abort()  # a task that had not begun yet would leave it open
            await asyncio.gather(*visits, return_exceptions=True)
