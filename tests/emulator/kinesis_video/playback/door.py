"""A door whose fragments and whose clock a test has in its hands, and a player that watches it."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from emulator.kinesis_video.archive import Archive
from emulator.kinesis_video.fragment_folder import FragmentFolder, FragmentNumbers
from emulator.kinesis_video.hls import PATH, Hls
from matroska import Fragment, FragmentReader, Frame, Track, encode_frames, encode_header

BEGIN = 1_795_221_531.0
CONFIGURATION = bytes.fromhex("0164001fffe10004" + "6764001f" + "010003" + "68eb8f")
OTHER_CONFIGURATION = CONFIGURATION[:3] + b"\x28" + CONFIGURATION[4:]


class Door:
    """An archive that fragments of two seconds are put into, and a player's sessions."""

    def __init__(self, folder: Path) -> None:
        self._numbers = FragmentNumbers()
        self.archive = Archive(FragmentFolder(folder), self._numbers)
        self.now = time.time()
        self.hls = Hls("http://127.0.0.1:4566", lambda: self.now)

    async def film(
        self, *seconds: float, configuration: bytes = CONFIGURATION, size: tuple[int, int] = (64, 48)
    ) -> None:
        """Put a fragment of two seconds for each second after BEGIN; `size` is what its track says."""
        for second in seconds:
            at = round((BEGIN + second) * 1000)
            part = fragment(at, configuration, size)
            await self.archive.store(part, self._numbers.next(), at, persisted=True)

    async def watch(self, mode: str, **fields: Any) -> Player:
        """Ask for an address, by producer's time, and load the master playlist."""
        selector: dict[str, Any] = {"FragmentSelectorType": "PRODUCER_TIMESTAMP"}
        if mode != "LIVE":
            span = {"StartTimestamp": BEGIN + fields.pop("begin", 0)}
            if "end" in fields:
                span["EndTimestamp"] = BEGIN + fields.pop("end")
            selector["TimestampRange"] = span
        asked = {"PlaybackMode": mode, "HLSFragmentSelector": selector, **fields}
        answer = await self.hls.session_url(self.archive, asked)
        return Player(self.hls, answer["HLSStreamingSessionURL"])


class Player:
    """Loads what a session's addresses lead to."""

    def __init__(self, hls: Hls, address: str) -> None:
        self._hls = hls
        self._master = urlsplit(address)

    async def get(self, target: str, method: str = "GET") -> web.Response:
        """Load an address that is relative to the playlists."""
        return await self._hls.handle(make_mocked_request(method, PATH + target))

    async def master(self) -> str:
        """Load the master playlist."""
        master = await self.get(f"{self._master.path.removeprefix(PATH)}?{self._master.query}")
        assert master.status == 200, master.text
        return master.text or ""

    async def playlist(self) -> str:
        """Load the media playlist by way of the master playlist."""
        media = await self.get((await self.master()).splitlines()[-1])
        assert media.status == 200, media.text
        return media.text or ""

    async def numbers(self) -> list[int]:
        """The media playlist's segments, by their sequence numbers."""
        return segments(await self.playlist())


def segments(playlist: str) -> list[int]:
    """Sequence numbers of a playlist's segments; they count on from what it says."""
    found = [int(n) for n in re.findall(r"^getMP4Media\S+SequenceNumber=(\d+)$", playlist, re.MULTILINE)]
    first = int(tag(playlist, "MEDIA-SEQUENCE"))
    assert found == list(range(first, first + len(found)))
    return found


def tag(playlist: str, name: str) -> str:
    """The value of a tag of the playlist."""
    found = re.search(rf"^#EXT-X-{name}:(.*)$", playlist, re.MULTILINE)
    assert found is not None, playlist
    return found[1]


def fragment(at: int, configuration: bytes, size: tuple[int, int]) -> Fragment:
    """A fragment of two frames, a second apart."""
    header = encode_header([Track(1, codec_private=configuration, width=size[0], height=size[1])])
    data = b"\0\0\0\5\x65" + at.to_bytes(8)[-4:]
    frames = [Frame(data, 0, key_frame=True), Frame(data, 1000)]
    [found] = FragmentReader().feed(header + encode_frames(at, frames))
    return found
