"""The warm workers of every function.

As on AWS a worker serves one invocation at a time; when all are busy another one is started, up to the
function's reserved concurrency or MAX_WORKERS (this is one machine), beyond which invocations wait.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator.aws_protocol import AwsError
from emulator.functions.code import fingerprint, layer_paths
from emulator.functions.embedded_metrics import EmbeddedMetrics
from emulator.functions.invocation import Invocation, Outcome
from emulator.functions.runtime_api import RuntimeApi
from emulator.functions.runtime_folder import make_runtime_folder
from emulator.functions.worker import Task, Worker
from emulator.iam.sessions import credentials_of
from emulator.service import Settings

logger = logging.getLogger(__name__)

MAX_WORKERS = 4
IDLE_SECONDS = 300.0  # a second worker that was idle this long is stopped; the first stays warm
FINGERPRINT_SECONDS = 1.0
_KEPT_VARIABLES = ("PATH", "HOME", "LD_LIBRARY_PATH", "TMPDIR", "SYSTEMROOT")


class _Workers:
    """Those of one function."""

    def __init__(self) -> None:
        self.idle: list[Worker] = []
        self.busy: set[Worker] = set()
        self.free = asyncio.Condition()
        self.generation = 0
        self.fingerprint = ""
        self.fingerprint_at = 0.0


class Pool:
    """Runs invocations of functions; a function is told apart by its name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._api = RuntimeApi()
        self._metrics = EmbeddedMetrics()
        self._workers: dict[str, _Workers] = {}
        self._runtime_folder = settings.data_dir / "lambda" / "runtime"

    async def start(self) -> None:
        """Open the runtime API."""
        (self._settings.data_dir / "logs").mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(make_runtime_folder, self._runtime_folder)
        await self._api.start()
        self._metrics.start()

    async def close(self) -> None:
        """End all workers."""
        every = [worker for workers in self._workers.values() for worker in (*workers.idle, *workers.busy)]
        await asyncio.gather(*(worker.kill() for worker in every))
        await self._api.close()
        await self._metrics.close()

    async def invoke(self, function: dict[str, Any], invocation: Invocation) -> Outcome:
        """Run one invocation. Raises AwsError (TooManyRequestsException) beyond the reserved concurrency."""
        name = function["FunctionName"]
        workers = self._workers.setdefault(name, _Workers())
        worker, generation = await self._acquire(function, workers)
        try:
            return await worker.invoke(invocation)
        finally:
            await self._release(workers, worker, generation)

    async def warm(self, function: dict[str, Any]) -> None:
        """Start a worker before the first invocation needs it."""
        workers = self._workers.setdefault(function["FunctionName"], _Workers())
        await self._retire_if_changed(function, workers)
        if not workers.idle and not workers.busy:
            worker = await self._start(function)
            workers.idle.append(worker)

    async def retire(self, name: str) -> None:
        """Code or configuration changed: no worker of the old one takes another invocation."""
        workers = self._workers.get(name)
        if workers is not None:
            await self._retire(workers)

    async def _acquire(self, function: dict[str, Any], workers: _Workers) -> tuple[Worker, int]:
        reserved = function.get("ReservedConcurrentExecutions")
        await self._retire_if_changed(function, workers)
        async with workers.free:
            while True:
                while workers.idle:
                    worker = workers.idle.pop()
                    if worker.alive:
                        workers.busy.add(worker)
                        return worker, workers.generation
                    await worker.kill()
                if reserved is not None and len(workers.busy) >= reserved:
                    raise AwsError("TooManyRequestsException", "Rate Exceeded.", 429)
                if len(workers.busy) < MAX_WORKERS:
                    generation = workers.generation
                    worker = await self._start(function)
                    workers.busy.add(worker)
                    return worker, generation
                await workers.free.wait()

    async def _start(self, function: dict[str, Any]) -> Worker:
        credentials = await credentials_of(function["Role"], function["FunctionName"])
        worker = Worker(self._task(function, credentials), self._api, self._metrics.accept)
        await worker.start()
        return worker

    async def _release(self, workers: _Workers, worker: Worker, generation: int) -> None:
        async with workers.free:
            workers.busy.discard(worker)
            if worker.alive and generation == workers.generation:
                workers.idle.append(worker)
            else:
                await worker.kill()
            await self._stop_surplus(workers)
            workers.free.notify()

    async def _stop_surplus(self, workers: _Workers) -> None:
        now = time.monotonic()
        while len(workers.idle) > 1 and now - workers.idle[0].idle_since > IDLE_SECONDS:
            await workers.idle.pop(0).kill()

    async def _retire(self, workers: _Workers) -> None:
        workers.generation += 1
        idle, workers.idle = workers.idle, []
        await asyncio.gather(*(worker.kill() for worker in idle))

    async def _retire_if_changed(self, function: dict[str, Any], workers: _Workers) -> None:
        """Functions and layers of a folder used in place: a saved .py file means a cold start."""
        folders = [Path(code["folder"]) for code in (function["code"], *function["layers"]) if code["hot"]]
        if not folders or time.monotonic() - workers.fingerprint_at < FINGERPRINT_SECONDS:
            return
        workers.fingerprint_at = time.monotonic()
        current = await asyncio.to_thread(fingerprint, folders)
        if workers.fingerprint not in ("", current):
            await self._retire(workers)
        workers.fingerprint = current

    def _task(self, function: dict[str, Any], credentials: Mapping[str, str]) -> Task:
        folder = Path(function["code"]["folder"])
        return Task(
            function_name=function["FunctionName"],
            function_arn=function["FunctionArn"],
            handler=function["Handler"],
            timeout_seconds=float(function["Timeout"]),
            memory_mb=int(function["MemorySize"]),
            folder=folder,
            environment={**self._environment(function, folder), **_upper(credentials)},
            log_path=self._settings.data_dir / "logs" / f"{function['FunctionName']}.log",
            # A folder used in place holds sources only: what they import is installed here.
            machine_packages=any(code["hot"] for code in (function["code"], *function["layers"])),
        )

    def _environment(self, function: dict[str, Any], folder: Path) -> dict[str, str]:
        """AWS's reserved variables, the endpoint of this emulator, and the function's own."""
        name, region = function["FunctionName"], self._settings.region
        layers = [path for layer in function["layers"] for path in layer_paths(Path(layer["folder"]))]
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        return {
            **{key: os.environ[key] for key in _KEPT_VARIABLES if key in os.environ},
            "PYTHONPATH": os.pathsep.join(map(str, [folder, *layers])),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",  # hot folders are the developer's: leave nothing in them
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "AWS_ENDPOINT_URL": self._settings.endpoint_url,
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
            **function.get("Environment", {}).get("Variables", {}),
            "_HANDLER": function["Handler"],
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{version}",
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function["MemorySize"]),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": time.strftime("%Y/%m/%d/[$LATEST]local", time.gmtime()),
            "LAMBDA_TASK_ROOT": str(folder),
            "LAMBDA_RUNTIME_DIR": str(self._runtime_folder),
        }


def _upper(credentials: Mapping[str, str]) -> dict[str, str]:
    """boto3's names of credentials as the environment's."""
    return {name.upper(): value for name, value in credentials.items()}
