"""What a home in memory is asked, and what it answers: both checked against api-specs/*.yaml."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import yaml
from openapi_schema_validator import OAS30Validator
from playwright.sync_api import Request, Route

from tests.e2e.page_policy import ROOT, content_security_policy

if TYPE_CHECKING:
    from tests.e2e.home_double import HomeDouble

PHOTOS = "https://photos.test"


@dataclass(frozen=True)
class Refusal:
    """What an address answers instead, until it is taken away."""

    status: int
    code: str
    message: str = "No."
    retry_after_seconds: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A request as the specification understands it; `route` is such as `GET /api/owner/visits`."""

    route: str
    method: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: dict[str, Any]


# What an operation answers: a body that the specification knows, a file's bytes, or a refusal.
Operation = Callable[["HomeDouble", Asked], Any]


def asked(api: str, request: Request) -> Asked:
    """What a page asks of an API; what the specification does not know fails."""
    address = urlsplit(request.url)
    method = request.method
    template, parameters = _template(api, address.path)
    operation = specification(api)["paths"][template][method.lower()]
    body = {}
    if "requestBody" in operation:
        body = json.loads(request.post_data or "")
        OAS30Validator(operation["requestBody"]["content"]["application/json"]["schema"]).validate(body)
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    return Asked(f"{method} {template}", method, parameters, query, body)


def send(route: Route, api: str, question: Asked, answer: Any) -> None:
    """Answer with what an operation gave, once the specification has agreed."""
    if isinstance(answer, Refusal):
        return refuse(route, answer)
    method, template = question.route.split(" ")
    content = specification(api)["paths"][template][method.lower()]["responses"]["200"]["content"]
    kind, described = next(iter(content.items()))
    if isinstance(answer, bytes):
        return route.fulfill(headers=headers(kind), body=answer)
    OAS30Validator(described["schema"]).validate(answer)
    return send_json(route, answer)


def refuse(route: Route, refusal: Refusal) -> None:
    """Answer as the API does where something is in the way."""
    body: dict[str, Any] = {"code": refusal.code, "message": refusal.message, **refusal.details}
    if refusal.retry_after_seconds is not None:
        body["retry_after_seconds"] = refusal.retry_after_seconds
    send_json(route, body, refusal.status)


def send_json(route: Route, body: Any, status: int = 200) -> None:
    """Answer without asking a specification."""
    route.fulfill(status=status, headers=headers("application/json"), body=json.dumps(body))


def headers(kind: str) -> dict[str, str]:
    """What every answer of the home carries."""
    return {
        "Content-Type": kind if "image" in kind or "charset" in kind else f"{kind}; charset=utf-8",
        "Content-Security-Policy": content_security_policy(PHOTOS),
        "X-Content-Type-Options": "nosniff",
    }


@cache
def specification(api: str) -> dict[str, Any]:
    """An API's specification with every reference replaced by what it names."""
    whole = yaml.safe_load((ROOT / f"api-specs/{api}.yaml").read_text())

    def resolved(part: Any) -> Any:
        if isinstance(part, dict):
            if "$ref" in part:
                target = whole
                for name in part["$ref"].removeprefix("#/").split("/"):
                    target = target[name]
                return resolved(target)
            return {name: resolved(value) for name, value in part.items()}
        return [resolved(item) for item in part] if isinstance(part, list) else part

    found: dict[str, Any] = resolved(whole)
    return found


def _template(api: str, path: str) -> tuple[str, dict[str, str]]:
    """The specification's path, and what stands in the places of its parameters."""
    parts = path.split("/")
    for template in specification(api)["paths"]:
        names = template.split("/")
        pairs = list(zip(names, parts, strict=False))
        if len(names) == len(parts) and all(name[:1] == "{" or name == part for name, part in pairs):
            return template, {name[1:-1]: unquote(part) for name, part in pairs if name[:1] == "{"}
    raise AssertionError(f"api-specs/{api}.yaml knows no {path}")
