"""The doors' video: live, a still, and the clip of a visit, which is made once and goes with the photos."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from smart_door.domain.footage import CameraSends
from smart_door.domain.picture_errors import NoVideoError, VideoExpiredError
from smart_door.domain.refusals import DoorNotFoundError, VisitNotFoundError
from tests.fakes.home import NOW, Home, Person

DAY = 86400.0


@pytest.fixture
def visited(home: Home) -> Home:
    """Somebody known was there for a second, a minute ago."""
    home.knows("v1")
    home.watches(0, 1, Person("grace", visitor_id="v1"))
    home.now = NOW + 61
    return home


def clip(home: Home) -> dict[str, Any]:
    """The clip of the only visit."""
    return home.show_video.clip("front", home.visit.visit_id)


def test_the_live_address_ends_in_five_minutes(home: Home) -> None:
    """Given a camera that sends, when somebody looks, then there is an address and the time of its end."""
    assert home.show_video.live("front") == {
        "url": "https://stream.example/live.m3u8?front&300",
        "expires_at": "2026-11-21T00:43:51.000Z",
    }


def test_the_still_says_when_it_was_taken(home: Home) -> None:
    """A picture in base64 with its own time, not that of the answer."""
    still = home.show_video.still("front")
    assert base64.b64decode(still["jpeg"]) == b"newest"
    assert still["taken_at"] == "2026-11-21T00:38:49.500Z"


@pytest.mark.parametrize("sends", CameraSends)
def test_a_camera_that_sends_nothing_has_no_video(home: Home, sends: CameraSends) -> None:
    """Neither live nor as a still; whether that is as it should be goes by what the camera sends."""
    home.camera_sends = sends
    home.footage.live_url = home.footage.picture = None
    for ask in (home.show_video.live, home.show_video.still):
        with pytest.raises(NoVideoError) as raised:
            ask("front")
        assert raised.value.camera_sends == sends.value


def test_a_door_that_the_home_does_not_have(home: Home) -> None:
    """Nothing is asked of a stream that is none of ours."""
    for ask in (home.show_video.live, home.show_video.still):
        with pytest.raises(DoorNotFoundError):
            ask("elsewhere")
    with pytest.raises(DoorNotFoundError):
        home.show_video.clip("elsewhere", "01K9ZZZZZZZZZZZZZZZZZZZZZZ")


def test_a_visit_that_is_not_there_has_no_clip(home: Home) -> None:
    """Nothing is asked of the video."""
    with pytest.raises(VisitNotFoundError):
        home.show_video.clip("front", "01K9ZZZZZZZZZZZZZZZZZZZZZZ")
    assert home.footage.clips == []


def test_a_clip_is_the_seconds_around_the_arrival(visited: Home) -> None:
    """By the camera's clock, under a name of the door and the home's time."""
    shown = clip(visited)

    assert visited.footage.clips == [("front", NOW - 10, NOW + 10)]
    key = f"clips/front/{visited.visit.visit_id}.mp4"
    assert visited.photos.stored[key] == b"mp4"
    assert shown["url"] == f"https://photos.example/{key}?name=front-2026-11-21-at-01-38-51.mp4"
    assert (shown["begins_at"], shown["ends_at"]) == ("2026-11-21T00:38:41.000Z", "2026-11-21T00:39:01.000Z")
    assert shown["is_whole"]


def test_a_clip_is_made_once(visited: Home) -> None:
    """The second request gets the first one's, also when the video itself is over."""
    first = clip(visited)
    visited.now += 2 * DAY
    visited.footage.mp4 = None

    assert clip(visited) == first
    assert len(visited.footage.clips) == 1


def test_a_clip_of_now_is_made_again_until_its_end_is_filmed(visited: Home) -> None:
    """Who looks at once sees what there is; later the rest is there as well, and stays."""
    visited.now = NOW + 4
    early = clip(visited)
    visited.now = NOW + 20
    clip(visited)
    visited.now = NOW + 25
    whole = clip(visited)
    clip(visited)

    assert (early["is_whole"], early["ends_at"]) == (False, "2026-11-21T00:38:55.000Z")
    assert whole["is_whole"]
    assert [ends_at - NOW for _, _, ends_at in visited.footage.clips] == [4, 10, 10]


def test_nothing_was_filmed_then(visited: Home) -> None:
    """Within the time for which video is kept: there never was any, and nothing is stored."""
    visited.footage.mp4 = None
    with pytest.raises(NoVideoError):
        clip(visited)
    assert not [key for key in visited.photos.stored if key.startswith("clips/")]


def test_what_is_older_than_the_stream_keeps_is_expired(visited: Home) -> None:
    """A day later the stream has nothing of it."""
    visited.footage.mp4 = None
    visited.now = NOW + DAY
    with pytest.raises(VideoExpiredError):
        clip(visited)


def test_the_clip_of_a_person_who_is_deleted_goes_too(visited: Home) -> None:
    """And cannot be had again, although the stream still has the video."""
    photos = len(visited.photos.stored)
    clip(visited)
    forgotten = visited.forget_visitor("v1")

    assert not [key for key in visited.photos.stored if key.startswith("clips/")]
    assert forgotten.photos == photos  # a clip is none
    with pytest.raises(VideoExpiredError):
        clip(visited)


def test_a_visit_that_is_deleted_while_its_clip_is_made_leaves_none(visited: Home) -> None:
    """The film is finished after the deletion: it is removed again."""
    visited.footage.while_asked = lambda: visited.visits.remove(visited.visit)
    with pytest.raises(VideoExpiredError):
        clip(visited)
    assert not [key for key in visited.photos.stored if key.startswith("clips/")]


def test_a_person_who_is_deleted_while_the_clip_is_made_leaves_none(visited: Home) -> None:
    """The film is finished after the deletion: it is removed again."""
    visited.footage.while_asked = lambda: visited.forget_visitor("v1")
    with pytest.raises(VideoExpiredError):
        clip(visited)
    assert not [key for key in visited.photos.stored if key.startswith("clips/")]
