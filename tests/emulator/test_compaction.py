"""The journal stays short, and replays to the same state."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

# moto's state is the process's: what is replayed must be looked at in a process of its own.
SCRIPT = """
import json, sys
from pathlib import Path
from emulator import compaction
from emulator.journal import Journal
from emulator.moto_services import Call, MotoServices

def call(service, target="/", method="POST", body=b"", **headers):
    authorization = f"AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/{service}/aws4_request, Signature=0"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Call(service, method, target, {"authorization": authorization, "host": "localhost", **named}, body)

def dynamodb(operation, **body):
    headers = {"x_amz_target": f"DynamoDB_20120810.{operation}", "content_type": "application/x-amz-json-1.0"}
    return call("dynamodb", body=json.dumps(body).encode(), **headers)

def kinesis(operation, **body):
    headers = {"x_amz_target": f"Kinesis_20131202.{operation}", "content_type": "application/x-amz-json-1.1"}
    return call("kinesis", body=json.dumps(body).encode(), **headers)

def s3(method, target, body=b"", **headers):
    return call("s3", target, method, body, **headers)

journal, moto = Journal(Path(sys.argv[1])), MotoServices()

def do(*calls):
    for made in calls:
        answer, moment = moto.call(made)
        assert answer.status < 300, answer
        if moment:
            journal.record(made, moment)
    return json.loads(answer.body) if answer.body[:1] == b"{" else answer.body

def state():
    position = {"ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    iterator = do(kinesis("GetShardIterator", StreamName="s", **position))
    names = ["once.jpg", "often.jpg", "copied.jpg", "copy.jpg"]
    return {
        "items": sorted(do(dynamodb("Scan", TableName="t"))["Items"], key=str),
        "records": do(kinesis("GetRecords", ShardIterator=iterator["ShardIterator"]))["Records"],
        "objects": {name: do(s3("GET", f"/bucket/{name}")).decode() for name in names},
        "list": do(s3("GET", "/bucket?list-type=2")).decode(),
    }
"""

WRITE = """
key = {"AttributeName": "id", "AttributeType": "S"}
do(dynamodb("CreateTable", TableName="t", AttributeDefinitions=[key], BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}]))
for number in range(60):
    do(dynamodb("PutItem", TableName="t", Item={"id": {"S": str(number % 30)}, "n": {"N": str(number)}}))
do(dynamodb("DeleteItem", TableName="t", Key={"id": {"S": "7"}}))
do(kinesis("CreateStream", StreamName="s", ShardCount=1))
for number in range(10):
    do(kinesis("PutRecord", StreamName="s", Data="eA==", PartitionKey="p"))
do(s3("PUT", "/bucket"))
for number in range(5):
    do(s3("PUT", "/bucket/often.jpg", str(number).encode() * 20000))
do(s3("PUT", "/bucket/once.jpg", b"once"))
do(s3("PUT", "/bucket/gone.jpg", b"gone"), s3("DELETE", "/bucket/gone.jpg"))
"""

COPY = """
do(s3("PUT", "/bucket/copied.jpg", b"first"))
do(s3("PUT", "/bucket/copy.jpg", x_amz_copy_source="/bucket/copied.jpg"))
do(s3("PUT", "/bucket/copied.jpg", b"second"))
"""


def run(folder: Path, code: str) -> Any:
    """Run code after SCRIPT in a process of its own; what it prints is JSON."""
    answer = subprocess.run(
        [sys.executable, "-c", SCRIPT + code, str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


PLAIN = """
do(s3("PUT", "/bucket/copied.jpg", b"second"), s3("PUT", "/bucket/copy.jpg", b"first"))
"""
COMPACT = """
before = state()
counts = journal.rewrite(lambda entries: compaction.compact(entries, moto, lambda stream: CONSUMED))
blobs = len(list((Path(sys.argv[1]) / "blobs").iterdir()))
print(json.dumps([before, counts, blobs]))
"""
REPLAY = """
replayed = journal.replay(moto)
assert replayed.failed == 0, replayed
print(json.dumps(state()))
"""


def test_a_compacted_journal_makes_the_same_state(tmp_path: Path) -> None:
    """Overwritten items and objects leave it; what is there afterwards is the same to the byte."""
    before, (entries, left), blobs = run(tmp_path, WRITE + PLAIN + COMPACT.replace("CONSUMED", "0"))
    assert entries == 84
    assert left == 3 + 2 + 10 + 4  # table, stream and bucket; two batches of items; records; objects
    assert blobs == 1
    assert run(tmp_path, REPLAY) == before


def test_what_was_copied_keeps_its_past(tmp_path: Path) -> None:
    """A copy was made of the first version: it must be made of it again."""
    before, (entries, left), _ = run(tmp_path, WRITE + COPY + COMPACT.replace("CONSUMED", "0"))
    assert before["objects"]["copy.jpg"] == "first"
    assert left < entries
    assert run(tmp_path, REPLAY) == before


def test_consumed_records_leave_after_a_while(tmp_path: Path) -> None:
    """And the numbers of those that stay do not change."""
    later = "compaction.KEEP_CONSUMED_NS = -1\nlast = int(state()['records'][5]['SequenceNumber'])\n"
    consumed = COMPACT.replace("CONSUMED", "last + compaction.SLACK_NS")
    before, (entries, left), _ = run(tmp_path, WRITE + PLAIN + later + consumed)
    assert left < entries
    after = run(tmp_path, REPLAY)
    assert len(before["records"]) == 10
    assert 0 < len(after["records"]) < 10
    assert after["records"] == before["records"][-len(after["records"]) :]
