"""GetImages: the frame that was to be seen at each time, or why there is none."""

from __future__ import annotations

import base64
from typing import Any

import cv2
import numpy as np
import pytest

from matroska import Fragment, FragmentReader, Frame, Track, encode_frames, encode_header
from tests.contract import video as filming
from tests.emulator.asking import code_of

PNG, JPEG = b"\x89PNG", b"\xff\xd8"


def asked(film: Any, **changes: Any) -> dict[str, Any]:
    """GetImages' parameters: the film in JPEGs half a second apart, with changes."""
    fields = {
        "StreamName": film.stream,
        "ImageSelectorType": "PRODUCER_TIMESTAMP",
        "StartTimestamp": film.begin,
        "EndTimestamp": film.begin + 2.9,
        "SamplingInterval": 500,
        "Format": "JPEG",
    }
    return {name: value for name, value in {**fields, **changes}.items() if value is not None}


def picture(image: dict[str, Any]) -> bytes:
    """The bytes of one image."""
    return base64.b64decode(image["ImageContent"])


def size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels."""
    height, width = filming.picture(data).shape
    return width, height


def test_the_images_are_the_frames_of_their_times(archived: Any, film: Any) -> None:
    """Given a film whose frames are numbered, when sampled twice a second, then the frames of those times."""
    images = archived.get_images(**asked(film))["Images"]
    assert [filming.frame_number(picture(image)) for image in images] == [0, 7, 15, 22, 30, 37]
    assert [image["TimeStamp"].timestamp() - film.begin for image in images] == pytest.approx(
        [0, 0.5, 1, 1.5, 2, 2.5]
    )


def test_times_without_video_say_so(archived: Any, film: Any) -> None:
    """Given times before and after the film, when asked for, then NO_MEDIA in the place of each."""
    images = archived.get_images(
        **asked(film, StartTimestamp=film.begin - 0.9, EndTimestamp=film.begin + 4.1, SamplingInterval=1000)
    )["Images"]
    errors = [image.get("Error") for image in images]
    assert errors == ["NO_MEDIA", None, None, None, "NO_MEDIA", "NO_MEDIA"]
    assert all("ImageContent" not in image for image in images if "Error" in image)


def test_the_interval_is_three_seconds_unless_said(archived: Any, film: Any) -> None:
    """Given no interval, when a range shorter than it is asked for, then the first time's image comes."""
    [image] = archived.get_images(**asked(film, SamplingInterval=None))["Images"]
    assert filming.frame_number(picture(image)) == 0


def test_images_by_the_servers_clock(archived: Any, stream: str, put_parts: Any, film: Any) -> None:
    """Given the time at which a fragment arrived, when asked for by it, then its first frame comes."""
    put_parts(stream, film.begin, [second_of_film()])
    arrived = archived.list_fragments(StreamName=stream)["Fragments"][0]["ServerTimestamp"].timestamp()
    [image] = archived.get_images(
        **asked(
            film,
            StreamName=stream,
            ImageSelectorType="SERVER_TIMESTAMP",
            StartTimestamp=arrived,
            EndTimestamp=arrived + 0.1,
        )
    )["Images"]
    assert filming.frame_number(picture(image)) == 15


@pytest.mark.parametrize(
    ("style", "begin", "expected"),
    [
        ({"Format": "JPEG"}, JPEG, (360, 240)),
        ({"Format": "PNG"}, PNG, (360, 240)),
        ({"WidthPixels": 100, "HeightPixels": 50}, JPEG, (100, 50)),
        ({"Format": "PNG", "HeightPixels": 120}, PNG, (180, 120)),
    ],
)
def test_images_look_as_asked_for(
    archived: Any, film: Any, style: dict[str, Any], begin: bytes, expected: tuple[int, int]
) -> None:
    """Given a format and a size, when asked for, then the images have them; height alone keeps the shape."""
    data = picture(archived.get_images(**asked(film, **style))["Images"][0])
    assert data.startswith(begin)
    assert size(data) == expected


