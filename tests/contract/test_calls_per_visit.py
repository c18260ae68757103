"""Real people at the door: no visit is lost, one message each, and few calls are paid for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.contract.conftest import Aws
from tests.contract.filmed_visit import first_face, new_collection, play
from tests.fakes.home import Home

pytestmark = pytest.mark.media


@pytest.fixture(scope="module")
def media() -> Path:
    """The clips of real people; fails where they are not."""
    folder = Path(os.environ.get("SMART_DOOR_MEDIA", Path(__file__).parents[3] / "shared/media"))
    if not folder.is_dir():
        pytest.fail(
            f"The clips of real people are not in {folder}: set SMART_DOOR_MEDIA, or leave out -m media"
        )
    return folder


@pytest.mark.parametrize(
    ("clip", "seconds", "people", "most"),
    [
        ("visitor-a", 12, 1, 8),  # turns her head
        ("visitor-b", 24, 1, 9),
        ("two-visitors", 5, 2, 18),  # both turned away most of the time
        ("walking-past", 3, 2, 18),  # from far away
    ],
)
def test_strangers_are_asked_about_once_for_few_calls(
    aws: Aws, media: Path, clip: str, seconds: int, people: int, most: int
) -> None:
    """Given people whom nobody knows, then one visit with each face, within seconds, for so many calls."""
    played = play(aws, media / f"{clip}.mp4", seconds)

    (visit,) = played.home.visits.everything
    assert len(visit.faces) == people
    assert len(played.home.messages.to_owner) == 1
    assert played.told_after is not None
    assert played.told_after <= 3  # seconds of video, searched as each is complete
    assert played.calls.total() <= most, played.calls


def test_somebody_known_costs_less(aws: Aws, media: Path) -> None:
    """Given a visitor on file, when he stays for 12 seconds, then one code goes, for four calls."""
    clip, collection_id, home = media / "visitor-b.mp4", new_collection(aws), Home()
    home.knows("v1")
    aws.client("rekognition", read_timeout=60).index_faces(
        CollectionId=collection_id, Image={"Bytes": first_face(clip)}, ExternalImageId="v1"
    )

    played = play(aws, clip, 12, home=home, collection_id=collection_id)

    assert [visit.visitor_id for visit in played.home.visits.everything] == ["v1"]
    assert (len(home.messages.to_visitors), len(home.messages.to_owner)) == (1, 0)
    assert played.calls.total() <= 4, played.calls
