"""Service Quotas: the few quotas that matter to what the emulator runs, as the account is described."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from emulator.account.description import AccountDescription
from emulator.errors import JSON_CONTENT_TYPE, UNKNOWN_OPERATION, json_error
from emulator.service import Settings

CONCURRENT_EXECUTIONS = "L-B99A9384"
"""AWS's code of Lambda's quota. Those of Rekognition are not published: here they are the emulator's own."""

_TPS = "Transactions per second per account for the Amazon Rekognition Image data plane operation {}"


@dataclass(frozen=True)
class _Quota:
    service_code: str
    service_name: str
    code: str
    name: str
    value: float


def _quotas(account: AccountDescription) -> Iterator[_Quota]:
    yield _Quota(
        "lambda",
        "AWS Lambda",
        CONCURRENT_EXECUTIONS,
        "Concurrent executions",
        account.lambda_concurrent_executions,
    )
    for operation, per_second in (
        ("DetectFaces", account.rekognition_detect_faces_per_second),
        ("SearchFacesByImage", account.rekognition_search_faces_by_image_per_second),
    ):
        name = _TPS.format(operation)
        code = f"L-{hashlib.sha256(name.encode()).hexdigest()[:8].upper()}"
        yield _Quota("rekognition", "Amazon Rekognition", code, name, per_second)


class ServiceQuotas:
    """The service; quotas that it does not know do not exist here."""

    scopes: tuple[str, ...] = ("servicequotas",)
    operations: Mapping[str, str] = {
        "GetServiceQuota": "concurrent executions of Lambda, two rates of Rekognition",
        "ListServiceQuotas": "the same; one page",
    }

    async def start(self, settings: Settings) -> None:
        """Nothing is kept: the account's description says it all."""
        self._settings = settings

    async def close(self) -> None:
        """Nothing to stop."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request of the JSON 1.1 protocol."""
        operation = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        if operation not in self.operations:
            return json_error(
                UNKNOWN_OPERATION, f"The emulator's Service Quotas has no operation {operation or '(none)'}."
            )
        try:
            asked = json.loads(await request.read() or b"{}")
            service_code = str(asked["ServiceCode"])
            quota_code = str(asked["QuotaCode"]) if operation == "GetServiceQuota" else None
        except (ValueError, TypeError, KeyError):
            return json_error("IllegalArgumentException", "ServiceCode or QuotaCode is missing.")
        found = [self._described(one) for one in self._of(service_code, quota_code)]
        if not found:
            return json_error("NoSuchResourceException", "The request failed because there is no such quota.")
        return _answer({"Quotas": found} if quota_code is None else {"Quota": found[0]})

    def _of(self, service_code: str, quota_code: str | None) -> Iterator[_Quota]:
        for quota in _quotas(self._settings.account.now()):
            if quota.service_code == service_code and quota_code in (None, quota.code):
                yield quota

    def _described(self, quota: _Quota) -> dict[str, Any]:
        region, account_id = self._settings.region, self._settings.account_id
        return {
            "ServiceCode": quota.service_code,
            "ServiceName": quota.service_name,
            "QuotaArn": f"arn:aws:servicequotas:{region}:{account_id}:{quota.service_code}/{quota.code}",
            "QuotaCode": quota.code,
            "QuotaName": quota.name,
            "Value": quota.value,
            "Unit": "None",
            "Adjustable": True,
            "GlobalQuota": False,
        }


def _answer(document: dict[str, Any]) -> web.Response:
    return web.Response(
        body=json.dumps(document).encode(),
        headers={"Content-Type": JSON_CONTENT_TYPE, "x-amzn-RequestId": str(uuid.uuid4())},
    )
