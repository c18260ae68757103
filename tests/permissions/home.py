"""A deployed home in an emulator of its own, whose roles' permissions can be taken away one by one."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scripts.local_stack import deploy
from tests.conftest import ROOT, Emulator

STACK = "home"
OWNER_PHONE = "+15555550123"
VISITOR_PHONE = "+15555550177"
TABLES = ("VisitsTable", "VisitorsTable", "PasscodesTable", "IdempotencyTable")
READS = frozenset({"kinesis:ListShards", "kinesis:GetShardIterator", "kinesis:GetRecords"})
"""How Lambda reads the data stream in the function's name: always one after the other."""

UNASKED = {
    "logs:CreateLogStream": "the emulator writes logs itself",
    "logs:PutLogEvents": "the emulator writes logs itself",
    "xray:PutTraceSegments": "the emulator has no X-Ray",
    "xray:PutTelemetryRecords": "the emulator has no X-Ray",
    "kinesis:DescribeStream": "AWS's event source mappings ask for it, the emulator's do not",
    "kinesis:DescribeStreamSummary": "AWS's event source mappings ask for it, the emulator's do not",
    "kinesis:ListStreams": "AWS's event source mappings ask for it, the emulator's do not",
}
"""What Lambda itself does in a function's name on AWS and nobody does here, so that it cannot be tried."""

_REFUSED = re.compile(r"assumed-role/([^/]+)/\S+ is not authorized to perform: (\S+)")
# A bucket's policy has the bucket's id, a custom resource that of what it looks after.
_BORROWS_ITS_ID = re.compile(r"Policy$|^Custom::")

Items = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Permission:
    """One action of one statement of a role of the template; `on` says what the statement is about."""

    role: str
    policy: str
    statement: int
    action: str
    on: str

    def __str__(self) -> str:
        return f"{self.role}: {self.action} on {self.on}"


