"""Custom resources: a function is invoked and answers by a PUT to the ResponseURL.

Source: "Custom resource request and response reference" of the AWS documentation. On AWS the address is a
presigned S3 URL; here it leads back to the emulator.
"""

from __future__ import annotations

import json
import secrets
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.cloudformation.resource_types import Made, Request, ResourceType, names

RESPONSE_PATH = "/custom-resources/"
DEFAULT_TIMEOUT_SECONDS = 3600
MAX_RESPONSE_BYTES = 4096

_OWN_PROPERTIES = ("ServiceToken", "ServiceTimeout")


@dataclass
class _Waiting:
    """One request whose answer has not come yet."""

    answered: threading.Event = field(default_factory=threading.Event)
    answer: Mapping[str, Any] = field(default_factory=dict)


class CustomResources:
    """Sends requests to functions and waits for what they PUT.

    Requests block, in threads; answers come in on the event loop.
    """

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._waiting: dict[str, _Waiting] = {}
        self._closed = False

    def resource_type(self, name: str) -> ResourceType:
        """The type of that name; the template's author decides about the properties."""
        return ResourceType(
            name,
            names("ServiceToken"),
            self._create,
            self._delete,
            self._update,
            replacing=names("ServiceToken"),
            required=names("ServiceToken"),
            any_property=True,
        )

    def answer(self, token: str, body: bytes) -> bool:
        """Take a function's answer; False if nobody waits for it or it is no JSON object."""
        waiting = self._waiting.get(token)
        if waiting is None or len(body) > MAX_RESPONSE_BYTES:
            return False
        try:
            answer = json.loads(body)
        except ValueError:
            return False
        if not isinstance(answer, dict):
            return False
        waiting.answer = answer
        waiting.answered.set()
        return True

    def close(self) -> None:
        """Let everyone who waits fail now: the emulator stops."""
        self._closed = True
        for waiting in self._waiting.values():
            waiting.answered.set()

    def _create(self, request: Request) -> Made:
        return self._made(request, self._ask(request, "Create", {}))

    def _update(self, request: Request) -> Made:
        """Update in place. A new physical id says that it made another one: the old one goes at the end."""
        return self._made(
            request, self._ask(request, "Update", {"OldResourceProperties": _texts(request.old)})
        )

    def _delete(self, request: Request) -> None:
        self._ask(request, "Delete", {})

    @staticmethod
    def _made(request: Request, answer: Mapping[str, Any]) -> Made:
        physical_id = answer.get("PhysicalResourceId") or request.physical_id
        if not isinstance(physical_id, str) or not physical_id:
            raise request.fail("Invalid PhysicalResourceId")
        data = answer.get("Data") or {}
        return Made(physical_id, dict(data))

    def _ask(self, request: Request, kind: str, more: Mapping[str, Any]) -> Mapping[str, Any]:
        given = request.properties
        token = secrets.token_urlsafe(24)
        event = {
            "RequestType": kind,
            "RequestId": str(uuid.uuid4()),
            "ResponseURL": f"{self._endpoint_url}{RESPONSE_PATH}{token}",
            "StackId": request.stack.stack_id,
            "ServiceToken": given["ServiceToken"],
            "ResourceType": request.type,
            "LogicalResourceId": request.logical_id,
            "ResourceProperties": _texts({k: v for k, v in given.items() if k != "ServiceTimeout"}),
            **more,
        }
        if kind != "Create":
            event["PhysicalResourceId"] = request.physical_id
        waiting = self._waiting[token] = _Waiting()
        self._send(request, given["ServiceToken"], event)
        seconds = int(given.get("ServiceTimeout", DEFAULT_TIMEOUT_SECONDS))
        waiting.answered.wait(seconds)
        del self._waiting[token]
        if waiting.answer.get("Status") != "SUCCESS":
            if kind == "Create":
                # What failed may be there in part: the rollback asks the function to delete it.
                request.claim(
                    waiting.answer.get("PhysicalResourceId") or f"{request.logical_id}-{token[:12]}"
                )
            raise request.fail(self._failure(waiting, seconds))
        return waiting.answer

    @staticmethod
    def _send(request: Request, service_token: str, event: Mapping[str, Any]) -> None:
        payload = json.dumps(event).encode()
        if ":sns:" in service_token:
            request.call(
                "sns",
                "Publish",
                TopicArn=service_token,
                Subject="AWS CloudFormation custom resource request",
                Message=payload.decode(),
            )
        else:
            request.call(
                "lambda", "Invoke", FunctionName=service_token, InvocationType="Event", Payload=payload
            )

    def _failure(self, waiting: _Waiting, seconds: int) -> str:
        if waiting.answer:
            reason = waiting.answer.get("Reason") or "the function answered without a Reason"
            return f"Received response status [FAILED] from custom resource. Message returned: {reason}"
        if self._closed:
            return "the emulator was stopped while it waited for the function's answer"
        return (
            "CloudFormation did not receive a response from your Custom Resource"
            f" within {seconds} seconds. Please check the function's log."
        )


def _texts(value: Any) -> Any:
    """Properties as functions get them: every scalar is text."""
    if isinstance(value, Mapping):
        return {key: _texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
