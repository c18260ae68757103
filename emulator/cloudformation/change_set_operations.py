"""CloudFormation's operations on change sets."""

from __future__ import annotations

from functools import partial

from emulator.aws_protocol import AwsError, Fields
from emulator.cloudformation import change_sets
from emulator.cloudformation.errors import StackNotFoundError
from emulator.cloudformation.preparation import check_capabilities, take
from emulator.cloudformation.stack_control import StackControl


class ChangeSetOperations(StackControl):
    """Methods of the service."""

    async def create_change_set(self, fields: Fields) -> Fields:
        """Say what an update, or a new stack, would do."""
        name, kind = fields["StackName"], fields.get("ChangeSetType", "UPDATE")
        stack = self._stacks.find(name)
        if kind == "CREATE" and stack and stack.status != "REVIEW_IN_PROGRESS":
            raise AwsError("ValidationError", f"Stack {name} already exists and cannot be created again")
        if kind == "CREATE" and not stack:
            stack = self._new_stack(name)
            await self._prepare(fields, stack)  # a wrong template leaves no stack behind
            stack.set_status("REVIEW_IN_PROGRESS", "User Initiated")
        elif kind != "CREATE":
            stack = self._updatable(name)
        if stack is None:
            raise StackNotFoundError(name)
        fields = {**fields, "TemplateBody": await self._template_text(fields, stack)}
        prepared = await self._prepare(fields, stack)
        check_capabilities(prepared, fields.get("Capabilities", ()), expands=False)
        change_set = change_sets.make(stack, fields, kind, prepared, self._tools(stack).resource_type)
        stack.change_sets.append(change_set)
        self._stacks.save(stack)
        return {"Id": change_set.change_set_id, "StackId": stack.stack_id}

    async def describe_change_set(self, fields: Fields) -> Fields:
        """A change set with its changes."""
        return change_sets.describe(*change_sets.find(self._stacks, fields))

    async def list_change_sets(self, fields: Fields) -> Fields:
        """The change sets of a stack."""
        stack = self._stacks.get(fields["StackName"])
        return {"Summaries": [change_sets.summary(stack, item) for item in stack.change_sets]}

    async def delete_change_set(self, fields: Fields) -> None:
        """Forget a change set; one that is not there is no error."""
        try:
            stack, change_set = change_sets.find(self._stacks, fields)
        except (AwsError, StackNotFoundError):
            return
        stack.change_sets.remove(change_set)
        self._stacks.save(stack)

    async def execute_change_set(self, fields: Fields) -> None:
        """Begin what the change set says."""
        stack, change_set = change_sets.find(self._stacks, fields)
        if change_set.execution_status != "AVAILABLE":
            raise AwsError(
                "InvalidChangeSetStatus",
                f"ChangeSet [{change_set.change_set_id}] cannot be executed in its current status of"
                f" [{change_set.status}]",
            )
        request = {
            **change_set.request,
            **{key: fields[key] for key in ("DisableRollback",) if key in fields},
        }
        if change_set.kind == "CREATE":
            prepared = await self._prepare(request, stack)
            take(stack, request, prepared)
            stack.disable_rollback = bool(request.get("DisableRollback", False))
            begin = partial(self._begin_create, stack, prepared)
        else:
            self._refuse_busy(stack)
            begin = partial(self._begin_update, stack, request, await self._prepare(request, stack))
        stack.change_sets = []
        begin()
