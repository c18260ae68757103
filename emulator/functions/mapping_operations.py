"""Lambda's operations on event source mappings; the pollers are in emulator.event_sources."""

from __future__ import annotations

import asyncio
import time
import uuid

from emulator.event_sources import Pollers
from emulator.event_sources.filters import FilterPatternError, parse_filters
from emulator.functions.code import invalid
from emulator.functions.pool import Pool
from emulator.functions.registry import Fields, Registry, conflict

TAKEN = (
    "BatchSize", "MaximumBatchingWindowInSeconds", "ParallelizationFactor", "FilterCriteria",
    "DestinationConfig", "MaximumRecordAgeInSeconds", "BisectBatchOnFunctionError", "MaximumRetryAttempts",
    "FunctionResponseTypes",
)  # fmt: skip
UNSUPPORTED = ("TumblingWindowInSeconds", "SelfManagedEventSource", "AmazonManagedKafkaEventSourceConfig")
KINESIS_DEFAULTS: Fields = {
    "BatchSize": 100,
    "MaximumBatchingWindowInSeconds": 0,
    "ParallelizationFactor": 1,
    "MaximumRecordAgeInSeconds": -1,
    "BisectBatchOnFunctionError": False,
    "MaximumRetryAttempts": -1,
    "FunctionResponseTypes": [],
    "DestinationConfig": {"OnFailure": {}},
}
SQS_DEFAULTS: Fields = {"BatchSize": 10, "MaximumBatchingWindowInSeconds": 0, "FunctionResponseTypes": []}


class MappingOperations:
    """Methods of the Lambda service; needs `registry` and `pollers`."""

    registry: Registry
    pollers: Pollers
    pool: Pool
    warming: set[asyncio.Task[None]]

    async def create_event_source_mapping(self, fields: Fields) -> Fields:
        """Create a mapping; an enabled one begins to poll at once."""
        function = self.registry.function(fields["FunctionName"])
        source = fields.get("EventSourceArn", "")
        _check(fields, source)
        for other in self.registry.mappings.values():
            if (other["EventSourceArn"], other["FunctionArn"]) == (source, function["FunctionArn"]):
                raise conflict(
                    f'An event source mapping with event source arn ("{source}") and function '
                    f'("{function["FunctionName"]}") already exists. Please update or delete the existing '
                    f"mapping with UUID {other['UUID']}"
                )
        mapping_id = str(uuid.uuid4())
        mapping: Fields = {
            **(KINESIS_DEFAULTS if ":kinesis:" in source else SQS_DEFAULTS),
            **{key: fields[key] for key in TAKEN if key in fields},
            "UUID": mapping_id,
            "EventSourceArn": source,
            "EventSourceMappingArn": self.registry.arn("event-source-mapping", mapping_id),
            "FunctionArn": function["FunctionArn"],
            "State": "Enabled" if fields.get("Enabled", True) else "Disabled",
            "StateTransitionReason": "USER_INITIATED",
            "LastProcessingResult": "No records processed",
            "LastModified": time.time(),
            "created_at": time.time(),
            "tags": fields.get("Tags", {}),
        }
        if "StartingPosition" in fields:
            mapping["StartingPosition"] = fields["StartingPosition"]
        if "StartingPositionTimestamp" in fields:
            mapping["StartingPositionTimestamp"] = fields["StartingPositionTimestamp"].timestamp()
        self.registry.mappings[mapping_id] = mapping
        self.registry.save()
        await self.pollers.set(mapping)
        self.warm_up(mapping)
        return {**_described(mapping), "State": "Creating"}

    def warm_up(self, mapping: Fields) -> None:
        """Start a worker now: whoever waits for the first record should not wait for a cold start too."""
        function = self.registry.functions.get(mapping["FunctionArn"].rpartition(":")[2])
        if function is not None and mapping["State"] == "Enabled":
            task = asyncio.create_task(self.pool.warm(function))
            self.warming.add(task)
            task.add_done_callback(self.warming.discard)

    async def get_event_source_mapping(self, fields: Fields) -> Fields:
        """One mapping."""
        mapping = self.registry.mapping(fields["UUID"])
        return {**_described(mapping), "LastProcessingResult": self.pollers.last_result(mapping)}

    async def list_event_source_mappings(self, fields: Fields) -> Fields:
        """The mappings, of one source or function if it is named."""
        wanted = {"EventSourceArn": fields.get("EventSourceArn")}
        if "FunctionName" in fields:
            wanted["FunctionArn"] = self.registry.function(fields["FunctionName"])["FunctionArn"]
        return {
            "EventSourceMappings": [
                _described(mapping)
                for mapping in self.registry.mappings.values()
                if all(value in (None, mapping[key]) for key, value in wanted.items())
            ]
        }

    async def update_event_source_mapping(self, fields: Fields) -> Fields:
        """Change what is named; polling goes on from the checkpoint."""
        mapping = self.registry.mapping(fields["UUID"])
        _check({**mapping, **fields}, mapping["EventSourceArn"])
        mapping.update({key: fields[key] for key in TAKEN if key in fields}, LastModified=time.time())
        if "FunctionName" in fields:
            mapping["FunctionArn"] = self.registry.function(fields["FunctionName"])["FunctionArn"]
        if "Enabled" in fields:
            mapping["State"] = "Enabled" if fields["Enabled"] else "Disabled"
        self.registry.save()
        await self.pollers.set(mapping)
        return {**_described(mapping), "State": "Updating"}

    async def delete_event_source_mapping(self, fields: Fields) -> Fields:
        """Stop polling and forget the checkpoint."""
        mapping = self.registry.mapping(fields["UUID"])
        del self.registry.mappings[mapping["UUID"]]
        self.registry.save()
        await self.pollers.remove(mapping)
        return {**_described(mapping), "State": "Deleting"}


def _described(mapping: Fields) -> Fields:
    return {key: value for key, value in mapping.items() if key[0].isupper()}


def _check(fields: Fields, source: str) -> None:
    kind = source.split(":")[2] if source.count(":") >= 5 else ""
    if kind not in ("kinesis", "sqs"):
        raise invalid(f"The emulator maps Kinesis data streams and SQS queues to functions, not {source!r}")
    for key in UNSUPPORTED:
        if fields.get(key):
            raise invalid(f"The emulator's event source mappings have no {key}")
    if kind == "kinesis" and fields.get("StartingPosition") not in ("LATEST", "TRIM_HORIZON", "AT_TIMESTAMP"):
        raise invalid("StartingPosition must be LATEST, TRIM_HORIZON or AT_TIMESTAMP for a stream")
    limit = 10_000
    size = fields.get("BatchSize") or 1
    if not 1 <= size <= limit:
        raise invalid(f"BatchSize {size} must be between 1 and {limit}")
    if kind == "sqs" and size > 10 and not fields.get("MaximumBatchingWindowInSeconds"):
        raise invalid(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        )
    window = fields.get("MaximumBatchingWindowInSeconds") or 0
    if not 0 <= window <= 300:
        raise invalid(f"MaximumBatchingWindowInSeconds {window} must be between 0 and 300")
    try:
        parse_filters(fields.get("FilterCriteria"))
    except FilterPatternError as err:
        raise invalid(f"Invalid filter pattern definition. {err}") from err
