"""Delivers what topics and event buses push: to functions, queues and topics."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable

from emulator.clients import client
from emulator.effects import Effect, MatchedEvent, TopicMessage
from emulator.event_sources.events import target_input
from emulator.event_sources.invoking import CLIENT_ERRORS
from emulator.event_sources.permissions import may_invoke

logger = logging.getLogger(__name__)


class Subscriptions:
    """Takes effects on the event loop and delivers them in threads."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, effect: Effect) -> None:
        """Deliver an effect that is ours."""
        if isinstance(effect, TopicMessage):
            self._begin(lambda: _to_function(effect))
        elif isinstance(effect, MatchedEvent):
            self._begin(lambda: _to_target(effect))

    async def close(self) -> None:
        """Wait for what is on its way."""
        await asyncio.gather(*self._tasks)

    def _begin(self, deliver: Callable[[], None]) -> None:
        task = asyncio.create_task(_deliver(deliver))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _deliver(deliver: Callable[[], None]) -> None:
    try:
        await asyncio.to_thread(deliver)
    except CLIENT_ERRORS as err:
        logger.warning("A message could not be delivered: %s", err)


def _to_function(message: TopicMessage) -> None:
    _invoke(message.function_arn, "sns.amazonaws.com", message.topic_arn, json.dumps(message.event))


def _to_target(matched: MatchedEvent) -> None:
    arn = matched.target["Arn"]
    service, resource = arn.split(":")[2], arn.split(":", 5)[5]
    text = target_input(matched.target, matched.event, matched.rule_arn)
    if service == "lambda":
        _invoke(arn, "events.amazonaws.com", matched.rule_arn, text)
    elif service == "sqs":
        url = client("sqs").get_queue_url(QueueName=resource)["QueueUrl"]
        group = matched.target.get("SqsParameters", {}).get("MessageGroupId")
        client("sqs").send_message(
            QueueUrl=url, MessageBody=text, **({"MessageGroupId": group} if group else {})
        )
    else:
        client("sns").publish(TopicArn=arn, Message=text)


def _invoke(function_arn: str, principal: str, source_arn: str, payload: str) -> None:
    if not may_invoke(function_arn, principal, source_arn):
        logger.warning(
            "%s may not invoke %s for %s: the function has no permission for it (AWS::Lambda::Permission)",
            principal,
            function_arn,
            source_arn,
        )
        return
    client("lambda").invoke(FunctionName=function_arn, InvocationType="Event", Payload=payload.encode())