def test_quality_costs_bytes(archived: Any, stream: str, put_parts: Any, film: Any) -> None:
    """Given a noisy picture, when asked for at quality 5, at none and at 95, then each has more bytes."""
    noise = np.random.default_rng(1).integers(0, 255, (filming.HEIGHT, filming.WIDTH), np.uint8)
    put_parts(stream, film.begin, list(filming.encode([cv2.GaussianBlur(noise, (5, 5), 0)] * filming.FPS)))
    sizes = [
        len(picture(archived.get_images(**asked(film, StreamName=stream, FormatConfig=quality))["Images"][0]))
        for quality in ({"JPEGQuality": "5"}, None, {"JPEGQuality": "95"})
    ]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 3


def test_images_come_in_pages(archived: Any, film: Any) -> None:
    """Given 30 times, when 100 a page are wanted, then 25 come and the rest; ten a page make three."""
    every = asked(film, EndTimestamp=film.begin + 5.8, SamplingInterval=200)
    sizes, times = [], []
    for limit in (100, 10):
        paginator = archived.get_paginator("get_images")
        pages = list(paginator.paginate(**every, PaginationConfig={"PageSize": limit}))
        sizes.append([len(page["Images"]) for page in pages])
        times.append([image["TimeStamp"] for page in pages for image in page["Images"]])
    assert sizes == [[25, 5], [10, 10, 10]]
    assert times[0] == times[1] == sorted(set(times[0]))


def test_video_that_cannot_be_decoded_says_so(archived: Any, stream: str, put_parts: Any, film: Any) -> None:
    """Given a fragment of rubbish and a good one, when sampled, then MEDIA_ERROR, and the good one's."""
    track = Track(1, codec_private=filming.fragments()[0].tracks[0].codec_private, width=360, height=240)
    data = encode_header([track]) + encode_frames(0, [Frame(b"rubbish", 0, key_frame=True), Frame(b"", 900)])
    [rubbish] = FragmentReader().feed(data)
    put_parts(stream, film.begin, [rubbish])
    put_parts(stream, film.begin + 1, [second_of_film()])
    images = archived.get_images(
        **asked(film, StreamName=stream, EndTimestamp=film.begin + 1.2, SamplingInterval=1000)
    )["Images"]
    assert images[0]["Error"] == "MEDIA_ERROR"
    assert filming.frame_number(picture(images[1])) == 15


def second_of_film() -> Fragment:
    """The second fragment of the film."""
    return filming.fragments()[1]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"StreamName": "nobody-s"}, "ResourceNotFoundException"),
        ({"SamplingInterval": 199}, "InvalidArgumentException"),
        ({"EndTimestamp": 1.0}, "InvalidArgumentException"),
        ({"EndTimestamp": 4_000_000_000.0}, "InvalidArgumentException"),
        ({"FormatConfig": {"JPEGQuality": "0"}}, "InvalidArgumentException"),
        ({"FormatConfig": {"JPEGQuality": "good"}}, "InvalidArgumentException"),
        ({"Format": "GIF"}, "InvalidArgumentException"),
        ({"NextToken": "bm9uZQ"}, "InvalidArgumentException"),
        ({"WidthPixels": 100}, "ValidationException"),
    ],
)
def test_what_gives_no_images(archived: Any, film: Any, changes: dict[str, Any], code: str) -> None:
    """Given parameters that AWS refuses, when asked for, then its error."""
    assert code_of(lambda: archived.get_images(**asked(film, **changes))) == code


def test_images_need_retention(archived: Any, video: Any, film: Any, make_stream: Any) -> None:
    """Given a stream that keeps nothing, when images are asked for, then NoDataRetentionException."""
    fields = asked(film, StreamName=make_stream(video, 0))
    assert code_of(lambda: archived.get_images(**fields)) == "NoDataRetentionException"
