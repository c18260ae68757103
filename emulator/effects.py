"""What a call to moto sets off outside of moto: messages to people, functions to invoke, events to deliver.

moto's models (repaired in moto_repairs.py) note it here while they run in moto's one thread; the gateway
takes it when the call is over. A replayed call's effects happened long ago: they are thrown away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class TextMessage:
    """An SMS; `to` is the phone number."""

    to: str
    text: str


@dataclass(frozen=True)
class Invitation:
    """The e-mail to somebody who was made a user of a pool; `to` is the address.

    `login` is what stands in the message as the user name. `subject` and `message` (HTML, with placeholders)
    are the pool's own; the function `trigger_arn`, if there is one, may word others.
    """

    to: str
    pool_id: str
    username: str
    login: str
    password: str
    attributes: Mapping[str, str]
    subject: str
    message: str
    trigger_arn: str = ""


@dataclass(frozen=True)
class TopicMessage:
    """A message of a topic for a subscribed function. `event` is what the function gets."""

    topic_arn: str
    function_arn: str
    event: Mapping[str, Any]


@dataclass(frozen=True)
class MatchedEvent:
    """An event that matched a rule, and the rule's target as PutTargets described it."""

    rule_arn: str
    target: Mapping[str, Any]
    event: Mapping[str, Any]


Effect = TextMessage | Invitation | TopicMessage | MatchedEvent


@dataclass
class Effects:
    """Of one call.

    `queued`: a message was put into an SQS queue, so the call changed what a restart must keep.
    `wait_seconds` is how long a ReceiveMessage was asked to wait.
    """

    happened: list[Effect] = field(default_factory=list)
    queued: bool = False
    wait_seconds: int = 0


class _Current:
    def __init__(self) -> None:
        self.effects = Effects()

    def take(self) -> Effects:
        """Those since the last time."""
        taken, self.effects = self.effects, Effects()
        return taken


CURRENT = _Current()
