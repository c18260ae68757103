"""The owner API: visits, decisions, visitors. See api-specs/owner.yaml."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from smart_door import bootstrap
from smart_door.domain.errors import InvalidRequestError, SmartDoorError
from smart_door.http import answer, error_answer, internal_error, json_body, login_needed, not_found
from smart_door.services.decide_visit import KnownVisitor, NewVisitor

logger = Logger()
metrics = Metrics()
tracer = Tracer()

Event = dict[str, Any]


@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """Answer one request, that the API's authorizer let through, by its method and resource."""
    problem = ""
    route = f"{event['httpMethod']} {event['resource']}"
    try:
        response = _answer(route, event)
    except SmartDoorError as error:
        problem = str(error)
        response = error_answer(error)
    except Exception:  # a fault of ours must not become an answer that pages cannot read
        logger.exception("request failed unexpectedly")
        response = internal_error()
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    logger.info("request answered", route=route, status=response["statusCode"], problem=problem)
    return response


def _answer(route: str, event: Event) -> dict[str, Any]:
    if not _owner(event):  # the authorizer sees to it; a mistake there must not open the house
        return login_needed()
    operation = _OPERATIONS.get(route)
    return not_found() if operation is None else answer(200, operation(event))


def _list_visits(event: Event) -> dict[str, Any]:
    query = event.get("queryStringParameters") or {}
    limit = query.get("limit", "20")
    if not limit.isdecimal() or not 1 <= int(limit) <= 100:
        raise InvalidRequestError("limit", "The limit is a number from 1 to 100.")
    state = query.get("state", "recent")
    if state not in ("waiting", "recent"):
        raise InvalidRequestError("state", "The state is waiting or recent.")
    return bootstrap.show_home().list_visits(
        waiting=state == "waiting", before=query.get("before"), limit=int(limit)
    )


def _get_visit(event: Event) -> dict[str, Any]:
    path = event["pathParameters"]
    return bootstrap.show_home().get_visit(path["door_id"], path["visit_id"])


def _decide_visit(event: Event) -> dict[str, Any]:
    door_id, visit_id = event["pathParameters"]["door_id"], event["pathParameters"]["visit_id"]
    body = json_body(event)
    decide = bootstrap.decide_visit()
    if body.get("decision") == "deny":
        visit = decide.deny(door_id, visit_id, _owner(event))
    elif body.get("decision") == "approve":
        visit = decide.approve(door_id, visit_id, _who(body), _face_index(body), _owner(event))
    else:
        raise InvalidRequestError("decision", "The decision is approve or deny.")
    return bootstrap.show_home().show_visit(visit)


def _list_visitors(event: Event) -> dict[str, Any]:
    return bootstrap.show_home().list_visitors()


def _who(body: dict[str, Any]) -> NewVisitor | KnownVisitor:
    visitor_id, name, phone = body.get("visitor_id"), body.get("name"), body.get("phone")
    if isinstance(visitor_id, str) and name is None and phone is None:
        return KnownVisitor(visitor_id)
    if isinstance(name, str) and isinstance(phone, str) and visitor_id is None:
        return NewVisitor(name, phone)
    raise InvalidRequestError("name", "Give a name and a phone number, or say which known visitor it is.")


def _face_index(body: dict[str, Any]) -> int | None:
    face_index = body.get("face_index")
    if face_index is None or type(face_index) is int:
        return face_index
    raise InvalidRequestError("face_index", "The face index is a whole number.")


def _owner(event: Event) -> str:
    """The logged-in owner's e-mail address (or id, where the login has none); empty without a login."""
    claims = (event["requestContext"].get("authorizer") or {}).get("claims") or {}
    return str(claims.get("email") or claims.get("sub") or "")


_OPERATIONS: dict[str, Callable[[Event], dict[str, Any]]] = {
    "GET /api/owner/visits": _list_visits,
    "GET /api/owner/visits/{door_id}/{visit_id}": _get_visit,
    "POST /api/owner/visits/{door_id}/{visit_id}/decision": _decide_visit,
    "GET /api/owner/visitors": _list_visitors,
}
