"""Everything that botocore does for us: credentials, the data endpoint, the signature of PutMedia."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)

from kvs_producer.errors import (
    AccessDeniedError,
    CredentialsError,
    EndpointUnreachableError,
    ProducerError,
    ServiceRefusedError,
    StreamNotFoundError,
)

SERVICE: Final = "kinesisvideo"

_BAD_CREDENTIALS = {"UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException"}
_BAD_CREDENTIALS |= {"SignatureDoesNotMatch", "IncompleteSignature", "MissingAuthenticationTokenException"}
_DENIED = {"AccessDeniedException", "NotAuthorizedException", "AccessDenied"}
_CREDENTIAL_ERRORS = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError, ProfileNotFound)
_NOT_FOUND = {"ResourceNotFoundException"}


@dataclass(frozen=True)
class Stream:
    """A Kinesis Video stream and how to get to it; without `endpoint_url` botocore decides."""

    name: str
    region: str
    endpoint_url: str | None = None
    session: boto3.session.Session = field(default_factory=boto3.session.Session, repr=False)

    def data_endpoint(self) -> str:
        """Ask where PutMedia goes (blocking).

        Raises CredentialsError, EndpointUnreachableError, and the errors of `error_of`.
        """
        config = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "max_attempts": 2})
        try:
            client = self.session.client(
                SERVICE, region_name=self.region, endpoint_url=self.endpoint_url, config=config
            )
            with closing(client):
                answer = client.get_data_endpoint(StreamName=self.name, APIName="PUT_MEDIA")
        except ClientError as err:
            error = err.response["Error"]
            raise self.error_of(error["Code"], error["Message"], "GetDataEndpoint") from err
        except _CREDENTIAL_ERRORS as err:
            raise CredentialsError(str(err)) from err
        except EndpointConnectionError as err:
            raise EndpointUnreachableError(self._place(), "nothing answers there") from err
        except (BotoCoreError, ValueError) as err:  # ValueError: an endpoint_url that is no URL
            raise EndpointUnreachableError(self._place(), str(err)) from err
        return answer["DataEndpoint"].rstrip("/")

    def signed_headers(self, url: str, headers: Mapping[str, str]) -> dict[str, str]:
        """Return `headers` with a signature for a POST to `url` (blocking: credentials may be renewed).

        Signature Version 4 in the Authorization header with the hash of an empty body: the body is endless.
        """
        try:
            credentials = self.session.get_credentials()
            if credentials is None:
                raise NoCredentialsError
            frozen = credentials.get_frozen_credentials()
        except _CREDENTIAL_ERRORS as err:
            raise CredentialsError(str(err)) from err
        request = AWSRequest("POST", url, headers=dict(headers), data=b"")
        SigV4Auth(frozen, SERVICE, self.region).add_auth(request)
        return dict(request.headers.items())

    def error_of(self, code: str, message: str, action: str) -> ProducerError:
        """Turn AWS's error code into our error; whatever is not known to be permanent can be tried again."""
        if code in _NOT_FOUND:
            return StreamNotFoundError(self.name, self.region)
        if code in _DENIED:
            return AccessDeniedError(action, message)
        if code in _BAD_CREDENTIALS:
            return CredentialsError(f"AWS does not accept them ({message}); is this machine's clock right?")
        return ServiceRefusedError(code, message)

    def _place(self) -> str:
        return self.endpoint_url or os.environ.get("AWS_ENDPOINT_URL") or f"AWS in {self.region}"