@dataclass
class Home:
    """What the test does to the home, and sees of it."""

    emulator: Emulator
    outputs: Mapping[str, str] = field(default_factory=dict)

    def deploy(self, mode: str) -> None:
        """Deploy template.yaml, or update the stack to another mode of face search."""
        parameters = {
            "OwnerPhone": OWNER_PHONE,
            "SiteUrl": self.emulator.web_url,
            "PhotoOrigin": self.emulator.endpoint_url,
            "FaceSearchMode": mode,
        }
        cloudformation = self.client("cloudformation")
        done = deploy(cloudformation, ROOT / "template.yaml", STACK, parameters, lambda line: None)
        self.outputs = done.outputs
        self._ids.clear()
        self._names.clear()

    def client(self, service: str) -> Any:
        """A client that may do everything."""
        if service not in self._clients:
            self._clients[service] = self.emulator.client(service, read_timeout=90)
        return self._clients[service]

    @cached_property
    def _clients(self) -> dict[str, Any]:
        return {}

    @cached_property
    def _ids(self) -> dict[str, str]:
        return {}

    @cached_property
    def _names(self) -> dict[str, str]:
        return {}

    def id(self, logical_id: str) -> str:
        """The physical id of a resource of the template."""
        if not self._ids:
            pages = self.client("cloudformation").get_paginator("list_stack_resources")
            for page in pages.paginate(StackName=STACK):
                for resource in page["StackResourceSummaries"]:
                    name, physical_id = resource["LogicalResourceId"], resource.get("PhysicalResourceId", "")
                    self._ids[name] = physical_id
                    if not _BORROWS_ITS_ID.search(resource["ResourceType"]):
                        self._names[physical_id] = name
        return self._ids[logical_id]

    def logical_ids(self) -> Mapping[str, str]:
        """The template's names by physical id."""
        self.id("VisitsTable")
        return self._names

    # --- Permissions --------------------------------------------------------------------------------------

    def permissions(self, *roles: str) -> list[Permission]:
        """Every action of every statement of these roles, or of all."""
        names = self.logical_ids()
        wanted = roles or sorted(name for name in names.values() if name.endswith("Role"))
        return [
            Permission(role, policy, index, action, self._subject(statement))
            for role in wanted
            for policy in self._policies(role)
            for index, statement in enumerate(self._document(role, policy)["Statement"])
            for action in _strings(statement["Action"])
        ]

    @contextmanager
    def without(self, permission: Permission) -> Iterator[None]:
        """Take the permission away for a while."""
        iam, role = self.client("iam"), {"RoleName": self.id(permission.role)}
        document = self._document(permission.role, permission.policy)
        less = json.loads(json.dumps(document))
        statement = less["Statement"][permission.statement]
        statement["Action"] = [one for one in _strings(statement["Action"]) if one != permission.action]
        if not statement["Action"]:
            del less["Statement"][permission.statement]
        policy = {**role, "PolicyName": permission.policy}
        if less["Statement"]:
            iam.put_role_policy(**policy, PolicyDocument=json.dumps(less))
        else:
            iam.delete_role_policy(**policy)
        try:
            yield
        finally:
            iam.put_role_policy(**policy, PolicyDocument=json.dumps(document))

    @contextmanager
    def without_reading_the_stream(self) -> Iterator[None]:
        """Take away what Lambda needs to poll the data stream in the function's name."""
        found = [one for one in self.permissions("ProcessFaceMatchesFunctionRole") if one.action in READS]
        with ExitStack() as taken:
            for permission in found:
                taken.enter_context(self.without(permission))
            yield

    def refused(self, since: int = 0) -> set[tuple[str, str]]:
        """Role (as the template calls it) and action of what was refused since a mark in the log."""
        text = self.log.read_bytes()[since:].decode()
        names = self.logical_ids()
        return {(names.get(role, role), action) for role, action in _REFUSED.findall(text)}

    def mark(self) -> int:
        """Where the emulator's log ends now."""
        return int(self.log.stat().st_size)

    @property
    def log(self) -> Any:
        """The emulator's log."""
        return self.emulator.data_dir.parent / "emulator.log"

    def _policies(self, role: str) -> list[str]:
        names = self.client("iam").list_role_policies(RoleName=self.id(role))["PolicyNames"]
        return sorted(names)

    def _document(self, role: str, policy: str) -> dict[str, Any]:
        found = self.client("iam").get_role_policy(RoleName=self.id(role), PolicyName=policy)
        document: dict[str, Any] = found["PolicyDocument"]
        if isinstance(document["Statement"], dict):
            document["Statement"] = [document["Statement"]]
        return document

    def _subject(self, statement: Mapping[str, Any]) -> str:
        """The statement's resources, by the names that the template gives them where there are some."""
        if "NotResource" in statement:
            return "telephone numbers"
        return ", ".join(self._named(arn) for arn in _strings(statement["Resource"]))

    def _named(self, arn: str) -> str:
        for physical, logical in sorted(self.logical_ids().items(), key=lambda pair: -len(pair[0])):
            name = physical.rpartition("/")[2]  # a queue's is an address
            if name and (arn == physical or re.search(rf"[:/]{re.escape(name)}(/|$)", arn)):
                rest = arn.partition(name)[2]
                return logical + rest if "*" in rest else logical
        return arn.split(":", 5)[-1]

    # --- State --------------------------------------------------------------------------------------------

    def snapshot(self) -> Items:
        """Everything in the tables."""
        dynamodb = self.client("dynamodb")
        return {table: dynamodb.scan(TableName=self.id(table))["Items"] for table in TABLES}

    def restore(self, items: Items) -> None:
        """Put the tables into an earlier state; tables that are not named are emptied."""
        dynamodb = self.client("dynamodb")
        for table in TABLES:
            name = self.id(table)
            keys = [key["AttributeName"] for key in _key_schema(dynamodb, name)]
            for item in dynamodb.scan(TableName=name)["Items"]:
                dynamodb.delete_item(TableName=name, Key={key: item[key] for key in keys})
            for item in items.get(table, []):
                dynamodb.put_item(TableName=name, Item=item)

    def items(self, table: str) -> list[dict[str, Any]]:
        """What is in one table."""
        found: list[dict[str, Any]] = self.client("dynamodb").scan(TableName=self.id(table))["Items"]
        return found

    def visits(self) -> list[dict[str, Any]]:
        """The visits' items, the newest first, without the door's mark."""
        found = [item for item in self.items("VisitsTable") if not item["visit_id"]["S"].startswith("~")]
        return sorted(found, key=lambda item: item["visit_id"]["S"], reverse=True)

    def texts(self, phone: str) -> list[str]:
        """The messages on a phone."""
        with urllib.request.urlopen(f"{self.emulator.web_url}/phone/messages") as answer:  # noqa: S310 - ours
            return [message["text"] for message in json.load(answer) if message["to"] == phone]

    def queued(self, output: str) -> int:
        """Take what is in a queue; how many there were."""
        sqs = self.client("sqs")
        found = sqs.receive_message(QueueUrl=self.outputs[output], MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=self.outputs[output], ReceiptHandle=message["ReceiptHandle"])
        return len(found)

    # --- Functions ----------------------------------------------------------------------------------------

    def invoke(self, function: str, event: Mapping[str, Any]) -> tuple[Any, str]:
        """A function's answer, and the type of its error ("" if it had none)."""
        answer = self.client("lambda").invoke(FunctionName=self.id(function), Payload=json.dumps(event))
        payload = json.loads(answer["Payload"].read() or b"null")
        return payload, payload["errorType"] if answer.get("FunctionError") else ""

    def invoke_later(self, function: str, event: Mapping[str, Any]) -> None:
        """Invoke as event sources do, without waiting."""
        self.client("lambda").invoke(
            FunctionName=self.id(function), Payload=json.dumps(event), InvocationType="Event"
        )

    def make_cold(self, function: str) -> None:
        """The next invocation starts anew, without what the one before had read."""
        description = f"cold since {time.time()}"
        self.client("lambda").update_function_configuration(
            FunctionName=self.id(function), Description=description
        )


def eventually(question: Callable[[], Any], seconds: float = 20.0) -> Any:
    """The first answer that is true, or the last one that is not."""
    give_up_at = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < give_up_at:
        time.sleep(0.05)
    return answer


def _key_schema(dynamodb: Any, table: str) -> list[dict[str, str]]:
    schema: list[dict[str, str]] = dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]
    return schema


def _strings(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
