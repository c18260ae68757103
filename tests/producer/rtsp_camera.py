"""A small RTSP camera (RFC 2326, interleaved over TCP) that shows a test pattern."""

from __future__ import annotations

import asyncio
import contextlib
import re
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
    "videotestsrc is-live=true ! video/x-raw,width=160,height=120,framerate=15/1"
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
        writer.close()


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
    """Send RTP packets, each as "$", channel 0, length (2 bytes), packet."""
    command = ("gst-launch-1.0", "-q", *_PICTURES.split())
    pictures = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert pictures.stdout is not None
    try:
        while True:
            length = await pictures.stdout.readexactly(2)
            packet = await pictures.stdout.readexactly(int.from_bytes(length))
            writer.write(b"$\x00" + length + packet)
            await writer.drain()
    finally:
        pictures.kill()
        await pictures.wait()


@contextlib.asynccontextmanager
async def rtsp_camera(hang_up_after: float = 0) -> AsyncIterator[str]:
    """Run the camera; yield its address. `hang_up_after` seconds of pictures it is gone (0: never)."""
    server = await asyncio.start_server(
        lambda reader, writer: _serve(reader, writer, hang_up_after), "127.0.0.1", 0
    )
    async with server:
        yield f"rtsp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
