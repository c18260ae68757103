"""GetHLSStreamingSessionURL, and what a player then loads with the address that it returns."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping

from aiohttp import web

from emulator.errors import json_error
from emulator.kinesis_video.archive import Archive
from emulator.kinesis_video.clip import refused_as_aws_does
from emulator.kinesis_video.exceptions import (
    InvalidArgumentError,
    KinesisVideoError,
    ResourceNotFoundError,
    SessionOverError,
    UnknownOperationError,
)
from emulator.kinesis_video.hls_playlists import (
    FRAGMENT,
    INIT,
    MASTER,
    MEDIA,
    TRACK_NUMBER,
    address,
    master_playlist,
    media_playlist,
)
from emulator.kinesis_video.hls_session import Entry, HlsSession
from emulator.kinesis_video.requests import Fields
from emulator.kinesis_video.selection import Selection
from emulator.mp4 import init_segment, media_segment, samples_of

PATH = "/hls/v1/"
DEFAULT_EXPIRES_SECONDS = 300
LIVE_WITHIN_SECONDS = 30
DEFAULT_FRAGMENTS = {"LIVE": 5, "LIVE_REPLAY": 5, "ON_DEMAND": 1000}

_PLAYLIST_TYPE = "application/x-mpegURL"
_ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}
_PREFLIGHT = {
    **_ANY_ORIGIN,
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "*",
}


class Hls:
    """The playback sessions. They live in memory: players ask for another one after a restart."""

    def __init__(self, endpoint_url: str, clock: Callable[[], float] = time.time) -> None:
        self._endpoint_url = endpoint_url.rstrip("/")
        self._clock = clock
        self._sessions: dict[str, HlsSession] = {}

    async def session_url(self, archive: Archive, fields: Fields) -> Fields:
        """GetHLSStreamingSessionURL."""
        session = _parse(archive, fields, self._clock)
        with refused_as_aws_does():
            await session.begin()
        if not session.entries or (session.mode == "LIVE" and not self._is_live(archive)):
            raise ResourceNotFoundError("No fragments found in the stream for the streaming request.")
        self._forget_expired()
        self._sessions[session.token] = session
        return {"HLSStreamingSessionURL": f"{self._endpoint_url}{PATH}{address(MASTER, session)}"}

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a player; any page may read it, whoever has the token."""
        if request.method == "OPTIONS":
            return web.Response(headers=_PREFLIGHT)
        try:
            answer = await self._answer(request.path.removeprefix(PATH), request)
        except KinesisVideoError as err:
            answer = json_error(err.code, err.message, err.status)
        answer.headers.update({**_ANY_ORIGIN, "x-amzn-RequestId": str(uuid.uuid4())})
        return answer

    async def _answer(self, name: str, request: web.Request) -> web.Response:
        if request.method not in ("GET", "HEAD") or name not in (MASTER, MEDIA, INIT, FRAGMENT):
            raise UnknownOperationError(f"Kinesis Video has no {request.method} {request.path}")
        query = request.query
        session = self._find(query.get("SessionToken", ""))
        if name == MASTER:
            return _playlist(master_playlist(session))
        if query.get("TrackNumber", TRACK_NUMBER) != TRACK_NUMBER:
            raise ResourceNotFoundError("The session has no such track: it plays track 1")
        if name == MEDIA:
            await session.update()
            return _playlist(media_playlist(session))
        entry = _entry(session, query)
        with refused_as_aws_does():
            data = init_segment(entry.video) if name == INIT else await _media(session, entry)
        return web.Response(body=data, content_type="video/mp4")

    def _find(self, token: str) -> HlsSession:
        session = self._sessions.get(token)
        if session is None or session.expires_at <= self._clock() or session.archive.deleted:
            raise SessionOverError(
                "The SessionToken is not valid or has expired: "
                "ask for a new address with GetHLSStreamingSessionURL"
            )
        return session

    def _is_live(self, archive: Archive) -> bool:
        newest = max((record.server_ms for record in archive.records if record.persisted), default=0)
        return newest >= (self._clock() - LIVE_WITHIN_SECONDS) * 1000

    def _forget_expired(self) -> None:
        now = self._clock()
        self._sessions = {
            token: session for token, session in self._sessions.items() if session.expires_at > now
        }


def _parse(archive: Archive, fields: Fields, clock: Callable[[], float]) -> HlsSession:
    """Read the request. Raises InvalidArgumentError."""
    if fields.get("ContainerFormat") == "MPEG_TS":
        raise InvalidArgumentError("The emulator packages FRAGMENTED_MP4 only, not MPEG_TS")
    mode = fields.get("PlaybackMode") or "LIVE"
    selector = fields.get("HLSFragmentSelector") or {}
    selection = _selection(mode, selector)
    most_regular = "NEVER" if selection.by_producer else "ALWAYS"
    return HlsSession(
        archive=archive,
        mode=mode,
        selection=selection,
        most=fields.get("MaxMediaPlaylistFragmentResults") or DEFAULT_FRAGMENTS[mode],
        discontinuities=fields.get("DiscontinuityMode") or most_regular,
        shows_times=fields.get("DisplayFragmentTimestamp") == "ALWAYS",
        expires_at=clock() + (fields.get("Expires") or DEFAULT_EXPIRES_SECONDS),
        clock=clock,
    )


def _selection(mode: str, selector: Fields) -> Selection:
    kind, span = selector.get("FragmentSelectorType"), selector.get("TimestampRange")
    name = "HLSFragmentSelector"
    if mode == "LIVE":
        if span:
            raise InvalidArgumentError(f"{name}.TimestampRange must not be given for LIVE")
        return Selection(by_producer=kind == "PRODUCER_TIMESTAMP")
    if not kind or not span or span.get("StartTimestamp") is None:
        raise InvalidArgumentError(
            f"{name} must have FragmentSelectorType and TimestampRange.StartTimestamp for {mode}"
        )
    if mode == "ON_DEMAND" and span.get("EndTimestamp") is None:
        raise InvalidArgumentError(f"{name}.TimestampRange.EndTimestamp must be given for ON_DEMAND")
    return Selection.parse(selector, name)


def _entry(session: HlsSession, query: Mapping[str, str]) -> Entry:
    number = query.get("SequenceNumber", "")
    entry = session.entry(int(number)) if number.isdecimal() else None
    if entry is None or query.get("FragmentNumber", entry.record.number) != entry.record.number:
        raise ResourceNotFoundError("The session has no such fragment")
    return entry


async def _media(session: HlsSession, entry: Entry) -> bytes:
    fragment = await session.archive.fragment(entry.record)
    if fragment is None:
        raise ResourceNotFoundError("The fragment has expired: its stream retains data no longer")
    samples = samples_of(fragment, entry.video)
    return media_segment(entry.sequence_number, entry.begin_ms, samples)


def _playlist(text: str) -> web.Response:
    return web.Response(text=text, content_type=_PLAYLIST_TYPE, headers={"Cache-Control": "no-store"})
