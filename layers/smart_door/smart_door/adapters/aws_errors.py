"""One table from everything that boto3 raises to Smart Door's errors: can trying again help, or not?

Every failure of a call becomes ServiceUnavailableError (retryable) or ServiceRefusedError (permanent);
nothing of botocore's gets past an adapter. It is decided by error code, HTTP status and class, never by
an error's text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from smart_door.domain.errors import ServiceRefusedError, ServiceUnavailableError

RETRYABLE_CODES = frozenset(
    {
        # Throttling, under the names that AWS's services give it.
        "BandwidthLimitExceeded",
        "ClientLimitExceededException",
        "EC2ThrottledException",
        "KMSThrottling",
        "KMSThrottlingException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
        # Somebody else writes the same thing just now.
        "ConcurrentModificationException",
        "OperationAborted",
        "ReplicatedWriteConflictException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
        # A time-out, or a fault of the service's own.
        "InternalError",
        "InternalErrorException",
        "InternalException",
        "InternalFailure",
        "InternalServerError",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)
"""Error codes that mean "later", whatever HTTP status comes with them."""

RETRYABLE_FAILURES: tuple[type[Exception], ...] = (
    # The connection: not made, lost, too slow, or cut within an answer.
    exceptions.ConnectionError,
    exceptions.HTTPClientError,
    exceptions.IncompleteReadError,
    exceptions.ChecksumError,
    exceptions.FlexibleChecksumError,
    # An answer that is not AWS's: a proxy's or a load balancer's page.
    ResponseParserError,
    # Credentials that could not be fetched just now.
    exceptions.CredentialRetrievalError,
    exceptions.MetadataRetrievalError,
)
"""Failures without an answer of the service after which the same call may succeed."""

ServiceError = ServiceUnavailableError | ServiceRefusedError


def error_code(error: ClientError) -> str:
    """The service's error code, such as "ConditionalCheckFailedException"; "" if it sent none."""
    return str(error.response.get("Error", {}).get("Code", ""))


def cancellation_codes(error: ClientError) -> list[str]:
    """Why DynamoDB cancelled a transaction: a code for each of its items, "None" for one without fault."""
    reasons: Iterable[Mapping[str, Any]] = error.response.get("CancellationReasons", ())
    return [str(reason.get("Code", "None")) for reason in reasons]


def is_retryable_code(code: str, status: int = 0) -> bool:
    """Whether an error code, or the HTTP status beside it (0: unknown), means "later"."""
    return (
        code in RETRYABLE_CODES
        or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        or status == HTTPStatus.TOO_MANY_REQUESTS
    )


def service_error(service: str, operation: str, error: Exception) -> ServiceError:
    """The domain's error for what a call raised: a ClientError, BotoCoreError or ResponseParserError.

    A failure that no one knows is permanent: what is malformed stays so, and retries cost money.
    """
    if isinstance(error, ClientError):
        code = error_code(error)
        metadata = error.response.get("ResponseMetadata")
        status = metadata.get("HTTPStatusCode", 0) if metadata else 0
        reasons = [reason for reason in cancellation_codes(error) if reason != "None"]
        if reasons:
            retryable = all(map(is_retryable_code, reasons))
            code = reasons[0]
        else:
            retryable = is_retryable_code(code, status)
    else:
        code = type(error).__name__
        retryable = isinstance(error, RETRYABLE_FAILURES)
    kind = ServiceUnavailableError if retryable else ServiceRefusedError
    return kind(service, operation, code)


@contextmanager
def aws_call(service: str, operation: str) -> Iterator[None]:
    """Translate what is raised inside; codes with a meaning of their own are caught within."""
    try:
        yield
    except (ClientError, BotoCoreError, ResponseParserError) as err:
        raise service_error(service, operation, err) from err
