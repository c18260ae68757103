"""The wiring: every use case comes together from the environment that the template sets."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from smart_door import bootstrap
from smart_door.adapters.photos_s3 import S3Photos
from smart_door.bootstrap import owner, parts
from smart_door.domain.errors import ConfigurationError
from tests.unit.test_config import ENVIRONMENT
from tests.wiring import forget_wiring

USE_CASES: list[Callable[[], object]] = [
    bootstrap.records,
    bootstrap.failed_records,
    bootstrap.receive_visitors,
    owner.show_home,
    owner.decide_visit,
    bootstrap.admit_visitor,
    bootstrap.enroll_face,
    bootstrap.idempotency_store,
    bootstrap.run_stream_processor,
    bootstrap.door_names,
    bootstrap.notifications,
    bootstrap.search_fragment,
    bootstrap.fragment_idempotency_store,
    bootstrap.video_notification_settings,
    bootstrap.invite_message,
    owner.manage_visitors,
    owner.forget_visitor,
    owner.correct_visit,
    owner.export_visits,
    owner.manage_household,
    owner.manage_passes,
    owner.show_passes,
    owner.time_zone,
]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in Lambda; the secret and the parameter are there without asking."""
    forget_wiring()
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setattr(parts, "passcode_key", lambda _: b"key")
    monkeypatch.setattr(parts, "site_url", lambda *_, **__: "https://door.example")


@pytest.mark.parametrize("use_case", USE_CASES, ids=lambda use_case: use_case.__name__)
def test_a_use_case_is_wired_once(use_case: Callable[[], object]) -> None:
    """At the cold start, then never again."""
    assert use_case() is use_case()


def test_a_client_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many use cases of a function share it: a cold start pays for each."""
    made: list[str] = []
    client = boto3.client

    def counted(service: str, **options: Any) -> Any:
        made.append(service)
        return client(service, **options)  # type: ignore[call-overload]  # any service by name

    monkeypatch.setattr(boto3, "client", counted)
    for use_case in (
        owner.show_home,
        owner.decide_visit,
        owner.manage_visitors,
        owner.forget_visitor,
    ):
        use_case()

    assert sorted(made) == ["dynamodb", "rekognition", "s3", "sns"]


def test_links_to_photos_have_the_buckets_regional_name() -> None:
    """The pages' Content-Security-Policy names that one."""
    photos = owner.show_home().photos
    assert isinstance(photos, S3Photos)

    assert photos.link("photos/x.jpg").url.startswith(
        "https://photos.s3.us-east-1.amazonaws.com/photos/x.jpg?"
    )


def test_a_secret_is_never_shown() -> None:
    """Not even in the repr of a use case."""
    assert "b'key'" not in repr(bootstrap.admit_visitor())
    assert "b'key'" not in repr(owner.decide_visit())


def test_in_lambda_the_first_person_waits_for_no_wiring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The init phase wires the use case; elsewhere nothing is prepared."""
    bootstrap.prepare_to_receive_visitors()
    assert bootstrap.receive_visitors.cache_info().currsize == 0

    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    bootstrap.prepare_to_receive_visitors()
    assert bootstrap.receive_visitors.cache_info().currsize == 1


def test_a_preparation_that_fails_is_told_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    """The init phase goes on, and the record meets the same error."""
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    monkeypatch.delenv("VISITS_TABLE")

    bootstrap.prepare_to_receive_visitors()

    assert "VISITS_TABLE" in log.getvalue()
    with pytest.raises(ConfigurationError):
        bootstrap.receive_visitors()


@pytest.mark.parametrize(
    "function",
    [
        "owner_api",
        "visitor_api",
        "enroll_face",
        "process_face_matches",
        "analyze_fragment",
        "invite_message",
    ],
)
def test_a_function_imports_no_decoder_and_no_client_before_it_is_called(function: str) -> None:
    """A cold start pays only for what its function uses."""
    code = f"import sys, functions.{function}.app; print('cv2' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "False"]
