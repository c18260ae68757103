"""The deployed door: does video come, is it searched, and can people reach the pages?"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from botocore.exceptions import ClientError

from scripts.doctoring.findings import Finding, Level
from scripts.doctoring.looking import Subject, code_of
from scripts.doctoring.words import ago

_RECENT = datetime.timedelta(minutes=2)
_FRAGMENTS_A_PAGE = 1000
_OWNERS = "owner"
"""The group of those who manage the home; the template makes it, and the owner API goes by it."""
_QUEUES = {
    "FailedRecordsQueueUrl": "face matches could not be processed",
    "FailedFragmentsQueueUrl": "fragments could not be searched",
}


def look_at_video(subject: Subject) -> Iterator[Finding]:
    """Whether a camera has sent anything in the last two minutes."""
    name = subject.output("VideoStreamName")
    video = subject.clients("kinesisvideo")
    try:
        endpoint = video.get_data_endpoint(StreamName=name, APIName="LIST_FRAGMENTS")["DataEndpoint"]
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        yield Finding(
            "video",
            Level.PROBLEM,
            f"The video stream {name} is gone.",
            "Deploy again with another door's name.",
        )
        return
    now = datetime.datetime.now(datetime.UTC)
    newest = _newest_fragment(subject, name, endpoint, now)
    if newest is not None:
        yield Finding(
            "video", Level.OK, f"Video comes in: the last fragment {ago((now - newest).total_seconds())}."
        )
        return
    if subject.stack is not None and subject.stack.parameters.get("CameraSends") == "motion":
        yield Finding(
            "video",
            Level.OK,
            "No video came in for two minutes, which is nothing to worry about where nothing moves.",
            "To be sure that the camera is there, walk past it and look again.",
        )
        return
    yield Finding(
        "video",
        Level.WARNING,
        "No video came in for two minutes: nobody at the door is seen.",
        "Start the producer at the camera:",
        f".venv/bin/python -m kvs_producer --stream {name} --source /dev/video0 --region {subject.region}",
    )


def look_at_notifications(subject: Subject) -> Iterator[Finding]:
    """The mode fragments: whether Kinesis Video tells of fragments in which something moves."""
    if subject.output("FaceSearchMode") == "fragments":
        yield _notifications(subject, subject.output("VideoStreamName"))


def look_at_stream_processor(subject: Subject) -> Iterator[Finding]:
    """The other mode: whether the stream processor runs."""
    if subject.output("FaceSearchMode") == "stream-processor":
        yield _stream_processor(subject, subject.output("StreamProcessorName"))


def look_at_queues(subject: Subject) -> Iterator[Finding]:
    """What failed for good waits in queues."""
    for output, what in _QUEUES.items():
        url = subject.output(output)
        if not url:
            continue
        attributes = subject.clients("sqs").get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]
        waiting = int(attributes["ApproximateNumberOfMessages"])
        if waiting:
            yield Finding(
                "failures",
                Level.WARNING,
                f"{what.capitalize()}: about {waiting} in the last days.",
                f"See why in the functions' logs in CloudWatch. They wait in {url}",
            )


def look_at_pages(subject: Subject) -> Iterator[Finding]:
    """Whether the pages are uploaded. They are reached through CloudFront, which is looked at by itself."""
    s3, bucket = subject.clients("s3"), subject.output("SiteBucketName")
    keys = {one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])}
    missing = [page for page in ("owner", "door") if not {f"{page}/", f"{page}/config.json"} <= keys]
    if missing:
        yield Finding(
            "pages",
            Level.PROBLEM,
            f"The {' and the '.join(missing)} page {'are' if missing[1:] else 'is'} not uploaded.",
            "Upload them:",
            f"scripts/deploy --stack {subject.stack_name} --region {subject.region}",
        )
    else:
        yield Finding("pages", Level.OK, f"The pages are uploaded: {subject.output('OwnerUrl')}")


def look_at_distribution(subject: Subject) -> Iterator[Finding]:
    """Whether CloudFront serves them, which takes some minutes after a deployment."""
    found = subject.clients("cloudfront").get_distribution(Id=subject.output("DistributionId"))[
        "Distribution"
    ]
    if not found["DistributionConfig"]["Enabled"]:
        yield Finding(
            "address", Level.PROBLEM, "CloudFront is turned off for the pages.", "Turn it on in its console."
        )
    elif found["Status"] != "Deployed":
        yield Finding(
            "address",
            Level.WARNING,
            "CloudFront still takes the pages to its places.",
            "That takes a few minutes. Look again.",
        )


def look_at_owners(subject: Subject) -> Iterator[Finding]:
    """Whether anybody owns the home: who is not in that group can log in, and decide or look at most."""
    pool, cognito = subject.output("UserPoolId"), subject.clients("cognito-idp")
    everyone = cognito.get_paginator("list_users").paginate(UserPoolId=pool)
    owners = cognito.get_paginator("list_users_in_group").paginate(UserPoolId=pool, GroupName=_OWNERS)
    users = [user for page in everyone for user in page["Users"] if user["Enabled"]]
    owning = [user for page in owners for user in page["Users"] if user["Enabled"]]
    where = f"--user-pool-id {pool} --region {subject.region}"
    others = f"; {len(users) - len(owning)} more can log in" if len(users) > len(owning) else ""
    if any(user["UserStatus"] == "CONFIRMED" for user in owning):
        yield Finding("owners", Level.OK, f"{len(owning)} can decide and manage on the owner page{others}.")
    elif owning:
        yield Finding(
            "owners",
            Level.WARNING,
            "No owner has logged in to the owner page yet: the invitation is in the e-mail.",
            "It is good for seven days. To send it again:",
            "aws cognito-idp admin-create-user --message-action RESEND"
            f" --username {owning[0]['Username']} {where}",
        )
    elif users:
        ready = next((user for user in users if user["UserStatus"] == "CONFIRMED"), users[0])
        yield Finding(
            "owners",
            Level.PROBLEM,
            "Nobody owns the home: who logs in can decide or look at most, and nobody can block or delete.",
            "Make somebody the owner; they log in anew after it:",
            f"aws cognito-idp admin-add-user-to-group --group-name {_OWNERS}"
            f" --username {ready['Username']} {where}",
        )
    else:
        yield Finding(
            "owners",
            Level.PROBLEM,
            "Nobody can log in to the owner page.",
            "Invite yourself as the owner, with your own e-mail address:",
            "aws cognito-idp admin-create-user --username you@example.com"
            " --user-attributes Name=email,Value=you@example.com Name=email_verified,Value=true"
            f" --desired-delivery-mediums EMAIL {where}"
            f" && aws cognito-idp admin-add-user-to-group --group-name {_OWNERS}"
            f" --username you@example.com {where}",
        )


def _newest_fragment(
    subject: Subject, stream_name: str, endpoint: str, now: datetime.datetime
) -> datetime.datetime | None:
    """When the newest of the last two minutes' fragments came in."""
    media = subject.clients("kinesis-video-archived-media", endpoint_url=endpoint)
    found = media.list_fragments(
        StreamName=stream_name,
        MaxResults=_FRAGMENTS_A_PAGE,
        FragmentSelector={
            "FragmentSelectorType": "SERVER_TIMESTAMP",
            "TimestampRange": {"StartTimestamp": now - _RECENT, "EndTimestamp": now},
        },
    )["Fragments"]
    return max((one["ServerTimestamp"] for one in found), default=None)


