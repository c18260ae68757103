"""What all operations on stacks need: finding one, preparing a template, beginning an operation."""

from __future__ import annotations

import asyncio
import copy
import logging
import re
import uuid
from functools import partial

from emulator import clients
from emulator.aws_protocol import AwsError, Fields, ModelledService
from emulator.cloudformation.custom_resources import CustomResources
from emulator.cloudformation.deployment import Deployment
from emulator.cloudformation.errors import OperationStoppedError, StackNotFoundError
from emulator.cloudformation.models import Stack, Stacks, now
from emulator.cloudformation.preparation import Prepared, prepare, take, template_text
from emulator.cloudformation.provisioning import Tools
from emulator.cloudformation.resource_types import StackFacts
from emulator.cloudformation.resources import find_resource_type
from emulator.service import Settings

_LOG = logging.getLogger(__name__)
_STACK_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
_UPDATABLE = frozenset(
    {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "UPDATE_FAILED"}
)


class StackControl(ModelledService):
    """The stacks, and what happens to them in the background."""

    async def start(self, settings: Settings) -> None:
        """Load the stacks that an earlier run left."""
        self._settings = settings
        self._stacks = Stacks(settings.data_dir / "cloudformation")
        self._stacks.load()
        self._custom = CustomResources(settings.endpoint_url)
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def close(self) -> None:
        """End operations where they are; the next start finds them failed."""
        self._stopping = True
        self._custom.close()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _new_stack(self, name: str) -> Stack:
        if not _STACK_NAME.fullmatch(name):
            raise AwsError(
                "ValidationError",
                f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint:"
                " Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*",
            )
        where = f"arn:aws:cloudformation:{self._settings.region}:{self._settings.account_id}"
        return Stack(name, f"{where}:stack/{name}/{uuid.uuid4()}", "", now())

    def _updatable(self, name: str) -> Stack:
        stack = self._stacks.find(name)
        if stack is None:
            raise StackNotFoundError(name)
        self._refuse_busy(stack)
        if stack.status not in _UPDATABLE:
            raise AwsError(
                "ValidationError",
                f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.",
            )
        return stack

    @staticmethod
    def _refuse_busy(stack: Stack) -> None:
        if stack.is_busy:
            raise AwsError(
                "ValidationError",
                f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.",
            )

    async def _template_text(self, fields: Fields, stack: Stack | None = None) -> str:
        return await asyncio.to_thread(template_text, fields, stack, clients.client)

    async def _prepare(self, fields: Fields, stack: Stack) -> Prepared:
        others = {
            name: value for name, value in self._stacks.exports().items() if name not in own_exports(stack)
        }
        return await asyncio.to_thread(prepare, fields, stack, self._settings, others, clients.client)

    def _begin_create(self, stack: Stack, prepared: Prepared) -> None:
        stack.set_status("CREATE_IN_PROGRESS", "User Initiated")
        self._stacks.save(stack)
        self._run(partial(Deployment(stack, self._tools(stack)).create, prepared.template, prepared.scope))

    def _begin_update(self, stack: Stack, fields: Fields, prepared: Prepared) -> None:
        previous = copy.deepcopy(stack)
        take(stack, fields, prepared)
        stack.set_status("UPDATE_IN_PROGRESS", "User Initiated")
        self._stacks.save(stack)
        deployment = Deployment(stack, self._tools(stack))
        self._run(partial(deployment.update, prepared.template, prepared.scope, previous))

    def _tools(self, stack: Stack) -> Tools:
        settings = self._settings
        return Tools(
            clients.client,
            lambda name: find_resource_type(name, self._custom),
            self._stacks.save,
            StackFacts(stack.name, stack.stack_id, settings.region, settings.account_id, settings.web_url),
            lambda: self._stopping,
        )

    def _run(self, operation: partial[None]) -> None:
        """Run an operation in a thread; it writes its end into the stack itself."""
        task = asyncio.create_task(asyncio.to_thread(operation))
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error and not isinstance(error, OperationStoppedError):
            _LOG.error("A stack operation ended in an error", exc_info=error)


def own_exports(stack: Stack) -> set[str]:
    """The names under which a stack exports outputs."""
    return {output["ExportName"] for output in stack.outputs if "ExportName" in output}
