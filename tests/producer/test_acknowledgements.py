"""What PutMedia answers, and what follows from it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvs_producer.acknowledgements import Acknowledgement, AcknowledgementReader, Remedy, judge
from kvs_producer.errors import ConnectionLostError

ANSWER = (
    b'{"EventType":"BUFFERING","FragmentTimecode":1000,"FragmentNumber":"91"}\r\n'
    b'{ "EventType" : "PERSISTED", "FragmentTimecode" : 1000, "FragmentNumber" : "91" }'
    b'{"EventType":"IDLE"}\n'
    b'{"EventType":"ERROR","FragmentTimecode":2000,"ErrorId":4004,"ErrorCode":"FRAGMENT_TIMECODE"}'
)
MEANS = [
    Acknowledgement("BUFFERING", 1000, "91"),
    Acknowledgement("PERSISTED", 1000, "91"),
    Acknowledgement("IDLE"),
    Acknowledgement("ERROR", 2000, None, 4004, "FRAGMENT_TIMECODE"),
]


@given(st.sets(st.integers(1, len(ANSWER) - 1)))
def test_acknowledgements_are_read_however_they_are_cut(cuts: set[int]) -> None:
    """Given an answer in pieces of any size, the same acknowledgements come out."""
    edges = [0, *sorted(cuts), len(ANSWER)]
    reader = AcknowledgementReader()
    pieces = [ANSWER[begin:end] for begin, end in pairwise(edges)]
    assert [found for piece in pieces for found in reader.feed(piece)] == MEANS


@pytest.mark.parametrize("nonsense", [b"<html>}", b"{}", b'{"EventType":"PERSISTED","FragmentTimecode":"x"}'])
def test_an_answer_that_is_none_is_a_lost_connection(nonsense: bytes) -> None:
    """Given a proxy's page instead of acknowledgements, the connection counts as lost."""
    with pytest.raises(ConnectionLostError):
        AcknowledgementReader().feed(nonsense)


@pytest.mark.parametrize(
    ("error_id", "remedy"),
    [
        (4000, Remedy.SEND_AGAIN),
        (4003, Remedy.SEND_AGAIN),
        (4004, Remedy.DROP),
        (4006, Remedy.DROP),
        (4008, Remedy.STREAM_GONE),
        (4501, Remedy.WAIT),
        (4599, Remedy.WAIT),
        (4100, Remedy.DROP),
        (5000, Remedy.SEND_AGAIN),
        (5001, Remedy.SEND_AGAIN),
        (9999, Remedy.SEND_AGAIN),
        (None, Remedy.SEND_AGAIN),
    ],
)
def test_every_error_id_has_a_remedy(error_id: int | None, remedy: Remedy) -> None:
    """Given any error, known or not, it is clear what to do."""
    assert judge(error_id)[0] is remedy
