"""The policies of a role as moto's IAM holds them, parsed once and again after every change of IAM."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from emulator import moto_repairs
from emulator.iam.policies import Statement, parse_policy
from emulator.moto_host import MotoHost
from emulator.service import ACCOUNT_ID


@dataclass(frozen=True)
class _Known:
    version: int
    statements: tuple[Statement, ...] | None


class RolePolicies:
    """What each role's inline and attached policies say."""

    def __init__(self, moto: MotoHost) -> None:
        self._moto = moto
        self._known: dict[str, _Known] = {}

    async def of(self, role_name: str) -> tuple[Statement, ...] | None:
        """All statements of a role, None if there is no such role. Raises PolicyError."""
        known = self._known.get(role_name)
        if known is None or known.version != self._moto.changes["iam"]:
            known = self._known[role_name] = await self._moto.ask(lambda: self._read(role_name))
        return known.statements

    def _read(self, role_name: str) -> _Known:
        """In moto's thread, where nothing changes meanwhile."""
        from moto.backends import get_backend

        moto_repairs.apply("iam")
        version = self._moto.changes["iam"]
        iam: Any = get_backend("iam")[ACCOUNT_ID]["aws"]
        role = next((role for role in iam.roles.values() if role.name == role_name), None)
        if role is None:
            return _Known(version, None)
        documents = dict(role.policies)
        for policy in role.managed_policies.values():
            documents[policy.arn] = next(one.document for one in policy.versions if one.is_default)
        return _Known(
            version,
            tuple(
                statement
                for source, document in documents.items()
                for statement in parse_policy(json.loads(document), source)
            ),
        )
