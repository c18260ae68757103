"""Kinesis records of face search, in batches, become visits.

The rest of a batch is done whatever happens to one record. With a record that can never be done, trying again
would only hold its shard: it goes to the queue of failed records as it is. Any other that fails is reported
as a batch item failure; Kinesis then sends everything from the first failed record on again, which is
harmless (see `services.receive_visitors`), and what keeps failing ends in the same queue, as Lambda tells it.
"""

from __future__ import annotations

import time
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.kinesis_stream_event import KinesisStreamRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from smart_door import bootstrap
from smart_door.domain.errors import PermanentError, SmartDoorError
from smart_door.services.receive_visitors import Reception

logger = Logger()
metrics = Metrics()
tracer = Tracer()

bootstrap.prepare_to_receive_visitors()


@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Process one batch; answers the sequence numbers of the records that failed."""
    began = time.monotonic()
    reception = bootstrap.receive_visitors().begin()

    refused: list[str] = []

    def receive(record: KinesisStreamRecord) -> None:
        if not _receive(record, reception):
            refused.append(record.kinesis.sequence_number)

    processor = BatchProcessor(EventType.KinesisDataStreams, raise_on_entire_batch_failure=False)
    with processor(event["Records"], receive, context):
        processor.process()
    answer = processor.response()
    failed = len(answer["batchItemFailures"])
    metrics.add_metric("RecordsProcessed", MetricUnit.Count, len(event["Records"]))
    metrics.add_metric("RecordsFailed", MetricUnit.Count, failed)
    metrics.add_metric("RecordsRefused", MetricUnit.Count, len(refused))
    logger.info(
        "records processed",
        records=len(event["Records"]),
        failed=failed,
        refused=len(refused),
        milliseconds=round((time.monotonic() - began) * 1000),
    )
    return answer


def _receive(record: KinesisStreamRecord, reception: Reception) -> bool:
    """Whether the record was done; otherwise it is in the queue of failed records."""
    data, sequence_number = record.kinesis.data_as_bytes(), record.kinesis.sequence_number
    try:
        reception.receive(bootstrap.records().parse(data))
    except PermanentError as error:
        logger.warning("record refused", sequence_number=sequence_number, error=str(error))
        bootstrap.failed_records().put(data, sequence_number, str(error))
        return False
    except SmartDoorError as error:
        logger.warning("record failed", sequence_number=sequence_number, error=str(error))
        raise
    except Exception:  # a fault of ours: the processor reports the record without a word, so say it here
        logger.exception("record failed unexpectedly", sequence_number=sequence_number)
        raise
    return True
