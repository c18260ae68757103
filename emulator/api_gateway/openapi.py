"""An OpenAPI 3.0 document as API Gateway reads it: routes, validators, authorizers, gateway responses.

Source: "Amazon API Gateway important notes for REST APIs" and "OpenAPI extensions for API Gateway" of the
AWS documentation. In particular: security counts at operations only, never at the root; of a parameter only
`required` is checked; schemas are JSON Schema draft 4.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jsonschema import Draft4Validator
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method")
ANY_METHOD = "x-amazon-apigateway-any-method"
INTEGRATIONS = ("aws_proxy", "mock")
_ROOT = "urn:api"

_SEGMENT = re.compile(r"[A-Za-z0-9._~:,-]+|\{[A-Za-z0-9._-]+\+?\}")
_FUNCTION = re.compile(r"functions/(?P<arn>arn:[^/]+)/invocations")


class SpecificationError(Exception):
    """The document is not one that can be served here; the text says why."""


@dataclass(frozen=True)
class Authorizer:
    """A Cognito user-pool authorizer. `scopes` set: an access token with one of them; else an id token."""

    name: str
    header: str
    pool_arns: tuple[str, ...]
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    required: tuple[tuple[str, str], ...]
    body_models: Mapping[str, Validator]
    checks_body: bool
    checks_parameters: bool
    authorizer: Authorizer | None
    integration: Mapping[str, Any]

    @property
    def function_arn(self) -> str:
        """The function behind an aws_proxy integration."""
        match = _FUNCTION.search(str(self.integration.get("uri", "")))
        return match["arn"] if match else ""


@dataclass(frozen=True)
class Match:
    """An operation found for a request, with the values of its path parameters."""

    operation: Operation
    path_parameters: Mapping[str, str]


class _Path:
    """A path template such as /visits/{visit_id} or /files/{path+}."""

    def __init__(self, template: str) -> None:
        self._names: list[str] = []
        segments = template.strip("/").split("/") if template != "/" else []
        for segment in segments:
            if not _SEGMENT.fullmatch(segment):
                raise SpecificationError(
                    f"{template}: {segment!r} is not a path segment or a whole {{parameter}}"
                )
        self._pattern = re.compile("".join("/" + self._segment(segment) for segment in segments) or "/")
        # Literal segments win over parameters, and those over greedy ones.
        self.rank = [2 if item.endswith("+}") else 1 if item.startswith("{") else 0 for item in segments]

    def _segment(self, segment: str) -> str:
        if not segment.startswith("{"):
            return re.escape(segment)
        greedy = segment.endswith("+}")
        self._names.append(segment.strip("{+}"))
        return "(.+)" if greedy else "([^/]+)"

    def match(self, path: str) -> dict[str, str] | None:
        """The parameters' values, if the path fits."""
        found = self._pattern.fullmatch(path)
        return dict(zip(self._names, found.groups(), strict=True)) if found else None


