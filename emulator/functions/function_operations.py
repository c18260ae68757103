"""Lambda's operations on functions: create, read, update, delete, concurrency, tags."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from emulator.functions.asynchronous import AsynchronousInvocations
from emulator.functions.code import check_size, invalid, place_code
from emulator.functions.pool import Pool
from emulator.functions.registry import Fields, Registry, conflict, revision, split_name

DEFAULTS: Fields = {
    "Description": "",
    "Timeout": 3,
    "MemorySize": 128,
    "TracingConfig": {"Mode": "PassThrough"},
    "Architectures": ["x86_64"],
    "EphemeralStorage": {"Size": 512},
    "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
    "PackageType": "Zip",
}
# Fields that are taken over as they come, at creation and at an update.
TAKEN = (
    "Runtime", "Role", "Handler", "Description", "Timeout", "MemorySize", "Environment", "DeadLetterConfig",
    "TracingConfig", "KMSKeyArn", "EphemeralStorage", "LoggingConfig", "VpcConfig", "Architectures",
)  # fmt: skip
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
RESERVED_VARIABLES = frozenset(
    {
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
    }
)  # fmt: skip
MAX_TIMEOUT_SECONDS = 900
MAX_VARIABLES_BYTES = 4096
MAX_LAYERS = 5


class FunctionOperations:
    """Methods of the Lambda service; needs `registry`, `pool` and `asynchronous`."""

    registry: Registry
    pool: Pool
    asynchronous: AsynchronousInvocations

    async def create_function(self, fields: Fields) -> Fields:
        """Create a function and answer its configuration."""
        name, _ = split_name(fields["FunctionName"])
        if not re.fullmatch(r"[a-zA-Z0-9-_]{1,64}", name):
            raise invalid(f"{name!r} is not a function name")
        if name in self.registry.functions:
            raise conflict(f"Function already exist: {name}")
        _check(fields, {})
        if fields.get("PackageType", "Zip") != "Zip":
            raise invalid("The emulator runs functions of PackageType Zip only")
        layers = self._layers(fields.get("Layers", []))
        code = await self._place(fields["Code"], layers)
        function: Fields = {
            **DEFAULTS,
            **{key: fields[key] for key in TAKEN if key in fields},
            "FunctionName": name,
            "FunctionArn": self.registry.arn("function", name),
            "Version": "$LATEST",
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "LoggingConfig": {
                "LogFormat": "Text",
                "LogGroup": f"/aws/lambda/{name}",
                **fields.get("LoggingConfig", {}),
            },
            **_described(code),
            **revision(),
            "tags": fields.get("Tags", {}),
            "layers": layers,
            "policy": [],
        }
        self.registry.functions[name] = function
        self.registry.save()
        return _configuration(function)

    async def get_function(self, fields: Fields) -> Fields:
        """Configuration, where the code is, tags and concurrency."""
        function = self._function(fields)
        answer: Fields = {
            "Configuration": _configuration(function),
            "Code": {"RepositoryType": "S3", "Location": f"file://{function['code']['folder']}"},
        }
        if function["tags"]:
            answer["Tags"] = function["tags"]
        if "ReservedConcurrentExecutions" in function:
            answer["Concurrency"] = {"ReservedConcurrentExecutions": function["ReservedConcurrentExecutions"]}
        return answer

    async def get_account_settings(self, _: Fields) -> Fields:
        """How many functions may run at a time, as the account is described, and how many are there."""
        concurrent = int(self.registry.settings.account.now().lambda_concurrent_executions)
        reserved = sum(
            function.get("ReservedConcurrentExecutions", 0) for function in self.registry.functions.values()
        )
        return {
            "AccountLimit": {
                "ConcurrentExecutions": concurrent,
                "UnreservedConcurrentExecutions": max(0, concurrent - reserved),
            },
            "AccountUsage": {"FunctionCount": len(self.registry.functions)},
        }

    async def get_function_configuration(self, fields: Fields) -> Fields:
        """The configuration."""
        return _configuration(self._function(fields))

    async def list_functions(self, fields: Fields) -> Fields:
        """All functions, in pages by name."""
        names = sorted(self.registry.functions)
        start = int(fields.get("Marker") or 0)
        end = start + int(fields.get("MaxItems") or 50)
        answer: Fields = {
            "Functions": [_configuration(self.registry.functions[name]) for name in names[start:end]]
        }
        if end < len(names):
            answer["NextMarker"] = str(end)
        return answer

    async def update_function_code(self, fields: Fields) -> Fields:
        """Replace the code; running invocations finish with the old one."""
        function = self._function(fields)
        code = await self._place(fields, function["layers"])
        if not fields.get("DryRun"):
            function.update(_described(code), **revision())
            await self._changed(function)
        return _configuration(function)

    async def update_function_configuration(self, fields: Fields) -> Fields:
        """Change what is named and leave the rest."""
        function = self._function(fields)
        _check(fields, function)
        layers = self._layers(fields["Layers"]) if "Layers" in fields else function["layers"]
        check_size(function["code"].get("unzipped", 0), layers)
        function.update({key: fields[key] for key in TAKEN if key in fields}, layers=layers, **revision())
        await self._changed(function)
        return _configuration(function)

    async def delete_function(self, fields: Fields) -> None:
        """Delete it; its workers stop."""
        function = self._function(fields)
        del self.registry.functions[function["FunctionName"]]
        self.registry.save()
        await self.pool.retire(function["FunctionName"])

    async def put_function_concurrency(self, fields: Fields) -> Fields:
        """Reserve concurrency: beyond it invocations are throttled."""
        function = self._function(fields)
        function["ReservedConcurrentExecutions"] = fields["ReservedConcurrentExecutions"]
        self.registry.save()
        return {"ReservedConcurrentExecutions": fields["ReservedConcurrentExecutions"]}

    async def get_function_concurrency(self, fields: Fields) -> Fields:
        """The reserved concurrency; empty where none is reserved."""
        function = self._function(fields)
        return {key: function[key] for key in ("ReservedConcurrentExecutions",) if key in function}

    async def delete_function_concurrency(self, fields: Fields) -> None:
        """Reserve none."""
        self._function(fields).pop("ReservedConcurrentExecutions", None)
        self.registry.save()

    async def tag_resource(self, fields: Fields) -> None:
        """Add tags to a function."""
        self._tags(fields).update(fields["Tags"])
        self.registry.save()

    async def untag_resource(self, fields: Fields) -> None:
        """Remove tags of a function."""
        tags = self._tags(fields)
        for key in fields["TagKeys"]:
            tags.pop(key, None)
        self.registry.save()

    async def list_tags(self, fields: Fields) -> Fields:
        """A function's tags."""
        return {"Tags": self._tags(fields)}

    def _tags(self, fields: Fields) -> dict[str, str]:
        resource = fields["Resource"]
        if ":event-source-mapping:" in resource:
            tags: dict[str, str] = self.registry.mapping(resource.rpartition(":")[2]).setdefault("tags", {})
            return tags
        function_tags: dict[str, str] = self.registry.function(resource)["tags"]
        return function_tags

    def _function(self, fields: Fields) -> Fields:
        return self.registry.function(fields["FunctionName"], fields.get("Qualifier"))

    async def _place(self, code: Fields, layers: list[Fields]) -> Fields:
        return await asyncio.to_thread(place_code, code, self.registry.folder / "code", layers)

    def _layers(self, arns: list[str]) -> list[Fields]:
        if len(arns) > MAX_LAYERS:
            raise invalid(f"Cannot reference more than {MAX_LAYERS} layers.")
        if len({arn.rpartition(":")[0] for arn in arns}) < len(arns):
            raise invalid(
                "Two different versions of the same layer are not allowed to be referenced in the same "
                "function."
            )
        layers = []
        for arn in arns:
            if arn not in self.registry.layers:
                raise invalid(f"Layer version {arn} does not exist.")
            layers.append({"Arn": arn, **self.registry.layers[arn]["code"]})
        return layers

    async def _changed(self, function: Fields) -> None:
        self.registry.save()
        await self.pool.retire(function["FunctionName"])


