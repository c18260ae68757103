"""Tags out of Matroska files: what Kinesis Video says of an answer, whatever bytes come with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matroska import encode_tags
from matroska.ebml import Id, encode, encode_open
from smart_door.adapters.matroska_tags import read_tags
from tests.contract import video

EBML = encode(Id.EBML, encode(Id.DOC_TYPE, b"matroska"))
SEGMENT = encode_open(Id.SEGMENT)
TAGS = {"AWS_KINESISVIDEO_FRAGMENT_NUMBER": "913438523332896", "empty": "", "name": "Tür"}


def test_the_tags_of_a_fragment_are_read() -> None:
    """Given a real fragment with tags, when they are read, then all are there as they were written."""
    assert read_tags(video.fragments()[0].to_bytes(TAGS)) == TAGS


def test_the_tags_of_an_answer_without_media_are_read() -> None:
    """Given an answer that is only tags, as for a fragment that is not there, then they are read."""
    assert read_tags(EBML + SEGMENT + encode_tags(TAGS)) == TAGS


@pytest.mark.parametrize(
    "cluster",
    [
        encode(
            Id.CLUSTER, encode(Id.TIMESTAMP, b"\0"), encode(Id.SIMPLE_BLOCK, encode_tags({"in": "media"}))
        ),
        encode_open(Id.CLUSTER)
        + encode(Id.TIMESTAMP, b"\0")
        + encode(Id.SIMPLE_BLOCK, encode_tags({"in": "media"})),
    ],
    ids=["known size", "unknown size"],
)
def test_tags_after_a_cluster_are_read_and_media_are_not(cluster: bytes) -> None:
    """Given media that look like tags, when tags follow them, then only those are read."""
    assert read_tags(EBML + SEGMENT + cluster + encode_tags(TAGS)) == TAGS


def test_of_two_tags_of_a_name_the_first_counts() -> None:
    """Given a tag that somebody appended under a name of Kinesis Video's, then its own stands."""
    assert read_tags(SEGMENT + encode_tags({"n": "1"}) + encode_tags({"n": "2"})) == {"n": "1"}


def test_every_tag_of_tags_of_their_own_is_read() -> None:
    """Given one Tags element a tag, as some senders write, when they are read, then none is missing."""
    written = b"".join(encode_tags({name: value}) for name, value in TAGS.items())
    assert read_tags(EBML + SEGMENT + written) == TAGS


@given(
    tags=st.dictionaries(
        st.text(min_size=1, max_size=20).filter(lambda name: "\0" not in name), st.text(max_size=50)
    )
)
def test_any_tags_come_back(tags: dict[str, str]) -> None:
    """Given any tags, when they are written and read, then they are the same, but for trailing zero bytes."""
    assert read_tags(SEGMENT + encode_tags(tags)) == {
        name: value.rstrip("\0") for name, value in tags.items()
    }


@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    """Given any bytes, when tags are read, then those that are there come and nothing is raised."""
    assert read_tags(EBML + SEGMENT + encode_tags(TAGS) + data).items() >= TAGS.items()
    assert isinstance(read_tags(data), dict)


@given(cut=st.integers(0, 3000))
def test_a_file_cut_anywhere_is_read_without_an_error(cut: int) -> None:
    """Given a real fragment cut anywhere, when tags are read, then they are its own or none."""
    assert read_tags(video.fragments()[0].to_bytes(TAGS)[:cut]).items() <= TAGS.items()
