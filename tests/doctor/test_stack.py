"""What the doctor says of stacks in every state, and of what is in the way of a new one."""

from __future__ import annotations

import pytest

from scripts.doctor import Level
from scripts.doctoring.looking import Clients, Stack, Subject
from scripts.doctoring.stack import look_at_stack
from tests.doctor.conftest import Patient, new_session
from tests.doctor.door_stack import make_stack

TOPIC = "Resources: {Topic: {Type: AWS::SNS::Topic}}"
BROKEN = """
Resources:
  Stream: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1, Name: %s}}
  Second: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1, Name: %s}, DependsOn: Stream}
"""


def test_a_stack_that_never_came_up_says_how_it_began(patient: Patient, stack_name: str) -> None:
    """Given a creation that failed, then its first failure is told, and scripts/deploy can go on."""
    template = BROKEN % (stack_name, stack_name)
    assert make_stack(patient, stack_name, template) == "ROLLBACK_COMPLETE"
    found = patient.finding("stack", stack_name)
    assert found.level is Level.PROBLEM
    assert f"{stack_name} never came up (ROLLBACK_COMPLETE). It began with Second: " in found.summary
    assert not found.blocks_deployment


def test_an_update_that_was_taken_back_says_how_it_began(patient: Patient, stack_name: str) -> None:
    """Given an update that failed after a good creation, then what was there works, with a warning."""
    assert make_stack(patient, stack_name, TOPIC) == "CREATE_COMPLETE"
    template = BROKEN % (stack_name, stack_name)
    assert make_stack(patient, stack_name, template) == "UPDATE_ROLLBACK_COMPLETE"
    found = patient.finding("stack", stack_name)
    assert found.level is Level.WARNING
    assert "failed and was taken back. It began with Second: " in found.summary


@pytest.mark.parametrize(
    ("status", "level", "blocks", "words"),
    [
        ("CREATE_COMPLETE", Level.OK, False, "is there"),
        ("UPDATE_COMPLETE", Level.OK, False, "is there"),
        ("REVIEW_IN_PROGRESS", Level.OK, False, "prepared but never made"),
        ("CREATE_FAILED", Level.PROBLEM, False, "never came up"),
        ("ROLLBACK_FAILED", Level.PROBLEM, False, "never came up"),
        ("DELETE_FAILED", Level.PROBLEM, True, "could not be removed"),
        ("UPDATE_ROLLBACK_FAILED", Level.PROBLEM, True, "could not be taken back"),
        ("UPDATE_IN_PROGRESS", Level.WARNING, False, "being worked on"),
        ("DELETE_IN_PROGRESS", Level.WARNING, False, "being worked on"),
    ],
)
def test_every_state_has_its_words(
    patient: Patient, status: str, level: Level, blocks: bool, words: str
) -> None:
    """Given a stack in a state, then it is said whether it can be deployed, and what to do if not."""
    subject = Subject(
        Clients(new_session()), "us-east-1", "123456789012", "gone", "fragments", "", Stack(status)
    )
    (found,) = look_at_stack(subject)
    assert (found.level, found.blocks_deployment) == (level, blocks)
    assert words in found.summary
    assert bool(found.advice) == (level is not Level.OK)


def test_a_collection_of_an_earlier_installation_is_in_the_way(patient: Patient, stack_name: str) -> None:
    """Given a collection of the name and no stack, then a deployment would fail, and the command is told."""
    patient.client("rekognition").create_collection(CollectionId=f"{stack_name}-visitors")
    found = patient.finding("collection", stack_name)
    assert "with 0 faces is left of an earlier installation" in found.summary
    assert f"delete-collection --collection-id {stack_name}-visitors" in found.command
    assert found.blocks_deployment


def test_a_video_stream_of_the_same_name_is_in_the_way(patient: Patient, stack_name: str) -> None:
    """Given a stream of the name and no stack, then a deployment would fail, and the command is told."""
    arn = patient.client("kinesisvideo").create_stream(StreamName=f"{stack_name}-front")["StreamARN"]
    found = patient.finding("video stream", stack_name)
    assert arn in found.command
    assert found.blocks_deployment


def test_a_login_address_that_is_taken_is_in_the_way(patient: Patient, stack_name: str) -> None:
    """Given the address at another user pool, then a deployment would fail, and the command is told."""
    cognito = patient.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName=stack_name)["UserPool"]["Id"]
    cognito.create_user_pool_domain(Domain=f"{stack_name}-123456789012", UserPoolId=pool)
    found = patient.finding("login", stack_name)
    assert f"belongs to another user pool ({pool})" in found.summary
    assert found.blocks_deployment
