"""The table from botocore's errors to ours is total: every failure is said to pass or to last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import botocore.exceptions
import botocore.loaders
import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker
from hypothesis import given
from hypothesis import strategies as st

from smart_door.adapters.aws_errors import aws_call, service_error
from smart_door.domain.errors import (
    PermanentError,
    RetryableError,
    ServiceRefusedError,
    ServiceUnavailableError,
)

SERVICES = (
    "dynamodb",
    "events",
    "kinesis-video-archived-media",
    "kinesisvideo",
    "rekognition",
    "s3",
    "sns",
)


def client_error(code: str, status: int = 400, **more: Any) -> ClientError:
    """What botocore raises for an answer with that code and HTTP status."""
    response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}, **more}
    return ClientError(response, "Operation")


def all_failures(kind: type[BotoCoreError] = BotoCoreError) -> Iterator[type[BotoCoreError]]:
    """Every class of failure that botocore knows."""
    for failure in kind.__subclasses__():
        yield failure
        yield from all_failures(failure)


def modelled_errors() -> Iterator[Any]:
    """Every error in botocore's models of the services in use: code, status, whether it is retryable."""
    for service in SERVICES:
        model = botocore.loaders.Loader().load_service_model(service, "service-2")
        for name, shape in model["shapes"].items():
            if shape.get("exception"):
                error = shape.get("error", {})
                code = error.get("code", name)
                later = bool(shape.get("fault") or "retryable" in shape)
                yield pytest.param(
                    code, error.get("httpStatusCode", 500 if later else 400), later, id=f"{service} {code}"
                )


FAILURES = sorted(set(all_failures()), key=str)
BOTOCORE_RETRIES = (
    *vars(ThrottledRetryableChecker)["_THROTTLED_ERROR_CODES"],
    *vars(TransientRetryableChecker)["_TRANSIENT_ERROR_CODES"],
)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.__name__)
def test_every_failure_of_botocore_has_its_place(failure: type[BotoCoreError]) -> None:
    """Given any failure without an answer, when it is translated, then it passes or lasts, and is named."""
    error = service_error("dynamodb", "GetItem", failure.__new__(failure))
    assert isinstance(error, RetryableError) is not isinstance(error, PermanentError)
    assert (error.service, error.operation, error.code) == ("dynamodb", "GetItem", failure.__name__)


@pytest.mark.parametrize(("code", "status", "later"), list(modelled_errors()))
def test_every_modelled_error_has_its_place(code: str, status: int, later: bool) -> None:
    """Given an error of AWS's models, when it is a fault or marked to be retried, then it is retryable."""
    error = service_error("any", "Operation", client_error(code, status))
    assert isinstance(error, RetryableError) is not isinstance(error, PermanentError)
    if later or status >= 500:
        assert isinstance(error, RetryableError)


@pytest.mark.parametrize("code", BOTOCORE_RETRIES)
def test_what_botocore_retries_may_be_retried(code: str) -> None:
    """Given a code that botocore itself retries, when its retries are used up, then ours may go on later."""
    assert isinstance(service_error("any", "Operation", client_error(code)), RetryableError)


@pytest.mark.parametrize(
    "failure",
    [
        botocore.exceptions.EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
        botocore.exceptions.ConnectTimeoutError(endpoint_url="http://127.0.0.1:1"),
        botocore.exceptions.ReadTimeoutError(endpoint_url="http://127.0.0.1:1"),
        botocore.exceptions.ConnectionClosedError(endpoint_url="http://127.0.0.1:1"),
        botocore.exceptions.ResponseStreamingError(error="cut"),
        botocore.exceptions.IncompleteReadError(actual_bytes=1, expected_bytes=2),
        botocore.exceptions.CredentialRetrievalError(provider="container", error_msg="late"),
        ResponseParserError("a proxy's page"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_trouble_on_the_way_passes(failure: Exception) -> None:
    """Given a connection that failed, when it is translated, then a later call may succeed."""
    assert isinstance(service_error("any", "Operation", failure), ServiceUnavailableError)


@pytest.mark.parametrize(
    "code",
    [
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "InvalidParameterException",
        "NotAuthorizedException",
        "ResourceNotFoundException",
        "UnrecognizedClientException",
        "ValidationException",
    ],
)
def test_a_refusal_lasts(code: str) -> None:
    """Given a refusal, when it is translated, then nobody tries the same again."""
    assert isinstance(service_error("any", "Operation", client_error(code)), ServiceRefusedError)


def test_a_refusal_before_the_call_lasts() -> None:
    """Given parameters that botocore does not send, when it says so, then nobody tries the same again."""
    failure = botocore.exceptions.ParamValidationError(report="no")
    assert isinstance(service_error("any", "Operation", failure), ServiceRefusedError)


@given(code=st.text(), status=st.integers(100, 599))
def test_any_code_and_status_has_its_place(code: str, status: int) -> None:
    """Given any answer, when it is translated, then 5xx and 429 pass."""
    error = service_error("any", "Operation", client_error(code, status))
    if status >= 500 or status == 429:
        assert isinstance(error, ServiceUnavailableError)


@pytest.mark.parametrize(
    ("reasons", "kind", "code"),
    [
        (["None", "ThrottlingError"], ServiceUnavailableError, "ThrottlingError"),
        (["TransactionConflict", "None"], ServiceUnavailableError, "TransactionConflict"),
        (["ThrottlingError", "ValidationError"], ServiceRefusedError, "ThrottlingError"),
        (["None", "ConditionalCheckFailed"], ServiceRefusedError, "ConditionalCheckFailed"),
    ],
)
def test_a_cancelled_transaction_is_as_lasting_as_its_reasons(
    reasons: list[str], kind: type[Exception], code: str
) -> None:
    """Given a cancelled transaction, when all its reasons pass, then it may be tried again."""
    cancelled = client_error(
        "TransactionCanceledException", CancellationReasons=[{"Code": reason} for reason in reasons]
    )
    error = service_error("dynamodb", "TransactWriteItems", cancelled)
    assert isinstance(error, kind)
    assert error.code == code


def test_an_answer_without_anything_has_its_place() -> None:
    """Given an error answer that names neither code nor status, when it is translated, then it lasts."""
    assert isinstance(service_error("any", "Operation", ClientError({}, "Operation")), ServiceRefusedError)


def test_a_call_raises_only_our_errors_and_keeps_the_cause() -> None:
    """Given a failing call, when it is made within aws_call, then ours comes, with botocore's as cause."""
    cause = client_error("SlowDown", 503)
    with pytest.raises(ServiceUnavailableError) as raised, aws_call("s3", "PutObject"):
        raise cause
    assert raised.value.__cause__ is cause
    assert (
        str(raised.value) == "ServiceUnavailableError(service='s3', operation='PutObject', code='SlowDown')"
    )


def test_errors_of_our_own_pass_through() -> None:
    """Given an error that is not AWS's, when it is raised within aws_call, then it is left as it is."""
    with pytest.raises(KeyError), aws_call("s3", "PutObject"):
        raise KeyError
