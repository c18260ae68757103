"""The GStreamer child process: a source in, Matroska fragments of about a second out.

The child is `gst-launch-1.0`, which writes to a pipe of its own: no GStreamer binding for Python is needed,
and a crash in a codec takes down the child alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from kvs_producer.clock import Instant
from kvs_producer.errors import GStreamerError, SourceBrokenError
from kvs_producer.gstreamer import DEBIAN_PACKAGES, PROGRAM, explain, first_error, input_codec
from kvs_producer.motion import MotionGate
from kvs_producer.sources import Size, Source
from kvs_producer.watch import watching
from matroska import Fragment, FragmentReader, MatroskaError, TruncatedError

log = logging.getLogger(__name__)

READ_BYTES = 1 << 16
STOP_SECONDS = 5.0
"""How long the child may take to encode what it still holds once it is told to stop."""

SILENCE_SECONDS = 15.0
"""After how long without a picture a camera counts as broken off."""


@dataclass(frozen=True)
class Encoding:
    """How the video is encoded: frames per second, pixels, and kbit/s."""

    frames_per_second: int = 15
    size: Size = field(default_factory=lambda: Size(1280, 720))
    kilobits_per_second: int = 2000


@dataclass(frozen=True)
class Captured:
    """A fragment in pipeline time, and when its last byte had come out of the pipeline."""

    fragment: Fragment
    complete: Instant


def encoded_by(source: Source, encoding: Encoding, *, watched: bool = False) -> list[str]:
    """Return the words of a pipeline from the source to H.264 with a key frame every second, exactly.

    With `watched` there is a tee before the encoder, named pictures, for whoever looks at the pictures too.

    A camera that is too fast for the encoder loses pictures, not time (the leaky queue); a file is read at
    the pace at which it was recorded (clocksync). Other shapes get black borders.
    """
    rate, size = encoding.frames_per_second, encoding.size
    shape = f"width={size.width},height={size.height},pixel-aspect-ratio=1/1"
    pictures = f"video/x-raw,format=I420,framerate={rate}/1,{shape}"
    pace = "queue leaky=downstream max-size-buffers=0 max-size-bytes=0 max-size-time=2000000000"
    pace = pace if source.live else "clocksync"
    encoder = (
        f"x264enc tune=zerolatency speed-preset=superfast bitrate={encoding.kilobits_per_second}"
        f" key-int-max={rate} option-string=scenecut=0"
    )
    tee = "tee name=pictures ! queue ! " if watched else ""
    shaped = f"! videoconvert ! videoscale ! videorate ! {pictures} ! {pace}"
    words = f"{shaped} ! {tee}{encoder} ! h264parse".split()
    return [*source.elements, *words]


def require_gstreamer() -> None:
    """Raise GStreamerError if gst-launch-1.0 is not installed."""
    if shutil.which(PROGRAM) is None:
        raise GStreamerError(PROGRAM, DEBIAN_PACKAGES[PROGRAM])


class Pipeline:
    """One run of the child process, from its start to the end of the source."""

    def __init__(
        self, source: Source, encoding: Encoding, gate: MotionGate | None = None, *, announce: bool = True
    ) -> None:
        """`gate` is shown small pictures; `announce` False says nothing of the codec: it was said before."""
        self._announce = announce
        self._source = source
        self._frames_per_second = encoding.frames_per_second
        self._gate = gate
        self._words = encoded_by(source, encoding, watched=gate is not None)
        self._child: Process | None = None
        self._stopping = False
        self._said: deque[str] = deque(maxlen=200)

    async def fragments(self) -> AsyncGenerator[Captured, None]:
        """Start the child and yield each fragment as soon as it is complete, the last one at the end.

        Raises GStreamerError or SourceError if nothing ever came, SourceBrokenError if it came and broke off.
        """
        reader, delivered = FragmentReader(), 0
        async with contextlib.aclosing(self._output()) as output:
            async for data, now in output:
                for fragment in self._completed(reader, data):
                    delivered += 1
                    yield Captured(fragment, now)
        clean = await self._ended()
        for fragment in self._rest(reader, clean):
            delivered += 1
            # Nothing came after its last frame: that one, too, lasts as long as a frame does.
            yield Captured(fragment, _now(later=1 / self._frames_per_second))
        if self._stopping:
            return
        if not delivered:
            raise explain(self._source.label, self._said)
        if not clean:
            raise SourceBrokenError(
                self._source.label, first_error(self._said) or "GStreamer ended without a word"
            )

    async def stop(self) -> None:
        """Ask the child to encode what it holds and to end; `fragments` then yields the last one and ends."""
        self._stopping = True
        child = self._child
        if child is None or child.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(signal.SIGINT)  # gst-launch-1.0 -e turns it into an end of stream
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await child.wait()
        except TimeoutError:
            log.warning("GStreamer does not stop; ending it")
            with contextlib.suppress(ProcessLookupError):
                child.kill()

    async def _output(self) -> AsyncGenerator[tuple[bytes, Instant], None]:
        """Run the child and yield what comes out of its pipe, with the time at which it came."""
        require_gstreamer()
        read_end, write_end = os.pipe()
        sink = f"! matroskamux streamable=true min-cluster-duration=0 ! fdsink fd={write_end}".split()
        with os.fdopen(read_end, "rb", buffering=0) as pipe, watching(self._gate) as watch:
            try:
                self._child = await asyncio.create_subprocess_exec(
                    *(PROGRAM, "-e", "-v", *self._words, *sink, *watch.words),
                    pass_fds=(write_end, *watch.pass_fds),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=PIPE,
                    stderr=STDOUT,
                    start_new_session=True,  # Ctrl-C is for us; we stop the child in good order
                    env={**os.environ, "LC_ALL": "C.UTF-8"},
                )
            finally:
                os.close(write_end)
                watch.started()
            if self._stopping:
                self._child.send_signal(signal.SIGINT)
            listening = asyncio.create_task(self._listen(self._child))
            looking = asyncio.create_task(watch.look(lambda: self._stopping))
            stream = asyncio.StreamReader()
            loop = asyncio.get_running_loop()
            transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), pipe)
            try:
                while data := await self._read(stream):
                    yield data, _now()
                await listening
                await self._child.wait()
            finally:
                transport.close()
                listening.cancel()
                looking.cancel()
                await self._end(self._child)

    async def _read(self, stream: asyncio.StreamReader) -> bytes:
        """Read what the child wrote; a camera that falls silent without a word has broken off."""
        try:
            async with asyncio.timeout(SILENCE_SECONDS if self._source.live else None):
                return await stream.read(READ_BYTES)
        except TimeoutError as err:
            raise SourceBrokenError(self._source.label, f"no picture for {SILENCE_SECONDS:.0f} s") from err

    def _completed(self, reader: FragmentReader, data: bytes) -> list[Fragment]:
        try:
            return reader.feed(data)
        except MatroskaError as error:
            if self._stopping:  # stopped before the first frame, GStreamer writes a file without a track
                return []
            raise SourceBrokenError(self._source.label, f"GStreamer wrote no Matroska ({error})") from error

    async def _listen(self, child: Process) -> None:
        """Keep what the child says, and say once what it is that it decodes."""
        assert child.stdout is not None  # noqa: S101 - asked for with PIPE above; tells mypy so
        while line := await self._line(child.stdout):
            text = line.decode(errors="replace").rstrip()[:500]
            if "caps =" not in text:
                self._said.append(text)
            elif self._announce and (codec := input_codec(text)) is not None:
                self._announce = False
                log.info("%s: %s, encoded anew as H.264 with a key frame a second", self._source.label, codec)

    async def _line(self, output: asyncio.StreamReader) -> bytes:
        """Read one line; of one that is endless (a codec's private data) nothing."""
        try:
            return await output.readline()
        except ValueError:
            return b"\n"

    async def _end(self, child: Process) -> None:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()

    async def _ended(self) -> bool:
        """Whether the child came to the end of the stream in good order."""
        return self._child is not None and await self._child.wait() == 0

    def _rest(self, reader: FragmentReader, clean: bool) -> list[Fragment]:
        """Return the fragment that only the end of the pipe ended, as far as its frames are whole."""
        begun = reader.open_timecode_ms is not None
        try:
            rest = reader.close()
        except TruncatedError:
            log.warning("%s broke off within a frame; the fragment begun last is dropped", self._source.label)
            return []
        except MatroskaError:
            rest = []  # a cluster was begun, and no frame of it came
        if begun and not clean and rest:
            frames = len(rest[0].blocks)
            log.warning(
                "%s broke off within a fragment; its first %d frames are kept", self._source.label, frames
            )
        return rest


def _now(later: float = 0.0) -> Instant:
    return Instant(time.time() + later, time.monotonic() + later)
