"""The AWS services that moto answers, called in this process.

moto is not thread safe, so all its calls run one after the other in one worker thread. A mutating call
runs at one instant with one seed (see clock.py), which is what lets the journal replay it.
"""

from __future__ import annotations

import importlib
import io
import logging
import re
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from emulator import clock, moto_repairs
from emulator.operations import is_read_only, operation_of, service_model
from emulator.service import ACCOUNT_ID, REGION

logger = logging.getLogger(__name__)

# Credential scope (and moto's name, which is botocore's) of the services that moto answers.
MOTO_SERVICES = {
    "dynamodb": "dynamodb",
    "s3": "s3",
    "sns": "sns",
    "sqs": "sqs",
    "kinesis": "kinesis",
    "events": "events",
    "cognito-idp": "cognito-idp",
    "iam": "iam",
    "sts": "sts",
    "secretsmanager": "secretsmanager",
    "ssm": "ssm",
    "logs": "logs",
    "monitoring": "cloudwatch",
}

# S3 operations that moto's S3Response handles inside a method of another name.
S3_INLINE = frozenset(
    {
        "CompleteMultipartUpload", "CreateBucket", "CreateMultipartUpload", "DeleteObjects",
        "GetBucketLifecycleConfiguration", "GetBucketNotificationConfiguration", "GetBucketTagging",
        "GetObjectRetention", "ListBuckets", "PutBucketAccelerateConfiguration", "PutBucketAcl",
        "PutBucketCors", "PutBucketEncryption", "PutBucketInventoryConfiguration",
        "PutBucketLifecycleConfiguration", "PutBucketLogging", "PutBucketNotificationConfiguration",
        "PutBucketOwnershipControls", "PutBucketPolicy", "PutBucketReplication", "PutBucketTagging",
        "PutBucketVersioning", "PutBucketWebsite",
        "PutObjectLockConfiguration", "PutPublicAccessBlock", "RestoreObject", "SelectObjectContent",
    }
)  # fmt: skip
WELL_KNOWN = frozenset({"GetJsonWebKeySet", "GetOpenIdConfiguration"})


@dataclass(frozen=True)
class Call:
    """One request to a moto service. `target` is path and query as sent; header names are lower case."""

    service: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def operation(self) -> str:
        """The operation's AWS name, "" if the request names none."""
        return operation_of(self.service, self.method, self.target, self.headers, self.body)


@dataclass(frozen=True)
class Answer:
    """What moto said."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True)
class Moment:
    """When a mutating call ran, and with which randomness."""

    instant_ns: int
    seed: int


class OperationMissingError(Exception):
    """moto has no such operation, or refuses a part of it."""

    def __init__(self, service: str, operation: str, detail: str = "") -> None:
        super().__init__(f"The emulator has no operation {operation or '(unnamed)'} of {service}{detail}")
        self.service = service
        self.operation = operation


class MotoServices:
    """moto's applications by service name. Every method must run in the one worker thread."""

    def __init__(self) -> None:
        self._applications: dict[str, Callable[..., Any]] = {}

    def call(self, call: Call) -> tuple[Answer, Moment | None]:
        """Answer one call; a mutating call also says its moment.

        Raises OperationMissingError.
        """
        operation = call.operation
        if operation not in operations(call.service):
            raise OperationMissingError(call.service, operation)
        if is_read_only(operation):
            return self._answer(call), None
        moment = Moment(clock.CLOCK.next_ns(), secrets.randbits(128))
        return self.replay(call, moment), moment

    def replay(self, call: Call, moment: Moment) -> Answer:
        """Run a mutating call at its moment. The same calls in the same order make the same state."""
        application = self._application(call.service)
        from moto.moto_api._internal import mock_random

        with clock.CLOCK.fixed(moment.instant_ns):
            mock_random.seed(moment.seed)
            try:
                return _run(application, call)
            finally:
                mock_random.seed(secrets.randbits(128))

    def _answer(self, call: Call) -> Answer:
        return _run(self._application(call.service), call)

    def _application(self, service: str) -> Callable[..., Any]:
        if service not in self._applications:
            self._applications[service] = _make_application(service)
        return self._applications[service]


def _make_application(service: str) -> Callable[..., Any]:
    from moto.moto_server.werkzeug_app import create_backend_app

    application = create_backend_app(service)
    application.debug = False
    application.config["PROPAGATE_EXCEPTIONS"] = (
        True  # a missing operation must reach us as NotImplementedError
    )
    moto_repairs.apply(service)
    clock.install()
    return application  # type: ignore[no-any-return]  # moto publishes no types


def _run(application: Callable[..., Any], call: Call) -> Answer:
    status_and_headers: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        status_and_headers[:] = [int(status.split()[0]), tuple(headers)]

    try:
        chunks = application(_environ(call), start_response)
        body = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
    except NotImplementedError as err:
        raise OperationMissingError(call.service, call.operation, f": {err}" if str(err) else "") from err
    return Answer(status_and_headers[0], status_and_headers[1], body)


def _environ(call: Call) -> dict[str, Any]:
    parts = urlsplit(f"http://localhost{call.target}" if call.target.startswith("/") else call.target)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": call.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
        "QUERY_STRING": parts.query,
        "RAW_URI": call.target,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(call.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    preserved = {}
    for name, value in call.headers.items():
        if name in ("transfer-encoding", "expect", "content-length"):
            continue
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        if "_" in name and name.startswith("x-amz-meta-"):
            preserved[f"HTTP_{key}"] = name
    environ["CONTENT_LENGTH"] = str(len(call.body))
    environ["moto.preserved_header_names"] = preserved
    return environ


def sms_attributes_set() -> dict[str, str]:
    """What clients set with SetSMSAttributes; to be asked in moto's thread."""
    from moto.sns.models import sns_backends

    return dict(sns_backends[ACCOUNT_ID][REGION].sms_attributes)


@cache
def operations(service: str) -> frozenset[str]:
    """The operations of a service that moto has: those of botocore's model that its responses implement."""
    from moto.backends import get_backend
    from moto.core.responses import BaseResponse

    backends = get_backend(service)[ACCOUNT_ID]
    backend = backends["us-east-1"] if "us-east-1" in backends else backends["aws"]
    responses = importlib.import_module(re.sub(r"\.models.*", ".responses", type(backend).__module__))
    classes = [
        value
        for value in vars(responses).values()
        if isinstance(value, type)
        and issubclass(value, BaseResponse)
        and value.__module__ == responses.__name__
    ]
    methods = {name for response_class in classes for name in dir(response_class)}
    found = {name for name in service_model(service).operation_names if _python_name(name) in methods}
    if service == "s3":
        found |= S3_INLINE
    if service == "cognito-idp":
        found |= WELL_KNOWN
    return frozenset(found)


def _python_name(operation: str) -> str:
    from moto.core.utils import camelcase_to_underscores

    return str(camelcase_to_underscores(operation))
