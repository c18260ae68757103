"""AWS Lambda: functions that really run, in AWS's own Runtime Interface Client."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping

from aiohttp import web

from emulator.aws_protocol import AwsError, ModelledService
from emulator.clients import CREDENTIALS
from emulator.errors import json_error
from emulator.event_sources import Pollers
from emulator.functions.asynchronous import AsynchronousInvocations
from emulator.functions.function_operations import FunctionOperations
from emulator.functions.invocation import Invocation
from emulator.functions.layer_operations import LayerOperations
from emulator.functions.mapping_operations import MappingOperations
from emulator.functions.permission_operations import PermissionOperations
from emulator.functions.pool import Pool
from emulator.functions.registry import Fields, Registry, not_found, revision, split_name
from emulator.iam.sessions import credentials_of
from emulator.service import Settings

INVOCATIONS = "/invocations"
MAX_SYNCHRONOUS_BYTES = 6 * 1024**2
MAX_ASYNCHRONOUS_BYTES = 1024**2


class Lambda(FunctionOperations, LayerOperations, PermissionOperations, MappingOperations, ModelledService):
    """The service. Functions are zips, or folders used in place (S3Bucket "hot-reload")."""

    scopes: tuple[str, ...] = ("lambda",)
    service_name = "lambda"
    operations: Mapping[str, str] = {
        "AddPermission": "SNS and EventBridge need it, as on AWS",
        "CreateEventSourceMapping": "Kinesis data streams and SQS queues; a shard is read by one poller",
        "CreateFunction": "Python, PackageType Zip; S3Bucket `hot-reload` uses the folder S3Key in place",
        "DeleteEventSourceMapping": "",
        "DeleteFunction": "",
        "DeleteFunctionConcurrency": "",
        "DeleteFunctionEventInvokeConfig": "",
        "DeleteLayerVersion": "",
        "GetAccountSettings": "concurrent executions, as the account is described; the limit is not enforced",
        "GetEventSourceMapping": "",
        "GetFunction": "Code.Location is a file address",
        "GetFunctionConcurrency": "",
        "GetFunctionConfiguration": "",
        "GetFunctionEventInvokeConfig": "",
        "GetLayerVersion": "",
        "GetLayerVersionByArn": "",
        "GetPolicy": "",
        "Invoke": "RequestResponse, Event (retried after 1 s and 2 s, not minutes), DryRun; LogType Tail",
        "ListEventSourceMappings": "",
        "ListFunctions": "",
        "ListLayerVersions": "",
        "ListLayers": "",
        "ListTags": "",
        "PublishLayerVersion": "",
        "PutFunctionConcurrency": "",
        "PutFunctionEventInvokeConfig": "",
        "RemovePermission": "",
        "TagResource": "",
        "UntagResource": "",
        "UpdateEventSourceMapping": "",
        "UpdateFunctionCode": "",
        "UpdateFunctionConfiguration": "",
    }

    def __init__(self) -> None:
        self.pollers = Pollers()
        self.warming: set[asyncio.Task[None]] = set()

    async def start(self, settings: Settings) -> None:
        """Load functions and mappings; polling and pending events go on where they were."""
        self.registry = Registry(settings)
        self.pool = Pool(settings)
        await self.pool.start()
        self.asynchronous = AsynchronousInvocations(self.registry, self.pool)
        self.asynchronous.start()
        await self.pollers.start(settings, self.registry.mappings.values(), self._role_credentials)
        for mapping in self.registry.mappings.values():
            self.warm_up(mapping)

    async def close(self) -> None:
        """Stop polling, then the workers."""
        await self.pollers.close()
        await asyncio.gather(*self.warming)
        await self.asynchronous.close()
        await self.pool.close()

    async def _role_credentials(self, function_arn: str) -> Mapping[str, str]:
        """Those of the function's role; of a function that is gone, whose mappings find nobody, any."""
        function = self.registry.functions.get(split_name(function_arn)[0])
        if function is None:
            return CREDENTIALS
        return await credentials_of(function["Role"], function["FunctionName"])

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request; Invoke's payload is bytes of the caller's and goes past the model."""
        if request.method == "POST" and request.path.endswith(INVOCATIONS):
            try:
                return await self._invoke(request)
            except AwsError as err:
                return json_error(err.code, err.message, err.status)
        return await super().handle(request)

    async def _invoke(self, request: web.Request) -> web.Response:
        name = request.path.removesuffix(INVOCATIONS).rpartition("/")[2]
        function = self.registry.function(name, request.query.get("Qualifier"))
        kind = request.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        payload = await request.read() or b"{}"
        _check_payload(payload, MAX_ASYNCHRONOUS_BYTES if kind == "Event" else MAX_SYNCHRONOUS_BYTES)
        if kind == "DryRun":
            return web.Response(status=204)
        if kind == "Event":
            request_id = self.asynchronous.accept(function, payload)
            return web.Response(status=202, headers={"x-amzn-RequestId": request_id})
        if kind != "RequestResponse":
            raise AwsError("InvalidParameterValueException", f"InvocationType {kind!r} is not one")
        return await self._invoke_and_wait(request, function, payload)

    async def _invoke_and_wait(self, request: web.Request, function: Fields, payload: bytes) -> web.Response:
        context = request.headers.get("X-Amz-Client-Context")
        invocation = Invocation(
            payload,
            function["FunctionArn"],
            client_context=base64.b64decode(context).decode() if context else None,
        )
        outcome = await self.pool.invoke(function, invocation)
        headers = {"x-amzn-RequestId": invocation.request_id, "X-Amz-Executed-Version": "$LATEST"}
        if outcome.function_error:
            headers["X-Amz-Function-Error"] = outcome.function_error
        if request.headers.get("X-Amz-Log-Type") == "Tail":
            headers["X-Amz-Log-Result"] = base64.b64encode(outcome.log_tail).decode()
        return web.Response(body=outcome.payload, headers=headers, content_type="application/json")

    async def put_function_event_invoke_config(self, fields: Fields) -> Fields:
        """How often failed events are retried, for how long, and where they go."""
        function = self.registry.function(fields["FunctionName"], fields.get("Qualifier"))
        taken = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
        function["event_invoke_config"] = {key: fields[key] for key in taken if key in fields}
        function.update(revision())
        self.registry.save()
        return await self.get_function_event_invoke_config(fields)

    async def get_function_event_invoke_config(self, fields: Fields) -> Fields:
        """What was put."""
        function = self.registry.function(fields["FunctionName"], fields.get("Qualifier"))
        if "event_invoke_config" not in function:
            raise not_found(f"The function {function['FunctionArn']} doesn't have an EventInvokeConfig")
        return {**function["event_invoke_config"], "FunctionArn": f"{function['FunctionArn']}:$LATEST"}

    async def delete_function_event_invoke_config(self, fields: Fields) -> None:
        """Back to AWS's defaults."""
        self.registry.function(fields["FunctionName"], fields.get("Qualifier")).pop(
            "event_invoke_config", None
        )
        self.registry.save()


def _check_payload(payload: bytes, limit: int) -> None:
    if len(payload) > limit:
        raise AwsError("RequestTooLargeException", f"Request must be smaller than {limit} bytes", 413)
    try:
        json.loads(payload)
    except ValueError as err:
        raise AwsError(
            "InvalidRequestContentException", f"Could not parse request body into json: {err}", 400
        ) from err
