"""Small questions that several tests ask."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
import urllib3
from botocore.exceptions import ClientError

T = TypeVar("T")


def eventually(question: Callable[[], T], seconds: float = 120.0) -> T:
    """Ask until the answer is truthy, and return it; fail with the last answer after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(0.05)
    return answer


def code_of(call: Callable[[], Any]) -> str:
    """The Error.Code that a call is refused with."""
    with pytest.raises(ClientError) as refused:
        call()
    return str(refused.value.response["Error"]["Code"])


def get(url: str) -> tuple[int, bytes]:
    """Status and body of an address."""
    answer = urllib3.request("GET", url, timeout=30, retries=False)
    return answer.status, answer.data


def phone_messages(emulator: Any, to: str) -> list[str]:
    """The texts that the phone of this number has received."""
    _, body = get(f"{emulator.web_url}/phone/messages")
    return [message["text"] for message in json.loads(body) if message["to"] == to]


def runs(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def queued(sqs: Any, url: str) -> list[str]:
    """Take what is in a queue now."""
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    return [message["Body"] for message in messages.get("Messages", [])]


def make_queue(sqs: Any, name: str) -> tuple[str, str]:
    """A queue's URL and ARN."""
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
