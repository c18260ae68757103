"""One player's session: what its playlists say while fragments come, are late, or expire."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from emulator.kinesis_video.exceptions import ResourceNotFoundError
from tests.emulator.kinesis_video.playback.door import (
    CONFIGURATION,
    OTHER_CONFIGURATION,
    Door,
    segments,
    tag,
)


@pytest.fixture
def at_the_door(tmp_path: Path) -> Callable[[Callable[[Door], Awaitable[None]]], None]:
    """Run a test's coroutine with a door of its own."""

    async def run(use: Callable[[Door], Awaitable[None]]) -> None:
        await use(Door(tmp_path / "stream"))

    return lambda use: asyncio.run(run(use))


def test_a_live_playlist_slides(at_the_door: Any) -> None:
    """Given a live session of three segments, then the oldest leave as more are filmed."""

    async def use(door: Door) -> None:
        await door.film(0, 2, 4, 6)
        player = await door.watch("LIVE", MaxMediaPlaylistFragmentResults=3)
        assert await player.numbers() == [1, 2, 3]
        await door.film(8)
        assert await player.numbers() == [2, 3, 4]
        await door.film(10, 12)
        playlist = await player.playlist()
        assert segments(playlist) == [4, 5, 6]
        assert "ENDLIST" not in playlist
        assert tag(playlist, "TARGETDURATION") == "2"

    at_the_door(use)


def test_what_comes_late_is_not_put_in_between(at_the_door: Any) -> None:
    """Given a live session, when a fragment older than its newest comes, then it is left out."""

    async def use(door: Door) -> None:
        await door.film(0, 2, 8)
        player = await door.watch("LIVE")
        await door.film(4, 10)
        playlist = await player.playlist()
        assert segments(playlist) == [1, 2, 3, 4]
        assert len(door.archive.records) == 5
        assert door.archive.records[3].number not in playlist

    at_the_door(use)


def test_numbers_stay_when_fragments_expire(at_the_door: Any) -> None:
    """Given a session, when its oldest fragments expire, then the others keep their numbers; gone is 404."""

    async def use(door: Door) -> None:
        await door.film(0, 2, 4)
        player = await door.watch("LIVE")
        before = (await player.playlist()).splitlines()
        await door.archive.remove(door.archive.records[:2])
        await door.film(6)
        after = (await player.playlist()).splitlines()
        assert after[: len(before)] == before
        media = [line for line in after if line.startswith("getMP4Media")]
        assert [(await player.get(address)).status for address in media] == [404, 404, 200, 200]

    at_the_door(use)


def test_nothing_recent_is_not_live(at_the_door: Any) -> None:
    """Given the newest fragment came 31 seconds ago, when live is asked for, then ResourceNotFound."""

    async def use(door: Door) -> None:
        await door.film(0)
        await door.watch("LIVE")
        door.now += 31
        with pytest.raises(ResourceNotFoundError):
            await door.watch("LIVE")
        await door.watch("ON_DEMAND", end=10)

    at_the_door(use)


def test_a_recording_is_there_at_once_and_ends(at_the_door: Any) -> None:
    """Given a range, when on demand, then what begins in it is there, at most so many, and an end."""

    async def use(door: Door) -> None:
        await door.film(0, 2, 4, 6, 8)
        playlist = await (await door.watch("ON_DEMAND", begin=2, end=6)).playlist()
        assert segments(playlist) == [1, 2, 3]
        assert playlist.endswith("#EXT-X-ENDLIST\n")
        assert tag(playlist, "PLAYLIST-TYPE") == "VOD"
        player = await door.watch("ON_DEMAND", end=9, MaxMediaPlaylistFragmentResults=2)
        assert await player.numbers() == [1, 2]
        await door.film(1)
        assert await player.numbers() == [1, 2]

    at_the_door(use)


def test_a_replay_goes_on_at_the_pace_of_the_video(at_the_door: Any) -> None:
    """Given a replay of two segments, when time passes, then one comes after each one's duration."""

    async def use(door: Door) -> None:
        await door.film(0, 2, 4, 6)
        player = await door.watch("LIVE_REPLAY", MaxMediaPlaylistFragmentResults=2)
        assert await player.numbers() == [1, 2]
        door.now += 1.9
        assert await player.numbers() == [1, 2]
        door.now += 0.2
        assert await player.numbers() == [2, 3]
        door.now += 20
        assert await player.numbers() == [3, 4]
        await door.film(8)
        playlist = await player.playlist()
        assert segments(playlist) == [4, 5]
        assert "ENDLIST" not in playlist

    at_the_door(use)


def test_a_replay_with_an_end_ends(at_the_door: Any) -> None:
    """Given a replay up to a time, when all of it was told, then the playlist ends."""

    async def use(door: Door) -> None:
        await door.film(0, 2, 4)
        player = await door.watch("LIVE_REPLAY", end=3, MaxMediaPlaylistFragmentResults=2)
        playlist = await player.playlist()
        assert segments(playlist) == [1, 2]
        assert playlist.endswith("#EXT-X-ENDLIST\n")

    at_the_door(use)