class Specification:
    """A document, checked and ready to serve. Raises SpecificationError when made."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        if not str(document.get("openapi", "")).startswith("3.0"):
            raise SpecificationError("Only OpenAPI 3.0 documents can be imported here")
        self._document = document
        self.gateway_responses: Mapping[str, Any] = document.get("x-amazon-apigateway-gateway-responses", {})
        self.binary_types: tuple[str, ...] = tuple(document.get("x-amazon-apigateway-binary-media-types", ()))
        self._routes = [
            (_Path(path), self._methods(path, item)) for path, item in document.get("paths", {}).items()
        ]
        self._routes.sort(key=lambda route: route[0].rank)

    def find(self, method: str, path: str) -> Match | None:
        """The operation of a method and a decoded path."""
        for template, methods in self._routes:
            parameters = template.match(path)
            if parameters is not None:
                operation = methods.get(method.lower()) or methods.get(ANY_METHOD)
                return Match(operation, parameters) if operation else None
        return None

    def _methods(self, path: str, item: Mapping[str, Any]) -> dict[str, Operation]:
        shared = item.get("parameters", [])
        return {
            method: self._operation(method, path, item[method], shared)
            for method in METHODS
            if method in item
        }

    def _operation(self, method: str, path: str, spec: Mapping[str, Any], shared: list[Any]) -> Operation:
        where = f"{method.upper()} {path}"
        integration = spec.get("x-amazon-apigateway-integration")
        if not isinstance(integration, Mapping):
            raise SpecificationError(f"{where}: no integration")
        kind = str(integration.get("type", "")).lower()
        if kind not in INTEGRATIONS:
            raise SpecificationError(f"{where}: the emulator does not have the integration type {kind}")
        if kind == "aws_proxy" and not _FUNCTION.search(str(integration.get("uri", ""))):
            raise SpecificationError(f"{where}: the integration's uri names no Lambda function")
        parameters = [self._deref(parameter) for parameter in [*shared, *spec.get("parameters", [])]]
        checks = self._checks(where, spec)
        return Operation(
            method=method,
            path=path,
            required=tuple((item["in"], item["name"]) for item in parameters if item.get("required")),
            body_models=self._body_models(spec),
            checks_body=bool(checks.get("validateRequestBody")),
            checks_parameters=bool(checks.get("validateRequestParameters")),
            authorizer=self._authorizer(where, spec),
            integration={**integration, "type": kind},
        )

    def _checks(self, where: str, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        name = spec.get(
            "x-amazon-apigateway-request-validator",
            self._document.get("x-amazon-apigateway-request-validator"),
        )
        if name is None:
            return {}
        validators: Mapping[str, Any] = self._document.get("x-amazon-apigateway-request-validators", {})
        if name not in validators:
            raise SpecificationError(f"{where}: there is no request validator {name}")
        checks: Mapping[str, Any] = validators[name]
        return checks

    def _body_models(self, spec: Mapping[str, Any]) -> dict[str, Validator]:
        content = self._deref(spec.get("requestBody", {})).get("content", {})
        models: dict[str, Validator] = {}
        for media_type, item in content.items():
            if "schema" in item:
                schema = _rooted(item["schema"])
                models[media_type.lower()] = Draft4Validator(schema, registry=self._registry)
        return models

    @cached_property
    def _registry(self) -> Any:
        registry: Any = Registry()
        return registry.with_resource(_ROOT, DRAFT4.create_resource(self._document))

    def _authorizer(self, where: str, spec: Mapping[str, Any]) -> Authorizer | None:
        requirements = spec.get("security") or []
        if not requirements:
            return None
        if len(requirements) > 1 or len(requirements[0]) > 1:
            raise SpecificationError(f"{where}: API Gateway takes one authorizer for an operation")
        if not requirements[0]:
            return None
        ((name, scopes),) = requirements[0].items()
        scheme = self._document.get("components", {}).get("securitySchemes", {}).get(name)
        if scheme is None:
            raise SpecificationError(f"{where}: there is no security scheme {name}")
        authorizer = scheme.get("x-amazon-apigateway-authorizer", {})
        if authorizer.get("type") != "cognito_user_pools" or scheme.get("type") != "apiKey":
            raise SpecificationError(
                f"{where}: of authorizers the emulator has Cognito user pools only (security scheme {name})"
            )
        pools = authorizer.get("providerARNs") or []
        if not pools or not all(isinstance(arn, str) for arn in pools):
            raise SpecificationError(f"{where}: the authorizer {name} needs providerARNs")
        return Authorizer(name, scheme.get("name", "Authorization"), tuple(pools), tuple(scopes))

    def _deref(self, value: Any) -> Mapping[str, Any]:
        while isinstance(value, Mapping) and "$ref" in value:
            target: Any = self._document
            for part in str(value["$ref"]).removeprefix("#/").split("/"):
                try:
                    target = target[part.replace("~1", "/").replace("~0", "~")]
                except (KeyError, TypeError) as err:
                    raise SpecificationError(f"Unable to resolve the reference {value['$ref']}") from err
            value = target
        return value if isinstance(value, Mapping) else {}


def _rooted(schema: Any) -> Any:
    """The schema with its references leading into the document, whose address is _ROOT."""
    if isinstance(schema, Mapping):
        return {
            key: f"{_ROOT}{value}" if key == "$ref" and str(value).startswith("#") else _rooted(value)
            for key, value in schema.items()
        }
    return [_rooted(item) for item in schema] if isinstance(schema, list) else schema
