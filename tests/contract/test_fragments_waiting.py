"""Fragments that are late, lost or in trouble: a scripted Kinesis Video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from matroska import encode_tags
from matroska.header import SEGMENT_BEGIN
from smart_door.adapters.fragments_kinesis_video import WAITS, KinesisVideoFragments
from smart_door.domain.errors import (
    FragmentGoneError,
    FragmentNotReadyError,
    ServiceRefusedError,
    ServiceUnavailableError,
)
from tests.contract.records import NOW

ARN = "arn:aws:kinesisvideo:us-east-1:123456789012:stream/smart-door-front/1795220000000"


@dataclass
class Script:
    """A Kinesis Video that gives the answers of a list, one for each read, and the last for ever."""

    answers: Sequence[bytes | Exception]
    listed: Sequence[str] = ()
    reads: int = 0
    lookups: list[str] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def fragments(self) -> KinesisVideoFragments:
        """The adapter before it."""
        client: Any = self
        return KinesisVideoFragments(client, lambda endpoint: client, lambda: NOW, self.waited.append)

    def get_data_endpoint(self, **request: str) -> dict[str, str]:
        """Count the look-ups by API."""
        self.lookups.append(request["APIName"])
        return {"DataEndpoint": "http://127.0.0.1:9"}

    def get_media_for_fragment_list(self, **request: Any) -> dict[str, Any]:
        """The next answer."""
        answer = self.answers[min(self.reads, len(self.answers) - 1)]
        self.reads += 1
        if isinstance(answer, Exception):
            raise answer
        return {"Payload": BytesIO(answer)}

    def get_paginator(self, operation: str) -> Any:
        """ListFragments on one page."""
        assert operation == "list_fragments"
        return self

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        """Everything that is listed."""
        return [{"Fragments": [{"FragmentNumber": number} for number in self.listed]}]


def answer(**tags: str) -> bytes:
    """What GetMediaForFragmentList answers, with tags of Kinesis Video's."""
    named = {f"AWS_KINESISVIDEO_{name}": value for name, value in tags.items()}
    return SEGMENT_BEGIN + encode_tags(named)


MISSING = answer(FRAGMENT_NUMBER="7", EXCEPTION_ERROR_CODE="4000", EXCEPTION_MESSAGE="not found")
THERE = answer(FRAGMENT_NUMBER="7")
NEXT_ONE = answer(FRAGMENT_NUMBER="8")


@pytest.mark.parametrize("missing", [MISSING, b"", NEXT_ONE], ids=["tagged", "empty", "another fragment"])
def test_a_fragment_that_becomes_ready_is_waited_for(missing: bytes) -> None:
    """Given a fragment that can be read after two attempts, when it is read, then it comes after two."""
    script = Script([missing, missing, THERE])
    assert script.fragments().get(ARN, "7") == THERE
    assert script.waited == list(WAITS[:2])


def test_waiting_has_an_end() -> None:
    """Given a fragment that never comes, when it is read, then that ends after the bounded waits."""
    script = Script([MISSING])
    with pytest.raises(FragmentNotReadyError):
        script.fragments().get(ARN, "7")
    assert script.waited == list(WAITS)
    assert sum(script.waited) <= 3


@pytest.mark.parametrize(
    ("listed", "kind"),
    [
        ([], FragmentNotReadyError),
        (["5", "6"], FragmentNotReadyError),
        (["6", "7"], FragmentNotReadyError),
        (["7", "8"], FragmentNotReadyError),  # it came just now
        (["6", "8"], FragmentGoneError),
        (["10"], FragmentGoneError),
    ],
)
def test_only_a_later_fragment_says_that_it_is_gone(listed: list[str], kind: type[Exception]) -> None:
    """Given a missing fragment, when the archive lists others, then their numbers (not texts) decide."""
    with pytest.raises(kind):
        Script([MISSING], listed).fragments().get(ARN, "7")


def test_data_endpoints_are_looked_up_once() -> None:
    """Given two fragments, when they are read, then the data endpoint is asked for once."""
    script = Script([THERE])
    fragments = script.fragments()
    fragments.get(ARN, "7")
    fragments.get(ARN, "7")
    assert script.lookups == ["GET_MEDIA_FOR_FRAGMENT_LIST"]


def test_after_a_failure_the_data_endpoint_is_looked_up_again() -> None:
    """Given a data endpoint that no longer answers, when a fragment is read anew, then it is asked for."""
    script = Script([ConnectTimeoutError(endpoint_url="http://127.0.0.1:9"), THERE])
    fragments = script.fragments()
    with pytest.raises(ServiceUnavailableError):
        fragments.get(ARN, "7")
    assert fragments.get(ARN, "7") == THERE
    assert script.lookups == ["GET_MEDIA_FOR_FRAGMENT_LIST"] * 2


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("4500", ServiceRefusedError),
        ("4506", ServiceRefusedError),
        ("5000", ServiceUnavailableError),
        ("3002", ServiceUnavailableError),
    ],
)
def test_trouble_that_shows_within_the_answer_is_an_error(code: str, kind: type[Exception]) -> None:
    """Given an answer with status 200 and an exception in its tags, then that is raised, not returned."""
    script = Script([answer(FRAGMENT_NUMBER="7", EXCEPTION_ERROR_CODE=code)])
    with pytest.raises(kind, match=code):
        script.fragments().get(ARN, "7")
    assert script.reads == 1


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ClientLimitExceededException", 400, ServiceUnavailableError),
        ("InternalFailure", 500, ServiceUnavailableError),
        ("NotAuthorizedException", 401, ServiceRefusedError),
        ("ResourceNotFoundException", 404, FragmentGoneError),
    ],
)
def test_a_refused_read_is_an_error(code: str, status: int, kind: type[Exception]) -> None:
    """Given an error answer, when a fragment is read, then it is what the code means."""
    refused = ClientError(
        {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]  # no ids
        "GetMediaForFragmentList",
    )
    with pytest.raises(kind):
        Script([refused]).fragments().get(ARN, "7")
