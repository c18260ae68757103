"""An API of the test's own, behind it a function that says what it was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

from tests.conftest import Emulator
from tests.emulator.conftest import FunctionMaker

ECHO = """
import json

def handler(event, context):
    asked = json.loads(event["body"]) if (event["body"] or "").startswith("{") else {}
    if "answer" in asked:
        return asked["answer"]
    if "raise" in asked:
        raise ValueError(asked["raise"])
    return {"statusCode": 200, "body": json.dumps(event)}
"""


class Api:
    """A REST API that is imported, deployed and asked."""

    def __init__(self, emulator: Emulator, function: str) -> None:
        self.client = emulator.client("apigateway")
        self.functions = emulator.client("lambda")
        self.endpoint_url = emulator.endpoint_url
        self.function = function
        self.api_id = ""

    @property
    def integration(self) -> dict[str, Any]:
        """The proxy integration of the test's function."""
        arn = f"arn:aws:lambda:us-east-1:123456789012:function:{self.function}"
        uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
        return {"type": "aws_proxy", "httpMethod": "POST", "uri": uri}

    def document(self, paths: dict[str, Any], **more: Any) -> dict[str, Any]:
        """An OpenAPI document; operations without an integration get the function."""
        for item in paths.values():
            for method, operation in item.items():
                if method != "parameters":
                    operation.setdefault("x-amazon-apigateway-integration", self.integration)
        info = {"title": self.function, "version": "1"}
        return {"openapi": "3.0.1", "info": info, "paths": paths, **more}

    def deploy(self, paths: dict[str, Any], **more: Any) -> None:
        """Import the API, let it call the function, and serve it as stage `live`."""
        body = json.dumps(self.document(paths, **more)).encode()
        self.api_id = self.client.import_rest_api(body=body)["id"]
        self.functions.add_permission(
            FunctionName=self.function,
            StatementId=self.api_id,
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{self.api_id}/*/*/*",
        )
        deployment = self.client.create_deployment(restApiId=self.api_id)["id"]
        self.client.create_stage(restApiId=self.api_id, stageName="live", deploymentId=deployment)

    def ask(self, method: str, path: str, stage: str = "live", **options: Any) -> tuple[int, Any, Any]:
        """Status, body (parsed if JSON) and headers of a request."""
        url = f"{self.endpoint_url}/restapis/{self.api_id}/{stage}/_user_request_{path}"
        answer = urllib3.request(method, url, retries=False, timeout=60, **options)
        try:
            return answer.status, json.loads(answer.data), answer.headers
        except ValueError:
            return answer.status, answer.data, answer.headers


@pytest.fixture
def api(emulator: Emulator, name: str, make_function: FunctionMaker) -> Iterator[Api]:
    """The API; deleted after the test."""
    make_function(name, ECHO)
    made = Api(emulator, name)
    yield made
    if made.api_id:
        made.client.delete_rest_api(restApiId=made.api_id)
