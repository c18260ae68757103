"""The gateway's small parts by themselves: names of operations, expiry, the clock, files."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator import state_file
from emulator.clock import Clock
from emulator.event_sources.batches import RetryRules, first_failure
from emulator.event_sources.permissions import allows
from emulator.html_text import plain_text
from emulator.moto_services import MOTO_SERVICES, operations
from emulator.operations import is_read_only, operation_of, service_model


@pytest.mark.parametrize(
    ("method", "target", "headers", "name"),
    [
        ("GET", "/", {}, "ListBuckets"),
        ("PUT", "/bucket", {}, "CreateBucket"),
        ("HEAD", "/bucket", {}, "HeadBucket"),
        ("GET", "/bucket", {}, "ListObjects"),
        ("GET", "/bucket?list-type=2&prefix=a", {}, "ListObjectsV2"),
        ("GET", "/bucket?versioning", {}, "GetBucketVersioning"),
        ("PUT", "/bucket?lifecycle", {}, "PutBucketLifecycleConfiguration"),
        ("POST", "/bucket?delete", {}, "DeleteObjects"),
        ("GET", "/bucket/a/b.jpg", {}, "GetObject"),
        ("HEAD", "/bucket/a/b.jpg", {}, "HeadObject"),
        ("PUT", "/bucket/a/b.jpg", {}, "PutObject"),
        ("PUT", "/bucket/a/b.jpg?x-id=PutObject", {}, "PutObject"),
        ("PUT", "/bucket/b.jpg", {"x-amz-copy-source": "/bucket/a.jpg"}, "CopyObject"),
        ("PUT", "/bucket/b.jpg?partNumber=1&uploadId=u", {}, "UploadPart"),
        ("PUT", "/bucket/b?partNumber=1&uploadId=u", {"x-amz-copy-source": "/bucket/a"}, "UploadPartCopy"),
        ("POST", "/bucket/b.jpg?uploads", {}, "CreateMultipartUpload"),
        ("POST", "/bucket/b.jpg?uploadId=u", {}, "CompleteMultipartUpload"),
        ("DELETE", "/bucket/b.jpg?uploadId=u", {}, "AbortMultipartUpload"),
        ("PUT", "/bucket/b.jpg?tagging", {}, "PutObjectTagging"),
        ("PUT", "/bucket?metrics&id=all", {}, "PutBucketMetricsConfiguration"),
    ],
)
def test_s3_operations_are_recognised(method: str, target: str, headers: dict[str, str], name: str) -> None:
    """By method, depth of the path, query and headers, as botocore's model has them."""
    assert operation_of("s3", method, target, headers, b"") == name


def test_other_protocols_name_their_operation() -> None:
    """JSON in a header, query in the form or the address, Smithy RPC in the path."""
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    assert (
        operation_of("dynamodb", "POST", "/", {"x-amz-target": "DynamoDB_20120810.PutItem"}, b"") == "PutItem"
    )
    assert operation_of("sns", "POST", "/", form, b"Action=Publish&Message=x") == "Publish"
    assert operation_of("sts", "GET", "/?Action=GetCallerIdentity", {}, b"") == "GetCallerIdentity"
    path = "/service/GraniteServiceVersion20100801/operation/PutMetricData"
    assert operation_of("cloudwatch", "POST", path, {}, b"") == "PutMetricData"
    assert operation_of("sns", "POST", "/", {}, b"") == ""


def test_what_reads_is_told_from_what_writes() -> None:
    """A write that passed for a read would be lost over a restart, so look at every name moto has."""
    writing = re.compile(
        "Add|AdminCreate|AdminDelete|AdminInitiate|AdminSet|Attach|Change|Confirm|Create|Delete|Initiate|Publish"
        "|Put|Receive|Register|Remove|Restore|Rotate|Send|Set|Sign|Start|Stop|Subscribe|Tag|TransactWrite|Update"
        "|Upload"
    )
    for service in set(MOTO_SERVICES.values()):
        for name in operations(service):
            if writing.match(name):
                assert not is_read_only(name), name
            if re.match("(Admin)?(Get|List)|Describe", name):
                assert is_read_only(name), name


def test_the_offered_operations_are_aws_names() -> None:
    """The table cannot name what AWS has not."""
    for service in set(MOTO_SERVICES.values()):
        extra = operations(service) - set(service_model(service).operation_names)
        assert extra <= {"GetJsonWebKeySet", "GetOpenIdConfiguration"}


