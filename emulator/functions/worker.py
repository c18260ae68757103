"""A warm process that runs one function, one invocation at a time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from emulator.functions import invocation as outcomes
from emulator.functions.embedded_metrics import LogLines
from emulator.functions.invocation import Invocation, Outcome
from emulator.functions.runtime_api import MAX_RESPONSE_BYTES, RuntimeApi

INIT_SECONDS = 10.0  # AWS's limit of the init phase, on top of which the function's own timeout comes
TAIL_BYTES = 4096
_MAIN = Path(__file__).with_name("worker_process.py")


@dataclass(frozen=True)
class Task:
    """What a worker needs to know of its function: `timeout_seconds`, and the process's whole environment.

    `machine_packages`: whether it may import what is installed on this machine.
    """

    function_name: str
    function_arn: str
    handler: str
    timeout_seconds: float
    memory_mb: int
    folder: Path
    environment: dict[str, str]
    log_path: Path
    machine_packages: bool


class Worker:
    """One process; `invoke` must not be called while another invocation runs."""

    def __init__(
        self, task: Task, runtime_api: RuntimeApi, on_metrics: Callable[[bytes], None] = lambda line: None
    ) -> None:
        """`on_metrics` gets each line of the log that may hold metrics."""
        self.task = task
        self._on_metrics, self._log_lines = on_metrics, LogLines()
        self.idle_since = time.monotonic()
        self._api = runtime_api
        self._port = 0
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._work: asyncio.Queue[Invocation | None] = asyncio.Queue()
        self._current: Invocation | None = None
        self._initialized = asyncio.Event()
        self._init_error: bytes | None = None
        self._return_code: int | None = None
        self._tail: deque[bytes] = deque(maxlen=200)

    @property
    def alive(self) -> bool:
        """Whether it can take another invocation."""
        return self._process is not None and self._return_code is None and self._init_error is None

    async def start(self) -> None:
        """Start the process; it initializes while we go on."""
        self._port = await self._api.open_port(self)
        output, child_output = os.pipe()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *(["-P"] if self.task.machine_packages else ["-P", "-S"]),
            str(_MAIN),
            self.task.handler,
            str(os.getpid()),
            cwd=self.task.folder,
            env={**self.task.environment, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._port}"},
            stdin=asyncio.subprocess.DEVNULL,
            # A pipe of our own: asyncio would wait for the end of its pipes, which a child of the function
            # may hold open, before it tells that the process has ended.
            stdout=child_output,
            stderr=child_output,
            start_new_session=True,  # Ctrl-C is for the emulator, which stops its workers in order
        )
        os.close(child_output)
        self._watcher = asyncio.create_task(self._watch(self._process, output))

    async def invoke(self, invocation: Invocation) -> Outcome:
        """Run one invocation to its outcome; the worker may be dead afterwards (see `alive`)."""
        self._tail.clear()
        started = time.monotonic()
        outcome = await self._initialize(invocation)
        init_ms = (time.monotonic() - started) * 1000
        if outcome is None:
            outcome = await self._run(invocation)
        await self._let_log_arrive()
        duration_ms = (time.monotonic() - started) * 1000 - init_ms
        self._log_report(invocation.request_id, duration_ms, init_ms)
        self.idle_since = time.monotonic()
        return replace(outcome, log_tail=b"".join(self._tail)[-TAIL_BYTES:])

    def _log_report(self, request_id: str, duration_ms: float, init_ms: float) -> None:
        init = f"\tInit Duration: {init_ms:.2f} ms" if init_ms >= 1 else ""
        self._log(
            f"END RequestId: {request_id}\nREPORT RequestId: {request_id}\tDuration: {duration_ms:.2f} ms\t"
            f"Memory Size: {self.task.memory_mb} MB{init}\n"
        )

    async def _initialize(self, invocation: Invocation) -> Outcome | None:
        limit = INIT_SECONDS + self.task.timeout_seconds
        self._log(f"START RequestId: {invocation.request_id} Version: $LATEST\n")
        try:
            async with asyncio.timeout(limit):
                await self._initialized.wait()
        except TimeoutError:
            await self.kill()
            return outcomes.timed_out(invocation.request_id, limit)
        if self._init_error is not None:
            await self.kill()
            return Outcome(self._init_error, "Unhandled")
        if self._return_code is not None:
            return outcomes.exited(invocation.request_id, self._return_code)
        return None

    async def _run(self, invocation: Invocation) -> Outcome:
        timeout = self.task.timeout_seconds
        invocation.deadline_ms = int((time.time() + timeout) * 1000)
        self._current = invocation
        self._work.put_nowait(invocation)
        try:
            async with asyncio.timeout(timeout):
                outcome = await invocation.outcome
        except TimeoutError:
            await self.kill()
            self._log(f"{invocation.request_id} Task timed out after {timeout:.2f} seconds\n")
            return outcomes.timed_out(invocation.request_id, timeout)
        finally:
            self._current = None
        if len(outcome.payload) > MAX_RESPONSE_BYTES:
            return outcomes.failed(
                "Function.ResponseSizeTooLarge",
                f"Response payload size ({len(outcome.payload)} bytes) exceeded maximum allowed payload size "
                f"({MAX_RESPONSE_BYTES} bytes).",
            )
        return outcome

    async def kill(self) -> None:
        """End the process and what it started, and wait until it is gone."""
        if self._process is None:
            return
        self._kill_group()
        await self._process.wait()
        if self._watcher is not None:
            await self._watcher

    def _kill_group(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    # The runtime API's side

    async def next_invocation(self) -> Invocation | None:
        """The process has initialized, or finished its last invocation."""
        self._initialized.set()
        return await self._work.get()

    def report(self, request_id: str, outcome: Outcome) -> bool:
        """The outcome of the current invocation."""
        current = self._current
        if current is None or current.request_id != request_id or current.outcome.done():
            return False
        current.outcome.set_result(outcome)
        return True

    def report_init_error(self, error: bytes) -> None:
        """The function could not be loaded."""
        self._init_error = error
        self._initialized.set()

    # The process's side

    async def _watch(self, process: asyncio.subprocess.Process, output: int) -> None:
        log = asyncio.create_task(self._copy_log(output))
        self._return_code = await process.wait()
        self._kill_group()  # whatever it left behind, which may hold the log's pipe open
        await log
        self._initialized.set()
        self._work.put_nowait(None)
        if self._current is not None and not self._current.outcome.done():
            self._current.outcome.set_result(outcomes.exited(self._current.request_id, self._return_code))
        await self._api.close_port(self._port)

    async def _copy_log(self, output: int) -> None:
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(output, "rb", buffering=0)
        )
        while chunk := await reader.read(65536):
            self._write_log(chunk)
            for line in self._log_lines.feed(chunk):
                self._on_metrics(line)
        transport.close()

    async def _let_log_arrive(self) -> None:
        for _ in range(3):  # what it printed before it answered is in the pipe already
            await asyncio.sleep(0)

    def _log(self, text: str) -> None:
        self._write_log(text.encode())

    def _write_log(self, chunk: bytes) -> None:
        self._tail.append(chunk)
        with self.task.log_path.open("ab") as log:
            log.write(chunk)
