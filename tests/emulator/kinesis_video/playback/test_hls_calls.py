"""GetHLSStreamingSessionURL and its addresses, as a client sees them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import urllib3

from tests.emulator.asking import code_of, get

OLD = {"StartTimestamp": 1000.0, "EndTimestamp": 2000.0}
BY_PRODUCER = {"FragmentSelectorType": "PRODUCER_TIMESTAMP"}


def address_of(archived: Any, film: Any, **changes: Any) -> str:
    """The address of the film on demand, or with changes."""
    fields = {"StreamName": film.stream, "PlaybackMode": "ON_DEMAND", "HLSFragmentSelector": film.selector()}
    return str(archived.get_hls_streaming_session_url(**{**fields, **changes})["HLSStreamingSessionURL"])


def refused(address: str, method: str = "GET") -> tuple[int, str]:
    """Status and code of an address that is not answered."""
    answer = urllib3.request(method, address, timeout=30, retries=False)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    return answer.status, answer.headers["x-amzn-ErrorType"]


def media_playlist(address: str) -> tuple[str, str]:
    """The media playlist's address and text."""
    media = urljoin(address, get(address)[1].decode().splitlines()[-1])
    return media, get(media)[1].decode()


def test_the_address_is_the_data_endpoints(archived: Any, video: Any, film: Any) -> None:
    """Given a stream, when asked twice, then both addresses are here, each with its own token."""
    control = video.client("kinesisvideo")
    endpoint = control.get_data_endpoint(StreamName=film.stream, APIName="GET_HLS_STREAMING_SESSION_URL")
    addresses = [address_of(archived, film) for _ in range(2)]
    assert all(
        address.startswith(f"{endpoint['DataEndpoint']}/hls/v1/getHLSMasterPlaylist.m3u8?SessionToken=")
        for address in addresses
    )
    tokens = [parse_qs(urlsplit(address).query)["SessionToken"][0] for address in addresses]
    assert tokens[0] != tokens[1]
    assert len(tokens[0]) >= 43  # 32 bytes or more


@pytest.mark.parametrize("name", ["GET_HLS_STREAMING_SESSION_URL", "GET_CLIP", "GET_IMAGES"])
def test_all_operations_have_an_endpoint(video: Any, film: Any, name: str) -> None:
    """Given an API's name, when its endpoint is asked for, then it is the one of everything."""
    answer = video.client("kinesisvideo").get_data_endpoint(StreamName=film.stream, APIName=name)
    assert answer["DataEndpoint"] == video.endpoint_url


def test_the_master_playlist_describes_the_video(archived: Any, film: Any) -> None:
    """Given the film, when its master playlist is loaded, then it says codec, size and rate."""
    address = address_of(archived, film)
    answer = urllib3.request("GET", address, headers={"Origin": "https://home.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Content-Type"].partition(";")[0] == "application/x-mpegURL"
    [described] = re.findall(r"#EXT-X-STREAM-INF:(.*)", answer.data.decode())
    assert 'CODECS="avc1.64' in described
    assert "RESOLUTION=360x240" in described
    peak, mean = (int(rate) for rate in re.findall(r"BANDWIDTH=(\d+)", described))
    assert 0 < mean <= peak


def test_pages_of_other_origins_may_ask_first(archived: Any, film: Any) -> None:
    """Given a player that asks before it loads, then it may."""
    answer = urllib3.request("OPTIONS", address_of(archived, film))
    assert answer.status == 200
    assert "GET" in answer.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"StreamName": "nobody-s"}, "ResourceNotFoundException"),
        ({"HLSFragmentSelector": {**BY_PRODUCER, "TimestampRange": OLD}}, "ResourceNotFoundException"),
        ({"HLSFragmentSelector": {}}, "InvalidArgumentException"),
        ({"HLSFragmentSelector": BY_PRODUCER}, "InvalidArgumentException"),
        (
            {"HLSFragmentSelector": {**BY_PRODUCER, "TimestampRange": {"StartTimestamp": 1.0}}},
            "InvalidArgumentException",
        ),
        ({"PlaybackMode": "LIVE"}, "InvalidArgumentException"),
        ({"PlaybackMode": "LIVE_REPLAY", "HLSFragmentSelector": {}}, "InvalidArgumentException"),
        ({"Expires": 299}, "InvalidArgumentException"),
        ({"Expires": 43_201}, "InvalidArgumentException"),
        ({"ContainerFormat": "MPEG_TS"}, "InvalidArgumentException"),
        ({"MaxMediaPlaylistFragmentResults": 5001}, "InvalidArgumentException"),
    ],
)
def test_what_gives_no_address(video: Any, film: Any, changes: dict[str, Any], code: str) -> None:
    """Given parameters that AWS refuses, or no fragments, when asked for, then its error."""
    archived = video.client("kinesis-video-archived-media", parameter_validation=False)
    assert code_of(lambda: address_of(archived, film, **changes)) == code


