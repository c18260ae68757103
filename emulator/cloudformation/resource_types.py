"""What a resource type is: its properties, and how it is created, updated and deleted through AWS calls.

A handler gets a `Request` and talks to the emulator as any AWS client does. Every property a template may
use is either honoured or listed with the reason why it means nothing on one machine; any other property
fails the stack, naming type and property.
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name
from botocore.model import Shape

from emulator.cloudformation.errors import ResourceFailedError

Properties = Mapping[str, Any]

ONE_MACHINE = "one machine has one of it"
NOT_BILLED = "nothing is billed here"
NOT_ENCRYPTED_HERE = "the disk of this machine protects the data"
TAGS = "tags decide nothing here"


@dataclass(frozen=True)
class StackFacts:
    """What a handler may know of its stack."""

    name: str
    stack_id: str
    region: str
    account_id: str
    web_url: str


@dataclass(frozen=True)
class Made:
    """A resource that exists now: its physical id, what GetAtt finds, and what Ref returns if not the id."""

    physical_id: str
    attributes: Properties = field(default_factory=dict)
    ref: str | None = None


@dataclass(frozen=True)
class Request:
    """One resource to create, update or delete.

    `old` and `attributes` are those of the resource as it stands (empty on create). A create that takes
    several calls says `claim(physical_id)` as soon as something exists, so that a failure can undo it.
    """

    type: str
    logical_id: str
    properties: Properties
    stack: StackFacts
    client: Callable[[str], Any]
    claim: Callable[[str], None]
    physical_id: str = ""
    old: Properties = field(default_factory=dict)
    attributes: Properties = field(default_factory=dict)

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """Call AWS. Values take the types of the operation's model; absent ones (None) are left out."""
        client = self.client(service)
        shape = client.meta.service_model.operation_model(operation).input_shape
        given = {name: value for name, value in parameters.items() if value is not None}
        shaped = fit(given, shape, self.type) if shape else {}
        answer: dict[str, Any] = getattr(client, xform_name(operation))(**shaped)
        return answer

    def pick(self, *names: str) -> dict[str, Any]:
        """Those of the properties that the template gives."""
        return {name: self.properties[name] for name in names if name in self.properties}

    def name(self, name_property: str, longest: int, *, lower: bool = False) -> str:
        """The name that the template gives, or one that AWS would make: stack-resource-RANDOM."""
        given = self.properties.get(name_property)
        if given:
            return str(given)
        suffix = "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(12))
        head = f"{self.stack.name}-{self.logical_id}"[: longest - len(suffix) - 1]
        return f"{head}-{suffix}".lower() if lower else f"{head}-{suffix}"

    def changed(self, name: str) -> bool:
        """Whether an update changes this property."""
        return self.properties.get(name) != self.old.get(name)

    def fail(self, reason: str) -> ResourceFailedError:
        """An error about this resource, to be raised."""
        return ResourceFailedError(f"{self.type}: {reason}")

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource in this account and region."""
        return f"arn:aws:{service}:{self.stack.region}:{self.stack.account_id}:{resource}"


Create = Callable[[Request], Made]
Update = Callable[[Request], Made]
Delete = Callable[[Request], None]


@dataclass(frozen=True)
class ResourceType:
    """One type. `replacing` are the properties whose change makes a new resource; without `update` all are.

    `accepted` maps properties that are taken but do nothing here to the reason.
    """

    name: str
    properties: frozenset[str]
    create: Create
    delete: Delete
    update: Update | None = None
    replacing: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    accepted: Mapping[str, str] = field(default_factory=dict)
    any_property: bool = False

    def check(self, properties: Properties) -> None:
        """Raise ResourceFailedError for a property that is unknown here or missing."""
        missing = sorted(self.required - properties.keys())
        if missing:
            raise ResourceFailedError(f"{self.name}: the property {missing[0]} is required")
        unknown = sorted(properties.keys() - self.properties - self.accepted.keys())
        if unknown and not self.any_property:
            raise ResourceFailedError(f"{self.name}: the emulator does not have the property {unknown[0]}")

    def replaces(self, old: Properties, new: Properties) -> bool:
        """Whether going from `old` to `new` needs a new resource."""
        changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
        return self.update is None or bool(changed & self.replacing)


def names(text: str) -> frozenset[str]:
    """Property names, written with spaces between them."""
    return frozenset(text.split())


def keep(request: Request) -> Made:
    """An update that changes nothing but accepted properties."""
    return Made(request.physical_id, request.attributes)


def tag_map(tags: Any) -> dict[str, str]:
    """[{Key, Value}] or a map, as a map."""
    if isinstance(tags, Mapping):
        return {str(key): str(value) for key, value in tags.items()}
    return {str(tag["Key"]): str(tag["Value"]) for tag in tags or []}


def camel(value: Any) -> Any:
    """A copy with all keys beginning in lower case, as API Gateway and Logs want them."""
    if isinstance(value, Mapping):
        return {key[:1].lower() + key[1:]: camel(item) for key, item in value.items()}
    return [camel(item) for item in value] if isinstance(value, list) else value


def fit(value: Any, shape: Shape, path: str) -> Any:
    """Give `value` the types that `shape` wants: parameters are text, templates are lenient.

    Raises ResourceFailedError for a member that the shape does not have.
    """
    kind = shape.type_name
    converter = _SCALARS.get(kind)
    try:
        if converter:
            return converter(value)
        if kind == "structure" and isinstance(value, Mapping):
            members: Mapping[str, Shape] = shape.members  # type: ignore[attr-defined]  # of StructureShape
            unknown = sorted(value.keys() - members.keys())
            if unknown:
                raise ResourceFailedError(f"{path}: the emulator does not have the property {unknown[0]}")
            return {name: fit(item, members[name], f"{path}.{name}") for name, item in value.items()}
        if kind == "list" and isinstance(value, list):
            return [fit(item, shape.member, path) for item in value]  # type: ignore[attr-defined]  # of ListShape
        if kind == "map" and isinstance(value, Mapping):
            return {str(key): fit(item, shape.value, path) for key, item in value.items()}  # type: ignore[attr-defined]  # of MapShape
    except (TypeError, ValueError) as err:
        raise ResourceFailedError(f"{path}: {value!r} is not a {kind}") from err
    if kind in ("structure", "list", "map"):
        raise ResourceFailedError(f"{path}: {value!r} is not a {kind}")
    return value


def _boolean(value: Any) -> bool:
    text = str(value).lower()
    if text not in ("true", "false"):
        raise ValueError(value)
    return text == "true"


def _string(value: Any) -> str:
    if isinstance(value, (Mapping, list)):
        raise TypeError(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _whole_number(value: Any) -> int:
    if isinstance(value, float) or not re.fullmatch(r"-?\d+", str(value)):
        raise ValueError(value)
    return int(value)


_SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "boolean": _boolean,
    "double": float,
    "float": float,
    "integer": _whole_number,
    "long": _whole_number,
    "string": _string,
}