def _described(code: Fields) -> Fields:
    return {"code": code, "CodeSha256": code["sha256"], "CodeSize": code["size"]}


def _configuration(function: Fields) -> Fields:
    layers = [{"Arn": layer["Arn"], "CodeSize": layer["size"]} for layer in function["layers"]]
    return {**{key: value for key, value in function.items() if key[0].isupper()}, "Layers": layers}


def _check(fields: Fields, function: Fields) -> None:
    runtime = fields.get("Runtime", function.get("Runtime", ""))
    if not str(runtime).startswith("python3."):
        raise invalid(
            f"The emulator runs functions of the Python runtimes only, not of {runtime or 'no runtime'!r}"
        )
    handler: Any = fields.get("Handler", function.get("Handler", ""))
    if "." not in handler:
        raise invalid(f"Handler {handler!r} must be module.function")
    timeout = fields.get("Timeout", 3)
    if not 1 <= timeout <= MAX_TIMEOUT_SECONDS:
        raise invalid(f"Timeout {timeout} must be between 1 and {MAX_TIMEOUT_SECONDS} seconds")
    variables = fields.get("Environment", {}).get("Variables", {})
    if reserved := sorted(RESERVED_VARIABLES & variables.keys()):
        raise invalid(
            "Lambda was unable to configure your environment variables because the environment variables you "
            "have provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )
    if sum(len(key) + len(value) for key, value in variables.items()) > MAX_VARIABLES_BYTES:
        raise invalid(
            "Lambda was unable to configure your environment variables because the environment variables you "
            f"have provided exceeded the {MAX_VARIABLES_BYTES // 1024}KB limit."
        )