@pytest.mark.parametrize(
    ("mode", "expected"), [("ALWAYS", [2, 3, 4]), ("NEVER", []), ("ON_DISCONTINUITY", [3, 4]), (None, [])]
)
def test_breaks_are_marked_as_asked_for(at_the_door: Any, mode: str | None, expected: list[int]) -> None:
    """Given fragments on time, after a gap and too early, then marked as DiscontinuityMode says."""

    async def use(door: Door) -> None:
        await door.film(0, 2, 10, 11)
        fields = {"DiscontinuityMode": mode} if mode else {}
        playlist = await (await door.watch("ON_DEMAND", end=20, **fields)).playlist()
        blocks = playlist.split("getMP4Media")
        marked = [number for number, block in enumerate(blocks[:-1], 1) if "DISCONTINUITY\n" in block]
        assert marked == expected

    at_the_door(use)


def test_breaks_that_left_the_playlist_are_counted(at_the_door: Any) -> None:
    """Given breaks between all, when two of them have left the window, then DISCONTINUITY-SEQUENCE is 2."""

    async def use(door: Door) -> None:
        await door.film(0, 2)
        player = await door.watch("LIVE", DiscontinuityMode="ALWAYS", MaxMediaPlaylistFragmentResults=2)
        await door.film(4, 6, 8)
        playlist = await player.playlist()
        assert segments(playlist) == [4, 5]
        assert tag(playlist, "DISCONTINUITY-SEQUENCE") == "2"

    at_the_door(use)


def test_a_camera_with_new_settings_has_a_new_init(at_the_door: Any) -> None:
    """Given settings that change, when listed, then an init segment of its own stands before each change."""

    async def use(door: Door) -> None:
        await door.film(0, 2)
        await door.film(4, configuration=OTHER_CONFIGURATION)
        player = await door.watch("ON_DEMAND", end=20, DiscontinuityMode="ON_DISCONTINUITY")
        playlist = await player.playlist()
        inits = re.findall(r'#EXT-X-MAP:URI="([^"]+)"', playlist)
        bodies = [(await player.get(address)).body for address in inits]
        assert [CONFIGURATION in body for body in bodies if isinstance(body, bytes)] == [True, False]
        assert [OTHER_CONFIGURATION in body for body in bodies if isinstance(body, bytes)] == [False, True]
        assert playlist.index("DISCONTINUITY\n") < playlist.index(inits[1])

    at_the_door(use)


def test_a_fragment_that_cannot_be_played_is_left_out(at_the_door: Any) -> None:
    """Given a live session, when a fragment with a damaged configuration comes, then the next one follows."""

    async def use(door: Door) -> None:
        await door.film(0)
        player = await door.watch("LIVE")
        await door.film(2, configuration=b"damaged")
        await door.film(4)
        playlist = await player.playlist()
        assert segments(playlist) == [1, 2]
        assert door.archive.records[1].number not in playlist

    at_the_door(use)


def test_times_are_shown_when_asked_for(at_the_door: Any) -> None:
    """Given DisplayFragmentTimestamp, then each segment says when it begins, by the selected clock."""

    async def use(door: Door) -> None:
        await door.film(0, 2.5)
        player = await door.watch("ON_DEMAND", end=20, DisplayFragmentTimestamp="ALWAYS")
        found = re.findall(r"#EXT-X-PROGRAM-DATE-TIME:(.*)", await player.playlist())
        assert found == ["2026-11-21T00:38:51.000Z", "2026-11-21T00:38:53.500Z"]

    at_the_door(use)


def test_an_expired_session_is_refused(at_the_door: Any) -> None:
    """Given a session of 300 seconds, when they are over, then 403 for all of it, readable by any page."""

    async def use(door: Door) -> None:
        await door.film(0)
        player = await door.watch("ON_DEMAND", end=20, Expires=300)
        addresses = re.findall(r"getMP4[^\s\"]+", await player.playlist())
        door.now += 299.9
        assert [(await player.get(address)).status for address in addresses] == [200, 200]
        door.now += 0.2
        for address in addresses:
            refused = await player.get(address)
            assert refused.status == 403
            assert refused.headers["x-amzn-ErrorType"] == "AccessDeniedException"
            assert refused.headers["Access-Control-Allow-Origin"] == "*"

    at_the_door(use)


def test_a_deleted_stream_ends_its_sessions(at_the_door: Any) -> None:
    """Given a session, when its stream is deleted, then the player is refused."""

    async def use(door: Door) -> None:
        await door.film(0)
        player = await door.watch("ON_DEMAND", end=20)
        address = re.findall(r"getMP4Media\S+", await player.playlist())[0]
        await door.archive.delete()
        assert (await player.get(address)).status == 403

    at_the_door(use)


def test_two_requests_at_once_see_one_playlist(at_the_door: Any) -> None:
    """Given new fragments, when a player asks twice at the same time, then each fragment is there once."""

    async def use(door: Door) -> None:
        await door.film(0)
        player = await door.watch("LIVE")
        await door.film(2, 4)
        first, second = await asyncio.gather(player.playlist(), player.playlist())
        assert first == second
        assert segments(first) == [1, 2, 3]

    at_the_door(use)


@pytest.mark.parametrize(("size", "described"), [((64, 48), True), ((0, 0), False)])
def test_a_size_that_nobody_said_is_not_described(
    at_the_door: Any, size: tuple[int, int], described: bool
) -> None:
    """Given a producer that leaves out width and height, then the master playlist has no RESOLUTION."""

    async def use(door: Door) -> None:
        await door.film(0, size=size)
        player = await door.watch("LIVE")
        assert ("RESOLUTION=64x48" in await player.master()) is described
        assert ("RESOLUTION" in await player.master()) is described

    at_the_door(use)
