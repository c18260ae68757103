"""CloudFront's control plane: what it keeps is served by the emulator's web port."""

from __future__ import annotations

import secrets
import string
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from emulator import state_file
from emulator.aws_protocol import AwsError, Fields, ModelledService
from emulator.cloudfront.kinds import (
    DISTRIBUTION,
    KINDS,
    MANAGED,
    ORIGIN_ACCESS_CONTROL,
    Kind,
)
from emulator.service import Settings

_Item = dict[str, Any]
_Handler = Callable[[Kind, Fields], Fields | None]


def _operations() -> dict[str, str]:
    found = {
        "CreateInvalidation": "nothing is cached, so it is complete at once",
        "CreateDistributionWithTags": "tags are not kept",
        "GetInvalidation": "",
        "ListInvalidations": "",
    }
    for kind in KINDS:
        notes = {"Create": "its domain name is the web port's address"} if kind is DISTRIBUTION else {}
        for verb in ("Create", "Delete", "Get", "Update"):
            found[f"{verb}{kind.name}"] = notes.get(verb, "")
        found[f"Get{kind.name}Config"] = ""
        found[f"List{kind.plural}"] = ""
    return found


class CloudFront(ModelledService):
    """Distributions, origin access controls and policies, kept in one JSON file."""

    service_name = "cloudfront"
    scopes = ("cloudfront",)
    operations: Mapping[str, str] = _operations()

    async def start(self, settings: Settings) -> None:
        """Load what an earlier run left."""
        self._settings = settings
        self._file = settings.data_dir / "cloudfront" / "state.json"
        self._items: dict[str, dict[str, _Item]] = state_file.load(self._file, {})
        for kind in KINDS:
            self._items.setdefault(kind.name, {})
        self._items.setdefault("Invalidation", {})

    async def close(self) -> None:
        """Nothing runs in the background."""

    def _method(self, operation: str) -> Callable[[Fields], Awaitable[Fields | None]]:
        for kind in KINDS:
            by_name: Mapping[str, _Handler] = {
                f"Create{kind.name}": self._create,
                f"Delete{kind.name}": self._delete,
                f"Get{kind.name}": self._get,
                f"Get{kind.name}Config": self._get_config,
                f"List{kind.plural}": self._list,
                f"Update{kind.name}": self._update,
            }
            if operation in by_name:
                return partial(_answer, by_name[operation], kind)
        return super()._method(operation)

    async def create_distribution_with_tags(self, fields: Fields) -> Fields:
        """Create a distribution; AWS's own tools call it so."""
        config = fields["DistributionConfigWithTags"]["DistributionConfig"]
        return self._create(DISTRIBUTION, {"DistributionConfig": config})

    async def create_invalidation(self, fields: Fields) -> Fields:
        """Forget cached copies: there are none."""
        self._find(DISTRIBUTION, fields["DistributionId"])
        invalidation = {
            "Id": _new_id("I"),
            "Status": "Completed",
            "CreateTime": _now(),
            "InvalidationBatch": fields["InvalidationBatch"],
        }
        self._items["Invalidation"][invalidation["Id"]] = {**invalidation, "Of": fields["DistributionId"]}
        self._save()
        return {"Invalidation": invalidation}

    async def get_invalidation(self, fields: Fields) -> Fields:
        """One invalidation."""
        found = self._items["Invalidation"].get(fields["Id"])
        if found is None or found["Of"] != fields["DistributionId"]:
            raise AwsError("NoSuchInvalidation", "The specified invalidation does not exist.", 404)
        return {"Invalidation": found}

    async def list_invalidations(self, fields: Fields) -> Fields:
        """The invalidations of a distribution."""
        of = fields["DistributionId"]
        return {"InvalidationList": _page([i for i in self._items["Invalidation"].values() if i["Of"] == of])}

    def _create(self, kind: Kind, fields: Fields) -> Fields:
        config = fields[kind.config]
        name_key = "CallerReference" if kind is DISTRIBUTION else "Name"
        if any(
            item["Config"].get(name_key) == config.get(name_key) for item in self._items[kind.name].values()
        ):
            raise AwsError(kind.conflict, f"{kind.name} {config.get(name_key)} already exists.", 409)
        if kind is DISTRIBUTION:
            self._check(config)
        identity = _new_id(kind.id_prefix) if kind.id_prefix else str(uuid.uuid4())
        item = {"Id": identity, "ETag": _new_id("E"), "At": _now(), "Config": config}
        self._items[kind.name][identity] = item
        self._save()
        location = f"https://cloudfront.amazonaws.com/2020-05-31/{kind.name.lower()}/{identity}"
        return {kind.name: self._shown(kind, item), "ETag": item["ETag"], "Location": location}

    def _get(self, kind: Kind, fields: Fields) -> Fields:
        item = self._find(kind, fields["Id"])
        return {kind.name: self._shown(kind, item), "ETag": item["ETag"]}

    def _get_config(self, kind: Kind, fields: Fields) -> Fields:
        item = self._find(kind, fields["Id"])
        return {kind.config: item["Config"], "ETag": item["ETag"]}

    def _list(self, kind: Kind, _: Fields) -> Fields:
        shown = [self._shown(kind, item) for item in self._items[kind.name].values()]
        if kind in (DISTRIBUTION, ORIGIN_ACCESS_CONTROL):
            # Summaries: the configuration's own fields beside the id.
            entries = [{**item[kind.config], **item} for item in shown]
        else:
            entries = [{"Type": "custom", kind.name: item} for item in shown]
        return {f"{kind.name}List": _page(entries)}

    def _update(self, kind: Kind, fields: Fields) -> Fields:
        item = self._find(kind, fields["Id"])
        _check_etag(item, fields)
        if kind is DISTRIBUTION:
            self._check(fields[kind.config])
        item |= {"Config": fields[kind.config], "ETag": _new_id("E"), "At": _now()}
        self._save()
        return {kind.name: self._shown(kind, item), "ETag": item["ETag"]}

    def _delete(self, kind: Kind, fields: Fields) -> None:
        item = self._find(kind, fields["Id"])
        _check_etag(item, fields)
        if kind is DISTRIBUTION and item["Config"]["Enabled"]:
            raise AwsError(
                kind.in_use, "The distribution you are trying to delete has not been disabled.", 409
            )
        for distribution in self._items["Distribution"].values():
            if kind.named_by and item["Id"] in _named(distribution["Config"], kind.named_by):
                raise AwsError(kind.in_use, f"{kind.name} {item['Id']} is used by a distribution.", 409)
        del self._items[kind.name][item["Id"]]
        self._save()

    def _find(self, kind: Kind, identity: str) -> _Item:
        if identity in self._items[kind.name]:
            return self._items[kind.name][identity]
        managed = MANAGED.get(kind.name, {}).get(identity)
        if managed is None:
            raise AwsError(kind.missing, f"The specified {kind.name} does not exist: {identity}", 404)
        return {
            "Id": identity,
            "ETag": "E23ZP02F085DFQ",
            "At": "2020-07-22T00:00:00Z",
            "Config": dict(managed),
        }

    def _check(self, config: Mapping[str, Any]) -> None:
        """Everything that a distribution names must be there. Raises AwsError."""
        origins = {origin["Id"] for origin in config["Origins"]["Items"]}
        for behavior in [
            config["DefaultCacheBehavior"],
            *(config.get("CacheBehaviors") or {}).get("Items", []),
        ]:
            if behavior["TargetOriginId"] not in origins:
                raise AwsError(
                    "NoSuchOrigin",
                    f"No origin exists with the specified Origin Id {behavior['TargetOriginId']}",
                    404,
                )
        for kind in KINDS:
            if kind.named_by:
                for identity in _named(config, kind.named_by):
                    self._find(kind, identity)

    def _shown(self, kind: Kind, item: _Item) -> _Item:
        shown = {"Id": item["Id"], "LastModifiedTime": item["At"], kind.config: item["Config"]}
        if kind is DISTRIBUTION:
            shown |= {
                "ARN": f"arn:aws:cloudfront::{self._settings.account_id}:distribution/{item['Id']}",
                "Status": "Deployed",
                "InProgressInvalidationBatches": 0,
                "DomainName": urlsplit(self._settings.web_url).netloc,
            }
        return shown

    def _save(self) -> None:
        state_file.save(self._file, self._items)


async def _answer(handler: _Handler, kind: Kind, fields: Fields) -> Fields | None:
    return handler(kind, fields)


def _named(value: Any, key: str) -> set[str]:
    """All values of `key` anywhere in a configuration."""
    if isinstance(value, Mapping):
        own = {value[key]} if value.get(key) else set()
        return own.union(*(_named(item, key) for item in value.values()))
    return set().union(*(_named(item, key) for item in value)) if isinstance(value, list) else set()


def _check_etag(item: Mapping[str, Any], fields: Fields) -> None:
    if "IfMatch" not in fields:
        raise AwsError(
            "InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource."
        )
    if fields["IfMatch"] != item["ETag"]:
        raise AwsError(
            "PreconditionFailed", "The request failed because it didn't meet the preconditions.", 412
        )


def _page(items: list[Any]) -> _Item:
    page = {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": len(items)}
    return {**page, "Items": items} if items else page


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _new_id(prefix: str) -> str:
    return prefix + "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(13))
