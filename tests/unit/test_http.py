"""Errors as HTTP answers: the one table is total, and says nothing that it should not."""

from __future__ import annotations

import inspect
import json
from importlib import import_module

import pytest

from smart_door.domain import errors, picture_errors, refusals
from smart_door.domain.errors import (
    PermanentError,
    RetryableError,
    SmartDoorError,
)
from smart_door.http import PROBLEMS, answer, error_answer, json_body, problem_of

BASES = {SmartDoorError, RetryableError, PermanentError}
RAISED = [
    kind
    for module in (errors, refusals, picture_errors)
    for _, kind in inspect.getmembers(module, inspect.isclass)
    if issubclass(kind, SmartDoorError) and kind not in BASES and kind.__module__ == module.__name__
]


@pytest.mark.parametrize("kind", RAISED, ids=lambda kind: kind.__name__)
def test_every_error_is_in_the_table(kind: type[SmartDoorError]) -> None:
    """By its own line, not by that of a kind above it."""
    assert kind in PROBLEMS


def test_the_table_holds_nothing_else() -> None:
    """No line for an error that is gone."""
    assert set(PROBLEMS) == set(RAISED)


@pytest.mark.parametrize("kind", RAISED, ids=lambda kind: kind.__name__)
def test_every_error_is_either_retryable_or_permanent(kind: type[SmartDoorError]) -> None:
    """And the answer agrees: what passes is 503, what does not is something else."""
    assert issubclass(kind, RetryableError) != issubclass(kind, PermanentError)
    assert (PROBLEMS[kind].status == 503) == issubclass(kind, RetryableError)


@pytest.mark.parametrize("kind", RAISED, ids=lambda kind: kind.__name__)
def test_every_error_stands_in_the_tree_of_the_module(kind: type[SmartDoorError]) -> None:
    """The drawing in its module's docstring shows all of them."""
    assert kind.__name__ in (import_module(kind.__module__).__doc__ or "")


def test_an_error_of_another_module_is_answered_as_what_it_is_a_kind_of() -> None:
    """At last as a fault of ours."""

    class StrangeError(PermanentError):
        """Not in the table."""

    class StrangeRequestError(refusals.PhoneNumberError):
        """Of a kind that is."""

    assert problem_of(StrangeError()).status == 500
    assert problem_of(StrangeRequestError()).code == "phone_invalid"


def test_too_many_tries_say_how_long_to_wait() -> None:
    """In the header and in the body."""
    response = error_answer(refusals.TooManyTriesError(421))

    assert response["statusCode"] == 429
    assert response["headers"]["Retry-After"] == "421"
    assert json.loads(response["body"])["retry_after_seconds"] == 421


def test_a_wrong_request_says_what_to_mend() -> None:
    """In the error's own sentence, and at which field."""
    body = json.loads(error_answer(refusals.FaceIndexError(2))["body"])

    message = "Choose whose face it is: 2 people are in this visit."
    assert body == {"code": "face_needed", "message": message, "field": "face_index"}


def test_one_person_is_not_called_people() -> None:
    """A face index that is none, with one face there."""
    assert refusals.FaceIndexError(1).problem == "Choose whose face it is: 1 person is in this visit."


def test_what_passes_says_when_to_come_again() -> None:
    """503 with Retry-After."""
    response = error_answer(errors.ServiceUnavailableError("dynamodb", "PutItem", "Throttling"))

    assert (response["statusCode"], response["headers"]["Retry-After"]) == (503, "30")
    assert "dynamodb" not in response["body"]


def test_answers_are_json_that_nothing_keeps() -> None:
    """With names as they are written."""
    response = answer(200, {"name": "Žofie"})

    assert response["headers"] == {"Content-Type": "application/json", "Cache-Control": "no-store"}
    assert response["body"] == '{"name": "Žofie"}'


@pytest.mark.parametrize("body", [None, "", "{", "[]", "3", "null"])
def test_a_body_that_is_no_object_is_refused(body: str | None) -> None:
    """Whatever else it is."""
    with pytest.raises(refusals.InvalidRequestError):
        json_body({"body": body})
