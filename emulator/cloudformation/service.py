"""CloudFormation as AWS clients see it: its operations over the query protocol."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial

from aiohttp import web

from emulator.aws_protocol import AwsError, Fields
from emulator.cloudformation import answers
from emulator.cloudformation.change_set_operations import ChangeSetOperations
from emulator.cloudformation.custom_resources import RESPONSE_PATH
from emulator.cloudformation.deployment import Deployment
from emulator.cloudformation.errors import StackNotFoundError, TemplateError
from emulator.cloudformation.models import Stack, Stacks
from emulator.cloudformation.preparation import check_capabilities, take
from emulator.cloudformation.stack_control import own_exports


class CloudFormation(ChangeSetOperations):
    """Deploys templates by calling the emulator's other services, as CloudFormation does on AWS."""

    service_name = "cloudformation"
    scopes = ("cloudformation",)
    operations: Mapping[str, str] = {
        "CreateChangeSet": "",
        "CreateStack": "resources are made one after the other",
        "DeleteChangeSet": "",
        "DeleteStack": "",
        "DescribeChangeSet": "",
        "DescribeStackEvents": "",
        "DescribeStackResource": "",
        "DescribeStackResources": "",
        "DescribeStacks": "",
        "ExecuteChangeSet": "",
        "GetTemplate": "",
        "GetTemplateSummary": "",
        "ListChangeSets": "",
        "ListExports": "",
        "ListStackResources": "",
        "ListStacks": "",
        "UpdateStack": "only what changed is touched",
        "ValidateTemplate": "",
    }

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer an operation, or take a custom resource's answer."""
        if request.path.startswith(RESPONSE_PATH):
            taken = self._custom.answer(request.path.removeprefix(RESPONSE_PATH), await request.read())
            return web.Response(status=200 if taken else 403)
        try:
            return await super().handle(request)
        except (TemplateError, StackNotFoundError) as err:
            return self._error(AwsError("ValidationError", str(err)))

    # --- stacks ---------------------------------------------------------------------------------------

    async def create_stack(self, fields: Fields) -> Fields:
        """Begin to create a stack."""
        name = fields["StackName"]
        if self._stacks.find(name):
            raise AwsError("AlreadyExistsException", f"Stack [{name}] already exists")
        stack = self._new_stack(name)
        prepared = await self._prepare(fields, stack)
        check_capabilities(prepared, fields.get("Capabilities", ()), expands=True)
        take(stack, fields, prepared)
        stack.disable_rollback = bool(fields.get("DisableRollback", False))
        stack.on_failure = fields.get("OnFailure", "ROLLBACK")
        self._begin_create(stack, prepared)
        return {"StackId": stack.stack_id}

    async def update_stack(self, fields: Fields) -> Fields:
        """Begin to update a stack."""
        stack = self._updatable(fields["StackName"])
        prepared = await self._prepare(fields, stack)
        check_capabilities(prepared, fields.get("Capabilities", ()), expands=True)
        if not prepared.changes(stack):
            raise AwsError("ValidationError", "No updates are to be performed.")
        self._begin_update(stack, fields, prepared)
        return {"StackId": stack.stack_id}

    async def delete_stack(self, fields: Fields) -> None:
        """Begin to delete a stack; one that is not there is no error."""
        stack = self._stacks.find(fields["StackName"])
        if stack is None:
            return
        self._refuse_busy(stack)
        _refuse_used_exports(stack, self._stacks)
        stack.set_status("DELETE_IN_PROGRESS", "User Initiated")
        self._stacks.save(stack)
        retain = frozenset(fields.get("RetainResources", []))
        self._run(partial(Deployment(stack, self._tools(stack)).delete, retain))

    async def describe_stacks(self, fields: Fields) -> Fields:
        """One stack, or all that live."""
        if "StackName" in fields:
            return {"Stacks": [answers.stack(self._stacks.get(fields["StackName"]))]}
        return {"Stacks": [answers.stack(stack) for stack in self._stacks if not stack.is_deleted]}

    async def list_stacks(self, fields: Fields) -> Fields:
        """Summaries of stacks, also of deleted ones."""
        wanted = fields.get("StackStatusFilter")
        found = [stack for stack in self._stacks if not wanted or stack.status in wanted]
        return {"StackSummaries": [answers.stack_summary(stack) for stack in found]}

    async def describe_stack_events(self, fields: Fields) -> Fields:
        """The stack's history, newest first."""
        stack = self._stacks.get(fields["StackName"])
        return {"StackEvents": [answers.event(stack, event) for event in reversed(stack.events)]}

    async def list_stack_resources(self, fields: Fields) -> Fields:
        """The stack's resources."""
        stack = self._stacks.get(fields["StackName"])
        return {
            "StackResourceSummaries": [answers.resource_summary(item) for item in stack.resources.values()]
        }

    async def describe_stack_resources(self, fields: Fields) -> Fields:
        """The stack's resources, or the one of a logical id."""
        if "StackName" not in fields:
            raise AwsError("ValidationError", "StackName must be given here")
        stack = self._stacks.get(fields["StackName"])
        wanted = fields.get("LogicalResourceId")
        found = [item for item in stack.resources.values() if wanted in (None, item.logical_id)]
        return {"StackResources": [answers.resource(stack, item) for item in found]}

    async def describe_stack_resource(self, fields: Fields) -> Fields:
        """One resource of a stack."""
        stack, name = self._stacks.get(fields["StackName"]), fields["LogicalResourceId"]
        if name not in stack.resources:
            raise AwsError("ValidationError", f"Resource {name} does not exist for stack {stack.name}")
        return {"StackResourceDetail": answers.resource_detail(stack, stack.resources[name])}

    async def list_exports(self, _: Fields) -> Fields:
        """What stacks export to others."""
        return {"Exports": answers.exports(self._stacks)}

    # --- templates ------------------------------------------------------------------------------------

    async def get_template(self, fields: Fields) -> Fields:
        """The template as given, or as deployed after the transforms."""
        stack = self._stacks.get(fields["StackName"])
        processed = fields.get("TemplateStage") == "Processed"
        body = json.dumps(stack.template) if processed else stack.template_text
        return {"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]}

    async def validate_template(self, fields: Fields) -> Fields:
        """Check a template and say its parameters."""
        return answers.template_summary(await self._template_text(fields))

    async def get_template_summary(self, fields: Fields) -> Fields:
        """What a template, or a stack's template, declares."""
        if "StackName" in fields:
            return answers.template_summary(
                self._stacks.get(fields["StackName"]).template_text, resources=True
            )
        return answers.template_summary(await self._template_text(fields), resources=True)


def _refuse_used_exports(stack: Stack, stacks: Stacks) -> None:
    for export in own_exports(stack):
        for other in stacks:
            if other is not stack and not other.is_deleted and export in other.imports:
                raise AwsError(
                    "ValidationError", f"Export {export} cannot be deleted as it is in use by {other.name}"
                )
