"""Invocations of type Event: accepted at once, retried on errors, and never lost silently.

As on AWS a failed event is tried again twice (or as PutFunctionEventInvokeConfig says) and then goes to
the function's dead-letter queue and on-failure destination. AWS waits one and then two minutes between
tries; here it is one and two seconds, since somebody is watching. Accepted events are files until they are
done, so a restart goes on with them.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from emulator import destinations, state_file
from emulator.aws_protocol import AwsError
from emulator.functions.invocation import Invocation, Outcome
from emulator.functions.registry import Registry
from emulator.iam.sessions import credentials_of

logger = logging.getLogger(__name__)

RETRY_SECONDS = (1.0, 2.0)
DEFAULT_RETRIES = 2
DEFAULT_MAX_AGE_SECONDS = 21600
CLIENT_ERRORS = (BotoCoreError, ClientError, ValueError)


class Runner(Protocol):
    """What runs an invocation."""

    async def invoke(self, function: dict[str, Any], invocation: Invocation) -> Outcome:
        """Run it."""


@dataclass
class Event:
    """An accepted event. `payload` is base64 (it is kept as JSON), `accepted_at` epoch seconds."""

    request_id: str
    function_name: str
    payload: str
    accepted_at: float
    tries: int = 0


class AsynchronousInvocations:
    """Accepts events and sees them through."""

    def __init__(self, registry: Registry, runner: Runner) -> None:
        self._registry = registry
        self._runner = runner
        self._folder: Path = registry.folder / "events"
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Go on with the events that an earlier run accepted."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(self._folder.glob("*.json")):
            self._begin(Event(**state_file.load(path, None)))

    async def close(self) -> None:
        """Leave what is not done for the next run."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def accept(self, function: dict[str, Any], payload: bytes) -> str:
        """Take an event and return its request id."""
        event = Event(
            str(uuid.uuid4()), function["FunctionName"], base64.b64encode(payload).decode(), time.time()
        )
        self._keep(event)
        self._begin(event)
        return event.request_id

    def _begin(self, event: Event) -> None:
        task = asyncio.create_task(self._see_through(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _path(self, event: Event) -> Path:
        return self._folder / f"{event.request_id}.json"

    def _keep(self, event: Event) -> None:
        state_file.save(self._path(event), asdict(event))

    async def _see_through(self, event: Event) -> None:
        payload = base64.b64decode(event.payload)
        while True:
            function = self._registry.functions.get(event.function_name)
            if function is None:
                break  # deleted meanwhile: nobody is left to run it or to be told
            config = function.get("event_invoke_config", {})
            outcome = await self._try(function, event, payload)
            if outcome is not None:
                event.tries += 1
                self._keep(event)
                retries = config.get("MaximumRetryAttempts", DEFAULT_RETRIES)
                if outcome.function_error is None:
                    await self._tell(config, "OnSuccess", event, function, payload, outcome, "Success")
                    break
                if event.tries > retries:
                    await self._give_up(config, event, function, payload, outcome, "RetriesExhausted")
                    break
            max_age = config.get("MaximumEventAgeInSeconds", DEFAULT_MAX_AGE_SECONDS)
            if time.time() - event.accepted_at > max_age:
                await self._give_up(config, event, function, payload, outcome, "EventAgeExceeded")
                break
            await asyncio.sleep(RETRY_SECONDS[min(max(event.tries - 1, 0), len(RETRY_SECONDS) - 1)])
        self._path(event).unlink(missing_ok=True)

    async def _try(self, function: dict[str, Any], event: Event, payload: bytes) -> Outcome | None:
        """One try; None if it was throttled, which counts as no try."""
        invocation = Invocation(payload, function["FunctionArn"], request_id=event.request_id)
        try:
            return await self._runner.invoke(function, invocation)
        except AwsError:
            return None

    async def _give_up(
        self,
        config: dict[str, Any],
        event: Event,
        function: dict[str, Any],
        payload: bytes,
        outcome: Outcome | None,
        condition: str,
    ) -> None:
        error = outcome.payload.decode("utf-8", "replace") if outcome else ""
        logger.warning("An event of %s failed after %d tries: %s", event.function_name, event.tries, error)
        if queue := function.get("DeadLetterConfig", {}).get("TargetArn"):
            attributes = {
                "RequestID": event.request_id,
                "ErrorCode": "200",
                "ErrorMessage": error[:1024] or condition,
            }
            await _deliver(function, queue, payload.decode("utf-8", "replace"), "Dead letter", attributes)
        await self._tell(config, "OnFailure", event, function, payload, outcome, condition)

    async def _tell(
        self,
        config: dict[str, Any],
        which: str,
        event: Event,
        function: dict[str, Any],
        payload: bytes,
        outcome: Outcome | None,
        condition: str,
    ) -> None:
        destination = config.get("DestinationConfig", {}).get(which, {}).get("Destination")
        if not destination:
            return
        record = {
            "version": "1.0",
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
            "requestContext": {
                "requestId": event.request_id,
                "functionArn": f"{function['FunctionArn']}:$LATEST",
                "condition": condition,
                "approximateInvokeCount": event.tries,
            },
            "requestPayload": _document(payload),
        }
        if outcome is not None:
            error = {"functionError": outcome.function_error} if outcome.function_error else {}
            record["responseContext"] = {"statusCode": 200, "executedVersion": "$LATEST", **error}
            record["responsePayload"] = _document(outcome.payload)
        succeeded = which == "OnSuccess"
        detail_type = f"Lambda Function Invocation Result - {'Success' if succeeded else 'Failure'}"
        await _deliver(function, destination, json.dumps(record), detail_type, {})


async def _deliver(
    function: dict[str, Any], destination: str, message: str, detail_type: str, attributes: dict[str, str]
) -> None:
    try:
        credentials = await credentials_of(function["Role"], function["FunctionName"])
        await asyncio.to_thread(
            destinations.send, destination, message, detail_type, attributes, credentials=credentials
        )
    except CLIENT_ERRORS as err:  # AWS counts DestinationDeliveryFailures and goes on; we say it
        logger.warning("Could not deliver to %s: %s", destination, err)


def _document(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.decode("utf-8", "replace")