def _stream_processor(subject: Subject, name: str) -> Finding:
    try:
        found = subject.clients("rekognition").describe_stream_processor(Name=name)
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return Finding(
            "stream processor",
            Level.PROBLEM,
            f"The stream processor {name} is gone: nobody is recognised.",
            "Remove the stack and deploy again, or deploy in the mode fragments.",
        )
    if found["Status"] in ("RUNNING", "STARTING"):
        return Finding("stream processor", Level.OK, f"The stream processor {name} is {found['Status']}.")
    why = f" Rekognition says: {found['StatusMessage']}" if found.get("StatusMessage") else ""
    return Finding(
        "stream processor",
        Level.PROBLEM,
        f"The stream processor {name} is {found['Status']}: nobody is recognised.{why}",
        "It is started again within five minutes. If it does not stay RUNNING, see the logs of"
        " ManageStreamProcessorFunction in CloudWatch.",
    )


def _notifications(subject: Subject, stream_name: str) -> Finding:
    configuration = (
        subject.clients("kinesisvideo")
        .describe_notification_configuration(StreamName=stream_name)
        .get("NotificationConfiguration", {})
    )
    if configuration.get("Status") == "ENABLED":
        return Finding(
            "notifications", Level.OK, "Fragments in which something moves are searched for faces."
        )
    return Finding(
        "notifications",
        Level.PROBLEM,
        "The video stream tells nobody of fragments in which something moves: no face is searched.",
        "Its notification configuration was turned off. Deploy in the other mode and back to make it again.",
    )