@given(st.lists(st.integers(0, 2**62), max_size=20))
def test_instants_only_grow(replayed: list[int]) -> None:
    """Whatever was replayed, the next instant is later than all before it."""
    clock = Clock()
    for instant in replayed:
        with clock.fixed(instant):
            assert clock.now_ns() == instant
    instants = [clock.next_ns() for _ in range(5)]
    assert instants == sorted(set(instants))
    assert instants[0] > max(replayed, default=0)


def test_motos_modules_ask_the_clock() -> None:
    """Both ways of asking for the time give the call's instant; other modules are left alone."""
    import time

    import moto.core.utils

    from emulator import clock

    clock.install()
    instant = datetime.datetime(2026, 11, 21, 9, 30, tzinfo=datetime.UTC)
    with clock.CLOCK.fixed(int(instant.timestamp() * 1e9)):
        assert moto.core.utils.utcnow() == instant.replace(tzinfo=None)
        assert moto.core.utils.unix_time() == instant.timestamp()
        assert abs(time.time() - instant.timestamp()) > 1
    assert isinstance(moto.core.utils.utcnow(), datetime.datetime)


NUMBERS = ["11", "12", "13"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"", None),
        (b"null", None),
        (b"{}", None),
        (b'{"batchItemFailures": []}', None),
        (b'{"batchItemFailures": [{"itemIdentifier": "12"}]}', 1),
        (b'{"batchItemFailures": [{"itemIdentifier": "13"}, {"itemIdentifier": "12"}]}', 1),
        (b'{"batchItemFailures": [{"itemIdentifier": "99"}]}', 0),
        (b'{"batchItemFailures": [{"itemIdentifier": ""}]}', 0),
        (b'{"batchItemFailures": [{}]}', 0),
        (b'{"batchItemFailures": ["12"]}', 0),
        (b'{"batchItemFailures": 1}', 0),
        (b"no json", 0),
    ],
)
def test_the_first_failed_record_decides(answer: bytes, expected: int | None) -> None:
    """The lowest sequence number is where the retry begins; nonsense fails all."""
    assert first_failure(answer, NUMBERS) == expected


@given(retries=st.integers(0, 50), limit=st.integers(-1, 20))
def test_a_batch_is_given_up_after_its_retries(retries: int, limit: int) -> None:
    """-1 is for ever."""
    assert RetryRules(maximum_retries=limit).exhausted(retries) is (limit >= 0 and retries >= limit)


def test_a_resource_policy_names_who_and_for_what() -> None:
    """Principal, action, source ARN with wildcards, and account."""
    source = "arn:aws:events:us-east-1:123456789012:rule/bus/rule"
    statement = {
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Principal": {"Service": "events.amazonaws.com"},
    }
    assert allows(statement, "events.amazonaws.com", source)
    assert not allows(statement, "sns.amazonaws.com", source)
    like = {**statement, "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:events:*:*:rule/bus/*"}}}
    assert allows(like, "events.amazonaws.com", source)
    assert not allows(like, "events.amazonaws.com", source.replace("bus", "other"))
    account = {**statement, "Condition": {"StringEquals": {"AWS:SourceAccount": "999999999999"}}}
    assert not allows(account, "events.amazonaws.com", source)
    assert not allows({**statement, "Action": "lambda:GetFunction"}, "events.amazonaws.com", source)


def test_a_state_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """Nothing yet: the default; then what was saved last; nothing else is left in the folder."""
    path = tmp_path / "service" / "state.json"
    assert state_file.load(path, {"none": True}) == {"none": True}
    state_file.save(path, {"a": 1})
    state_file.save(path, {"a": 2})
    assert state_file.load(path, {}) == {"a": 2}
    assert [found.name for found in path.parent.iterdir()] == ["state.json"]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Your password is\n  {####}.", "Your password is {####}."),
        ("<p>One</p>\n<p>two<br>three</p>", "One\n\ntwo\nthree"),
        ("a &lt;b&gt; &amp; <b>c</b>", "a <b> & c"),
        ('<a href="http://a.test/">http://a.test/</a>', "http://a.test/"),
        ('<a href="http://a.test/">here</a>.', "here (http://a.test/)."),
        ("<title>t</title><script>alert(1)</script><style>p {}</style>seen", "seen"),
    ],
)
def test_of_an_e_mail_stays_what_somebody_reads(html: str, text: str) -> None:
    """Nothing of its markup, and never another address than it leads to."""
    assert plain_text(html) == text
