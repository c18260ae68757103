"""Least privilege, proven: every permission in template.yaml is needed, and none is missing.

A whole visit runs with the permissions as they are, and nothing is refused. Then each action of each
statement is taken away in turn, and what needs it is tried: AWS's refusal of exactly that action, and what
people notice, go into build/permissions.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pytest

from tests.conftest import ROOT, start_emulator
from tests.permissions.footage import Footage
from tests.permissions.home import READS, UNASKED, Home, Permission
from tests.permissions.search import FragmentSearch, StreamProcessor
from tests.permissions.visit import Visit, play_whole_visit
from tests.permissions.visitors import OnFile

TABLE = ROOT / "build" / "permissions.md"
Step = Callable[[], str]


@dataclass(frozen=True)
class Need:
    """What needs an action: a step, and the function that must start anew since it keeps what it read."""

    step: Step
    cold: str = ""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """An emulator of its own: a stack is deployed into it."""
    emulator = start_emulator(tmp_path_factory.mktemp("permissions") / "data")
    yield Home(emulator)
    emulator.stop()


@pytest.fixture(scope="module")
def table() -> Iterator[list[str]]:
    """The rows of the table, which is written when both modes were tried."""
    rows: list[str] = []
    yield rows
    TABLE.parent.mkdir(exist_ok=True)
    head = [
        "# What fails without each permission",
        "",
        "Written by tests/permissions, which took each one away and saw exactly this action refused:",
        "`User: ROLE is not authorized to perform: ACTION because no identity-based policy allows it`.",
        "",
    ]
    head += ["| role | action | on | without it |", "| --- | --- | --- | --- |"]
    TABLE.write_text("\n".join([*head, *rows]) + "\n")


def test_the_stream_processor_s_permissions(home: Home, table: list[str]) -> None:
    """Given the mode stream-processor, each action of its two roles is needed, and no other."""
    home.deploy("stream-processor")
    processor = StreamProcessor(home)
    function, role = "ManageStreamProcessorFunctionRole", "StreamProcessorRole"
    needs = {
        (function, "rekognition:CreateStreamProcessor"): Need(processor.created),
        (function, "iam:PassRole"): Need(processor.created),
        (function, "rekognition:StartStreamProcessor"): Need(processor.created),
        (function, "rekognition:StopStreamProcessor"): Need(processor.stopped),
        (function, "rekognition:DeleteStreamProcessor"): Need(processor.deleted),
        (function, "rekognition:DescribeStreamProcessor"): Need(processor.watched),
        (role, "kinesisvideo:GetDataEndpoint"): Need(processor.video_becomes_records),
        (role, "kinesisvideo:GetMedia"): Need(processor.video_becomes_records),
        (role, "kinesis:PutRecord"): Need(processor.video_becomes_records),
        (role, "kinesis:PutRecords"): Need(processor.video_becomes_records),
    }
    permissions = to_be_tried(home.permissions(function, role), table)

    assert not (wrong := everything_works(home, needs.values())), "\n".join(wrong)
    problems = [try_without(home, one, needs.get((one.role, one.action)), table) for one in permissions]

    assert not any(problems), "\n".join(filter(None, problems))


def test_the_visit_s_permissions(home: Home, table: list[str]) -> None:
    """Given a whole visit without a refusal, each action of all roles is needed, and no other."""
    home.deploy("fragments")
    mark = home.mark()
    visit = play_whole_visit(home)
    assert home.refused(mark) == set()
    needs = needs_of_a_visit(visit, FragmentSearch(home, visit.record["InputInformation"]["KinesisVideo"]))
    permissions = to_be_tried(home.permissions(), table)

    assert not (wrong := everything_works(home, needs.values())), "\n".join(wrong)
    problems = [
        try_without(home, one, needs.get((one.role, one.action, one.on)), table) for one in permissions
    ]
    problems.append(try_without_polling(home, visit, table))

    assert not any(problems), "\n".join(filter(None, problems))
    assert needs.keys() == {(one.role, one.action, one.on) for one in permissions}


def needs_of_a_visit(visit: Visit, search: FragmentSearch) -> dict[tuple[str, str, str], Need]:
    """What needs each permission of the functions of the mode fragments."""
    process, owner = "ProcessFaceMatchesFunctionRole", "OwnerApiFunctionRole"
    door, enroll = "VisitorApiFunctionRole", "EnrollFaceFunctionRole"
    analyze, manage = "AnalyzeFragmentFunctionRole", "ManageVideoNotificationsFunctionRole"
    invite = "InviteMessageFunctionRole"
    comes = Need(visit.stranger_comes)
    begins = Need(visit.stranger_comes, cold="ProcessFaceMatchesFunction")
    approves = Need(visit.owner_approves)
    decides = Need(visit.owner_approves, cold="OwnerApiFunction")
    typed = Need(visit.code_is_typed)
    enrolled = Need(visit.face_is_enrolled)
    searched = Need(search.fragment_is_searched)
    on_file = OnFile(visit)
    footage = Footage(visit)
    filmed = Need(footage.clip_is_made)
    comes_and_goes = Need(on_file.member_comes_and_goes)
    pass_typed = Need(on_file.code_of_a_pass_is_typed)
    photographed, deleted = Need(on_file.photo_is_added), Need(on_file.visitor_is_deleted)
    return {
        (process, "dynamodb:Query", "VisitsTable"): comes,
        (process, "dynamodb:PutItem", "VisitsTable"): comes,
        (process, "dynamodb:GetItem", "VisitsTable"): Need(visit.somebody_else_writes),
        (process, "dynamodb:GetItem", "VisitorsTable"): Need(visit.visitor_comes),
        (process, "dynamodb:PutItem", "PasscodesTable"): Need(visit.visitor_comes),
        (process, "s3:GetObject", "PhotosBucket/photos/*"): Need(visit.stranger_comes_back),
        (process, "s3:PutObject", "PhotosBucket/photos/*"): comes,
        (process, "kinesisvideo:GetDataEndpoint", "VideoStream"): begins,
        (process, "kinesisvideo:GetMediaForFragmentList", "VideoStream"): comes,
        (process, "kinesisvideo:ListFragments", "VideoStream"): Need(visit.fragment_not_there_yet),
        (process, "rekognition:CompareFaces", "*"): Need(visit.stranger_comes_back),
        (process, "sns:Publish", "OwnerTopic"): comes,
        (process, "sns:Publish", "telephone numbers"): Need(visit.visitor_comes),
        (process, "secretsmanager:GetSecretValue", "PasscodeKey"): begins,
        (process, "ssm:GetParameter", "SiteUrlParameter"): begins,
        (process, "sqs:SendMessage", "FailedRecordsQueue"): Need(visit.record_fails),
        (owner, "dynamodb:Query", "VisitsTable"): Need(visit.owner_lists_visits),
        (owner, "dynamodb:GetItem", "VisitsTable"): Need(visit.owner_looks_at_visit),
        (owner, "dynamodb:PutItem", "VisitsTable"): approves,
        (owner, "dynamodb:DeleteItem", "VisitsTable"): Need(on_file.visit_is_deleted),
        (owner, "dynamodb:GetItem", "VisitorsTable"): Need(visit.owner_looks_at_visit),
        (owner, "dynamodb:PutItem", "VisitorsTable"): approves,
        (owner, "dynamodb:DeleteItem", "VisitorsTable"): Need(visit.owner_approves_in_vain),
        (owner, "dynamodb:Scan", "VisitorsTable"): Need(visit.owner_lists_visitors),
        (owner, "dynamodb:PutItem", "PasscodesTable"): approves,
        (owner, "dynamodb:Query", "PasscodesTable"): Need(on_file.passes_are_listed),
        (owner, "dynamodb:UpdateItem", "PasscodesTable"): Need(on_file.pass_is_revoked),
        (owner, "dynamodb:DeleteItem", "PasscodesTable"): Need(on_file.guest_is_deleted),
        (owner, "s3:GetObject", "PhotosBucket/*"): Need(visit.owner_looks_at_photo),
        (owner, "s3:DeleteObject", "PhotosBucket/*"): deleted,
        (owner, "s3:PutObject", "PhotosBucket/visitors/*"): photographed,
        (owner, "s3:PutObject", "PhotosBucket/clips/*"): filmed,
        (owner, "s3:ListBucket", "PhotosBucket"): Need(footage.clip_is_made_later),
        (owner, "kinesisvideo:GetDataEndpoint", "VideoStream"): Need(
            footage.door_is_watched, cold="OwnerApiFunction"
        ),
        (owner, "kinesisvideo:GetHLSStreamingSessionURL", "VideoStream"): Need(footage.door_is_watched),
        (owner, "kinesisvideo:GetImages", "VideoStream"): Need(footage.picture_is_taken),
        (owner, "kinesisvideo:GetClip", "VideoStream"): filmed,
        (owner, "rekognition:DetectFaces", "*"): photographed,
        (owner, "rekognition:IndexFaces", "Collection"): photographed,
        (owner, "rekognition:DeleteFaces", "Collection"): deleted,
        (owner, "sns:Publish", "telephone numbers"): approves,
        (owner, "sns:CheckIfPhoneNumberIsOptedOut", "*"): comes_and_goes,
        (owner, "secretsmanager:GetSecretValue", "PasscodeKey"): decides,
        (owner, "ssm:GetParameter", "SiteUrlParameter"): decides,
        (owner, "cognito-idp:ListUsers", "UserPool"): Need(on_file.members_are_listed),
        (owner, "cognito-idp:ListUsersInGroup", "UserPool"): Need(on_file.members_are_listed),
        (owner, "cognito-idp:AdminCreateUser", "UserPool"): comes_and_goes,
        (owner, "cognito-idp:AdminDeleteUser", "UserPool"): comes_and_goes,
        (owner, "cognito-idp:AdminAddUserToGroup", "UserPool"): comes_and_goes,
        (owner, "cognito-idp:AdminRemoveUserFromGroup", "UserPool"): comes_and_goes,
        (door, "dynamodb:GetItem", "VisitsTable"): typed,
        (door, "dynamodb:PutItem", "VisitsTable"): typed,
        (door, "dynamodb:UpdateItem", "PasscodesTable"): typed,
        (door, "dynamodb:Query", "VisitsTable"): pass_typed,
        (door, "dynamodb:GetItem", "VisitorsTable"): pass_typed,
        (door, "secretsmanager:GetSecretValue", "PasscodeKey"): Need(
            visit.code_is_typed, cold="VisitorApiFunction"
        ),
        (door, "events:PutEvents", "EventBus"): typed,
        (enroll, "dynamodb:GetItem", "VisitsTable"): enrolled,
        (enroll, "dynamodb:GetItem", "VisitorsTable"): enrolled,
        (enroll, "dynamodb:PutItem", "VisitorsTable"): enrolled,
        (enroll, "dynamodb:PutItem", "IdempotencyTable"): enrolled,
        (enroll, "dynamodb:UpdateItem", "IdempotencyTable"): enrolled,
        (enroll, "dynamodb:DeleteItem", "IdempotencyTable"): Need(visit.enrolling_fails),
        (enroll, "s3:GetObject", "PhotosBucket/photos/*"): enrolled,
        (enroll, "s3:PutObject", "PhotosBucket/visitors/*"): enrolled,
        (enroll, "rekognition:IndexFaces", "Collection"): enrolled,
        (enroll, "rekognition:DeleteFaces", "Collection"): Need(visit.visitor_is_removed_meanwhile),
        (enroll, "sqs:SendMessage", "FailedEnrollmentsQueue"): Need(visit.enrolling_is_given_up),
        (invite, "ssm:GetParameter", "SiteUrlParameter"): Need(
            on_file.invitation_has_the_link, cold="InviteMessageFunction"
        ),
        (analyze, "kinesisvideo:GetDataEndpoint", "VideoStream"): Need(
            search.fragment_is_searched, cold="AnalyzeFragmentFunction"
        ),
        (analyze, "kinesisvideo:GetMediaForFragmentList", "VideoStream"): searched,
        (analyze, "kinesisvideo:ListFragments", "VideoStream"): Need(search.fragment_not_there_yet),
        (analyze, "rekognition:DetectFaces", "*"): searched,
        (analyze, "rekognition:SearchFacesByImage", "Collection"): searched,
        (analyze, "kinesis:PutRecord", "FaceSearchResults"): searched,
        (analyze, "dynamodb:Query", "VisitsTable"): searched,
        (analyze, "dynamodb:PutItem", "IdempotencyTable"): searched,
        (analyze, "dynamodb:UpdateItem", "IdempotencyTable"): searched,
        (analyze, "dynamodb:DeleteItem", "IdempotencyTable"): Need(search.search_fails),
        (analyze, "sqs:SendMessage", "FailedFragmentsQueue"): Need(search.search_is_given_up),
        (manage, "kinesisvideo:UpdateNotificationConfiguration", "VideoStream"): Need(
            search.notifications_are_turned_on
        ),
    }


def to_be_tried(permissions: Iterable[Permission], table: list[str]) -> list[Permission]:
    """All but those that nobody asks for here, which the table says, and those that are tried together."""
    for one in permissions:
        if one.action in UNASKED:
            table.append(f"| {one.role} | `{one.action}` | {one.on} | not tried: {UNASKED[one.action]} |")
    return [one for one in permissions if one.action not in UNASKED.keys() | READS]


def everything_works(home: Home, needs: Iterable[Need]) -> list[str]:
    """What goes wrong with all permissions in place: nothing, and nothing is refused but what a step says."""
    problems = []
    for step in dict.fromkeys(need.step for need in needs):
        mark = home.mark()
        outcome = step()
        refused = home.refused(mark) - refused_by_itself(step)
        if outcome or refused:
            problems.append(f"{step.__name__}: {outcome or 'works'}; refused: {sorted(refused)}")
    return problems


def refused_by_itself(step: Step) -> set[tuple[str, str]]:
    """What a step takes away on its own account."""
    takes_publishing = getattr(step, "__func__", None) is Visit.owner_approves_in_vain
    return {("OwnerApiFunctionRole", "sns:Publish")} if takes_publishing else set()


def try_without(home: Home, permission: Permission, need: Need | None, table: list[str]) -> str:
    """Take one permission away; what is wrong if nothing fails then, or something else is refused."""
    if need is None:
        return f"nobody says what needs {permission}"
    with home.without(permission):
        if need.cold:
            home.make_cold(need.cold)
        mark = home.mark()
        outcome = need.step()
        refused = home.refused(mark) - refused_by_itself(need.step)
    if need.cold:
        home.make_cold(need.cold)
    table.append(f"| {permission.role} | `{permission.action}` | {permission.on} | {outcome} |")
    if refused != {(permission.role, permission.action)} or not outcome:
        return f"without {permission}: {outcome or 'all went well'}; refused: {sorted(refused)}"
    return ""


def try_without_polling(home: Home, visit: Visit, table: list[str]) -> str:
    """The same for reading the data stream: the first refusal keeps the next action from being tried."""
    role = "ProcessFaceMatchesFunctionRole"
    with home.without_reading_the_stream():
        mark = home.mark()
        outcome = visit.record_fails()
        refused = home.refused(mark)
    actions = ", ".join(f"`{action}`" for action in sorted(READS))
    table.append(f"| {role} | {actions} | FaceSearchResults | {outcome or 'all went well'} |")
    if not refused or not refused <= {(role, action) for action in READS} or not outcome:
        return f"without reading the stream: {outcome or 'all went well'}; refused: {sorted(refused)}"
    return ""
