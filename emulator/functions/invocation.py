"""One invocation of a function and what came of it."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from dataclasses import dataclass, field


@dataclass
class Invocation:
    """A payload on its way through a worker; `deadline_ms` (epoch) is set when it is handed over."""

    payload: bytes
    function_arn: str
    client_context: str | None = None
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    deadline_ms: int = 0
    outcome: asyncio.Future[Outcome] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def trace_header(self) -> str:
        """An X-Ray header that says "not sampled": there is no daemon here to send segments to."""
        return (
            f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Parent={uuid.uuid4().hex[:16]};Sampled=0"
        )


@dataclass(frozen=True)
class Outcome:
    """`function_error` is None for a success, else AWS's word "Unhandled": `payload` tells the error."""

    payload: bytes
    function_error: str | None = None
    log_tail: bytes = b""

    @property
    def error_type(self) -> str:
        """The errorType of a failed invocation's payload."""
        try:
            return str(json.loads(self.payload).get("errorType", "Unhandled"))
        except (ValueError, AttributeError):
            return "Unhandled"


def failed(error_type: str, message: str) -> Outcome:
    """An outcome that the sandbox reports, not the function."""
    return Outcome(json.dumps({"errorType": error_type, "errorMessage": message}).encode(), "Unhandled")


def timed_out(request_id: str, seconds: float) -> Outcome:
    """What AWS answers when a function runs longer than its timeout."""
    return failed(
        "Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
    )


def exited(request_id: str, return_code: int) -> Outcome:
    """What AWS answers when the runtime's process ends (a negative code: by a signal)."""
    how = f"exit status {return_code}" if return_code >= 0 else "signal: killed"
    return failed("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited with error: {how}")
