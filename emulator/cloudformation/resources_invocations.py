"""Lambda: what invokes functions from streams and queues, and what becomes of asynchronous failures."""

from __future__ import annotations

import uuid

from emulator.cloudformation.resource_types import TAGS, Made, Request, ResourceType, names

_MAPPING_CHANGES = (
    "BatchSize",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "Enabled",
    "FilterCriteria",
    "FunctionName",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "ScalingConfig",
    "TumblingWindowInSeconds",
)
_MAPPING_FIXED = ("EventSourceArn", "StartingPosition", "StartingPositionTimestamp")


def _create_mapping(request: Request) -> Made:
    answer = request.call(
        "lambda", "CreateEventSourceMapping", **request.pick(*_MAPPING_FIXED, *_MAPPING_CHANGES)
    )
    identity = answer["UUID"]
    arn = answer.get("EventSourceMappingArn") or request.arn("lambda", f"event-source-mapping:{identity}")
    return Made(identity, {"Id": identity, "EventSourceMappingArn": arn})


def _update_mapping(request: Request) -> Made:
    changed = {
        option: request.properties.get(option) for option in _MAPPING_CHANGES if request.changed(option)
    }
    request.call("lambda", "UpdateEventSourceMapping", UUID=request.physical_id, **changed)
    return Made(request.physical_id, request.attributes)


def _delete_mapping(request: Request) -> None:
    request.call("lambda", "DeleteEventSourceMapping", UUID=request.physical_id)


def _put_invoke_config(request: Request) -> Made:
    request.call(
        "lambda",
        "PutFunctionEventInvokeConfig",
        Qualifier=_qualifier(request),
        **request.pick(
            "FunctionName", "MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig"
        ),
    )
    return Made(request.physical_id or f"{request.stack.name}-{request.logical_id}-{uuid.uuid4().hex[:12]}")


def _delete_invoke_config(request: Request) -> None:
    request.call(
        "lambda",
        "DeleteFunctionEventInvokeConfig",
        FunctionName=request.properties["FunctionName"],
        Qualifier=_qualifier(request),
    )


def _qualifier(request: Request) -> str | None:
    qualifier = request.properties.get("Qualifier")
    return None if qualifier == "$LATEST" else qualifier


TYPES = (
    ResourceType(
        "AWS::Lambda::EventSourceMapping",
        frozenset(_MAPPING_FIXED + _MAPPING_CHANGES),
        _create_mapping,
        _delete_mapping,
        _update_mapping,
        replacing=frozenset(_MAPPING_FIXED),
        required=names("FunctionName"),
        accepted={"Tags": TAGS},
    ),
    ResourceType(
        "AWS::Lambda::EventInvokeConfig",
        names("FunctionName Qualifier MaximumRetryAttempts MaximumEventAgeInSeconds DestinationConfig"),
        _put_invoke_config,
        _delete_invoke_config,
        _put_invoke_config,
        replacing=names("FunctionName Qualifier"),
        required=names("FunctionName Qualifier"),
    ),
)
