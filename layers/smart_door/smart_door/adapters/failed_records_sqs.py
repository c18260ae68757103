"""The queue of records that nothing can be done with, each as it came."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from smart_door.adapters.aws_errors import aws_call

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsFailedRecords:
    """`ports.FailedRecords` in one queue: a JSON object a record, its data in base64."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def put(self, data: bytes, sequence_number: str, error: str) -> None:
        """See `ports.FailedRecords`."""
        body = {"sequence_number": sequence_number, "error": error, "data": base64.b64encode(data).decode()}
        with aws_call("sqs", "SendMessage"):
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=json.dumps(body))
