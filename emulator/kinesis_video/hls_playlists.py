"""HLS playlists as text (RFC 8216). Addresses are relative to the playlist's own."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from emulator.kinesis_video.hls_session import Entry, HlsSession

MASTER = "getHLSMasterPlaylist.m3u8"
MEDIA = "getHLSMediaPlaylist.m3u8"
INIT = "getMP4InitFragment.mp4"
FRAGMENT = "getMP4MediaFragment.mp4"
TRACK_NUMBER = "1"

_HEAD = ("#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-INDEPENDENT-SEGMENTS")


def address(name: str, session: HlsSession, **parameters: str | int) -> str:
    """Return one of the session's addresses."""
    return f"{name}?{urlencode({'SessionToken': session.token, **parameters})}"


def master_playlist(session: HlsSession) -> str:
    """One variant: what the camera sent."""
    newest = session.entries[-1]
    rates = [8000 * entry.record.size / max(entry.record.duration_ms, 1) for entry in session.entries]
    attributes: dict[str, str | int] = {
        "BANDWIDTH": math.ceil(max(rates)),
        "AVERAGE-BANDWIDTH": math.ceil(sum(rates) / len(rates)),
        "CODECS": f'"{newest.video.codec}"',
    }
    if newest.video.width and newest.video.height:  # a producer need not say them
        attributes["RESOLUTION"] = f"{newest.video.width}x{newest.video.height}"
    described = ",".join(f"{name}={value}" for name, value in attributes.items())
    media = address(MEDIA, session, TrackNumber=TRACK_NUMBER)
    return _lines([*_HEAD, f"#EXT-X-STREAM-INF:{described}", media])


def media_playlist(session: HlsSession) -> str:
    """The segments of the session's window, each with its initialization segment where that changes."""
    window = session.window
    gone = session.entries[: window[0].sequence_number - 1]
    lines = [
        *_HEAD,
        f"#EXT-X-TARGETDURATION:{_target_seconds(session.entries)}",
        f"#EXT-X-MEDIA-SEQUENCE:{window[0].sequence_number}",
    ]
    if any(entry.discontinuous for entry in session.entries):
        lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{sum(entry.discontinuous for entry in gone)}")
    if session.mode == "ON_DEMAND":
        lines.append("#EXT-X-PLAYLIST-TYPE:VOD")
    before: Entry | None = None
    for entry in window:
        lines += _segment(session, entry, is_new_format=before is None or before.video != entry.video)
        before = entry
    if session.is_complete:
        lines.append("#EXT-X-ENDLIST")
    return _lines(lines)


def _segment(session: HlsSession, entry: Entry, *, is_new_format: bool) -> list[str]:
    lines = ["#EXT-X-DISCONTINUITY"] if entry.discontinuous else []
    number = entry.sequence_number
    if is_new_format:
        init = address(INIT, session, TrackNumber=TRACK_NUMBER, SequenceNumber=number)
        lines.append(f'#EXT-X-MAP:URI="{init}"')
    if session.shows_times:
        shown = datetime.fromtimestamp(entry.begin_ms / 1000, UTC).isoformat(timespec="milliseconds")
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{shown.replace('+00:00', 'Z')}")
    media = address(
        FRAGMENT,
        session,
        TrackNumber=TRACK_NUMBER,
        FragmentNumber=entry.record.number,
        SequenceNumber=number,
    )
    return [*lines, f"#EXTINF:{entry.record.duration_ms / 1000:.3f},", media]


def _target_seconds(entries: Sequence[Entry]) -> int:
    """The longest duration, rounded, of all segments that the player ever knew: so it never falls."""
    return max(1, *(math.floor(entry.record.duration_ms / 1000 + 0.5) for entry in entries))


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