def test_a_stream_that_keeps_nothing_has_no_address(archived: Any, video: Any, make_stream: Any) -> None:
    """Given no retention, when an address is asked for, then NoDataRetentionException."""
    name = make_stream(video, 0)
    code = code_of(lambda: archived.get_hls_streaming_session_url(StreamName=name))
    assert code == "NoDataRetentionException"


def test_video_that_no_player_decodes_has_no_address(archived: Any, stream: str, put: Any, wire: Any) -> None:
    """Given a first fragment with a damaged configuration, when asked for, then AWS's error."""
    put(stream, wire.cluster(wire.start_ms))
    code = code_of(lambda: archived.get_hls_streaming_session_url(StreamName=stream))
    assert code == "InvalidCodecPrivateDataException"


def test_frames_that_are_none_are_refused(archived: Any, stream: str, put_parts: Any, film: Any) -> None:
    """Given a damaged frame behind a good configuration, when the segment is loaded, then 400."""
    from tests.emulator.kinesis_video.playback.test_clips import unplayable

    put_parts(stream, film.begin, [unplayable()["InvalidMediaFrameException"]])
    media, playlist = media_playlist(address_of(archived, film, StreamName=stream))
    [segment] = re.findall(r"^getMP4Media.*$", playlist, re.MULTILINE)
    assert refused(urljoin(media, segment)) == (400, "InvalidMediaFrameException")


def test_addresses_give_nothing_else_away(archived: Any, film: Any) -> None:
    """Given a session, when another's fragment, another track or another thing is loaded, then refused."""
    address = address_of(archived, film, HLSFragmentSelector=film.selector(0, 0.5))
    media, playlist = media_playlist(address)
    [segment] = re.findall(r"^getMP4Media.*$", playlist, re.MULTILINE)
    first, second, _ = film.numbers
    tries = [
        segment.replace(first, second),
        segment.replace("SequenceNumber=1", "SequenceNumber=2"),
        segment.replace("SequenceNumber=1", "SequenceNumber=first"),
        segment.replace("TrackNumber=1", "TrackNumber=2"),
    ]
    not_found = (404, "ResourceNotFoundException")
    assert [refused(urljoin(media, tried)) for tried in tries] == [not_found] * len(tries)
    assert refused(urljoin(media, "getTSFragment.ts")) == (404, "UnknownOperationException")
    assert refused(media, "POST") == (404, "UnknownOperationException")


@pytest.mark.parametrize("token", ["", "?SessionToken=", "?SessionToken=guessed"])
def test_nothing_without_a_token(video: Any, token: str) -> None:
    """Given no token or a wrong one, when a playlist is loaded, then 403."""
    address = f"{video.endpoint_url}/hls/v1/getHLSMasterPlaylist.m3u8{token}"
    assert refused(address) == (403, "AccessDeniedException")
