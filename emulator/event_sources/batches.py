"""What AWS does with a batch of stream records whose function failed, as a plain decision.

https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html and
.../services-kinesis-batchfailurereporting.html. Nothing here reads a clock or a network.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass


def first_failure(answer: bytes, sequence_numbers: Sequence[str]) -> int | None:
    """Index of the first failed record by the function's answer (ReportBatchItemFailures), None without any.

    An unknown or empty identifier fails the whole batch (index 0), as AWS documents.
    """
    try:
        parsed = json.loads(answer or b"null")
    except ValueError:
        return 0
    failures = parsed.get("batchItemFailures") if isinstance(parsed, dict) else None
    if not failures:
        return None
    if not isinstance(failures, list):
        return 0
    indexes = []
    for failure in failures:
        identifier = failure.get("itemIdentifier") if isinstance(failure, dict) else None
        if identifier not in sequence_numbers:
            return 0
        indexes.append(sequence_numbers.index(identifier))
    return min(indexes)


@dataclass(frozen=True)
class RetryRules:
    """A mapping's MaximumRetryAttempts and MaximumRecordAgeInSeconds (-1: no limit) and bisecting."""

    maximum_retries: int = -1
    maximum_age_seconds: int = -1
    bisect: bool = False

    def exhausted(self, retries: int) -> bool:
        """Whether a batch that was retried this often is given up."""
        return 0 <= self.maximum_retries <= retries

    def too_old(self, age_seconds: float) -> bool:
        """Whether a record of this age is given up."""
        return 0 <= self.maximum_age_seconds < age_seconds
