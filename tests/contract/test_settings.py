"""The household's settings, in memory and in DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from uuid import uuid4

import pytest

from smart_door.adapters.settings_dynamodb import DynamoDbSettings
from smart_door.domain.errors import SettingsChangedError
from smart_door.domain.household import About, Contact
from smart_door.domain.settings import HomeSettings, QuietHours, Settings
from tests.contract.conftest import Aws
from tests.fakes import InMemorySettings


@pytest.fixture(params=["fake", "dynamodb"])
def settings(request: pytest.FixtureRequest) -> HomeSettings:
    """The port's two fulfilments; DynamoDB's with a table of its own, keyed as template.yaml says."""
    if request.param == "fake":
        return InMemorySettings()
    aws: Aws = request.getfixturevalue("aws")
    client, name = aws.client("dynamodb"), f"settings-{uuid4().hex[:8]}"
    keys = {"door_id": "HASH", "visit_id": "RANGE"}
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    return DynamoDbSettings(client, name)


def test_what_nobody_changed_is_as_it_comes(settings: HomeSettings) -> None:
    """Given a new home, then the defaults hold."""
    assert settings.get() == Settings()


@pytest.mark.parametrize("quiet", [None, QuietHours(time(22), time(7, 30))])
def test_settings_come_back_as_they_went(settings: HomeSettings, quiet: QuietHours | None) -> None:
    """Given changed settings, when they are read, then they are the same, one version on."""
    contacts = (Contact("ann", "+15555550111", frozenset(About)), Contact("bob", "+15555550122"))
    changed = Settings(ask_about_strangers=False, quiet=quiet, enrol_faces=False, contacts=contacts)
    stored = settings.replace(changed)

    assert stored == replace(changed, version=1)
    assert settings.get() == stored
    assert settings.replace(replace(stored, warn_about_blocked=False)).version == 2


def test_of_two_who_change_them_one_is_first(settings: HomeSettings) -> None:
    """Given two readings of the same settings, when both are changed, then the second is refused."""
    for number in range(2):
        read = settings.get()
        first = settings.replace(replace(read, enrol_faces=bool(number)))
        with pytest.raises(SettingsChangedError):
            settings.replace(replace(read, ask_about_strangers=False))
        assert settings.get() == first
