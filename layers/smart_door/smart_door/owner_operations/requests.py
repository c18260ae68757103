"""Reading a proxy event: path, query, body and who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from smart_door.domain.household import Role, role_of
from smart_door.domain.refusals import InvalidRequestError
from smart_door.services.decide_visit import KnownVisitor, NewVisitor

Event = Mapping[str, Any]
Json = dict[str, Any]


@dataclass(frozen=True)
class File:
    """An answer that a browser saves rather than reads."""

    name: str
    content_type: str
    text: str


Operation = Callable[[Event], Json | File]


def asked_by(event: Event) -> str:
    """The logged-in person's e-mail address (or id, where the login has none); empty without a login."""
    claims = _claims(event)
    return str(claims.get("email") or claims.get("sub") or "")


def member_asking(event: Event) -> str:
    """The logged-in person's id in the household, which they cannot change as they can their address."""
    claims = _claims(event)
    return str(claims.get("cognito:username") or claims.get("sub") or "")


def role_in(event: Event) -> Role:
    """The logged-in person's role, from the groups in the token; API Gateway passes those with commas."""
    groups = str(_claims(event).get("cognito:groups", ""))
    return role_of(group.strip() for group in groups.split(","))


def may_see_phones(event: Event) -> bool:
    """Whether whoever asks is shown other people's phone numbers; a guest has no use for them."""
    return role_in(event).includes(Role.MEMBER)


def _claims(event: Event) -> Mapping[str, Any]:
    return (event["requestContext"].get("authorizer") or {}).get("claims") or {}


def path_part(event: Event, name: str) -> str:
    """A parameter of the path."""
    return str(event["pathParameters"][name])


def query_of(event: Event) -> Mapping[str, str]:
    """The parameters of the query."""
    return event.get("queryStringParameters") or {}


def whole_number(body: Mapping[str, Any], name: str) -> int | None:
    """A field that is a whole number or absent. Raises InvalidRequestError."""
    value = body.get(name)
    if value is None or type(value) is int:
        return value
    raise InvalidRequestError(name, f"{name} is a whole number.")


def text(body: Mapping[str, Any], name: str) -> str:
    """A field that is a text. Raises InvalidRequestError."""
    value = body.get(name)
    if isinstance(value, str):
        return value
    raise InvalidRequestError(name, f"{name} is missing, or no text.")


def text_if_any(body: Mapping[str, Any], name: str) -> str | None:
    """A field that is a text or absent. Raises InvalidRequestError."""
    return None if body.get(name) is None else text(body, name)


def texts_if_any(body: Mapping[str, Any], name: str) -> list[str] | None:
    """A field that is a list of texts or absent. Raises InvalidRequestError."""
    value = body.get(name)
    if value is None or (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        return value
    raise InvalidRequestError(name, f"{name} is a list of texts.")


def who_in(body: Mapping[str, Any]) -> NewVisitor | KnownVisitor:
    """Whom a body means: somebody known, or somebody new. Raises InvalidRequestError."""
    visitor_id, name, phone = body.get("visitor_id"), body.get("name"), body.get("phone")
    if isinstance(visitor_id, str) and name is None and phone is None:
        return KnownVisitor(visitor_id)
    if isinstance(name, str) and isinstance(phone, str) and visitor_id is None:
        return NewVisitor(name, phone)
    raise InvalidRequestError("name", "Give a name and a phone number, or say which known visitor it is.")
