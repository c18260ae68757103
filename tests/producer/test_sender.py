"""The sender against a service that has bad days."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import boto3
import pytest

from kvs_producer.aws import Stream
from kvs_producer.errors import (
    AccessDeniedError,
    CredentialsError,
    EndpointUnreachableError,
    StreamNotFoundError,
)
from kvs_producer.figures import Figures
from kvs_producer.putmedia import Patience
from kvs_producer.sender import Sender
from kvs_producer.spool import Outgoing, Spool
from tests.producer.conftest import FRAME_BYTES, fragment
from tests.producer.stand_in import Misbehaviour, StandIn, serve

HURRIED = Patience(connection=60, idle=5, connect=2, first_retry=0.02, longest_retry=0.05)
IMPATIENT = replace(HURRIED, acknowledged_within=2)
T0 = 1_795_221_531_000


@dataclass
class Bench:
    """A sender with its spool, and the service it talks to."""

    service: StandIn
    spool: Spool
    figures: Figures
    sender: Sender

    def put(self, *seconds: int, codec_private: bytes = b"avcc") -> None:
        """Capture fragments at these seconds."""
        for second in seconds:
            self.spool.put(Outgoing(fragment(codec_private=codec_private), T0 + second * 1000))


def on_bench(
    test: Callable[[Bench], Awaitable[None]],
    misbehaviour: Misbehaviour | None = None,
    *,
    stream: str = "smart-door-front",
    patience: Patience = HURRIED,
) -> None:
    """Run `test` beside a service that misbehaves as told."""

    async def run() -> None:
        async with serve(misbehaviour) as service:
            spool, figures = Spool(), Figures()
            target = Stream(stream, "us-east-1", service.url, boto3.session.Session())
            await asyncio.wait_for(
                test(Bench(service, spool, figures, Sender(target, spool, figures, patience))), 120
            )

    asyncio.run(run())


async def send_all(bench: Bench) -> None:
    """Say that nothing more comes, and send what there is."""
    bench.spool.close()
    await bench.sender.prepare()
    await bench.sender.run()


def times(*seconds: int) -> list[int]:
    """Absolute time codes."""
    return [T0 + second * 1000 for second in seconds]


def test_fragments_arrive_in_order_on_one_signed_connection() -> None:
    """Given a good day, every fragment arrives once, with its absolute time code, on one connection."""

    async def test(bench: Bench) -> None:
        bench.put(0, 1, 2)
        await send_all(bench)
        (conversation,) = bench.service.conversations
        assert conversation.timecodes == times(0, 1, 2)
        assert conversation.ended_in_good_order
        assert all(kept.starts_with_key_frame for kept in conversation.fragments)
        headers = conversation.headers
        assert headers["x-amzn-stream-name"] == "smart-door-front"
        assert headers["x-amzn-fragment-timecode-type"] == "ABSOLUTE"
        assert headers["x-amzn-producer-start-timestamp"] == f"{T0 / 1000:.3f}"
        assert "/us-east-1/kinesisvideo/aws4_request" in headers["Authorization"]
        assert "host;x-amz-date;x-amzn-" in headers["Authorization"]
        assert bench.figures.fragments_persisted == 3
        assert bench.figures.acknowledged_after() is not None

    on_bench(test)


def test_a_fragment_is_sent_while_the_connection_is_open() -> None:
    """Given an open connection, a fragment that is captured now is persisted now, not at the end."""

    async def test(bench: Bench) -> None:
        sending = asyncio.create_task(bench.sender.run())
        for second in range(3):
            bench.put(second)
            while len(bench.spool):
                await bench.spool.changed(2)
            assert list(bench.service.stored) == times(*range(second + 1))
        bench.spool.close()
        await sending
        assert len(bench.service.conversations) == 1

    on_bench(test)


def test_a_connection_cut_in_the_middle_of_a_fragment_loses_nothing() -> None:
    """Given a cut within the third fragment, it and all after it are sent again with the same time codes."""

    async def test(bench: Bench) -> None:
        bench.put(0, 1, 2, 3, 4)
        await send_all(bench)
        assert list(bench.service.stored) == times(0, 1, 2, 3, 4)
        first, second = bench.service.conversations
        assert not first.ended_in_good_order
        assert second.ended_in_good_order
        assert second.timecodes[-1] == times(4)[0]

    on_bench(test, Misbehaviour(cut_after_bytes=[int(2.5 * 15 * FRAME_BYTES)]))


def test_only_what_was_not_persisted_is_sent_again() -> None:
    """Given an answer that ends after two fragments, the next connection begins with the third."""

    async def test(bench: Bench) -> None:
        bench.put(0, 1, 2, 3)
        await send_all(bench)
        assert [c.timecodes for c in bench.service.conversations] == [times(0, 1), times(2, 3)]

    on_bench(test, Misbehaviour(end_after_fragments=2))


def test_a_service_that_falls_silent_is_left_for_a_new_connection() -> None:
    """Given a connection without any acknowledgement, everything is sent again on another one."""

    async def test(bench: Bench) -> None:
        bench.put(0, 1)
        await send_all(bench)
        assert [c.timecodes for c in bench.service.conversations] == [times(0, 1), times(0, 1)]
        assert list(bench.service.stored) == times(0, 1)

    on_bench(test, Misbehaviour(silent_connections=1), patience=IMPATIENT)


@pytest.mark.parametrize("error_id", [4004, 4006, 4009, 4099])
def test_a_fragment_that_would_be_refused_again_is_given_up(
    error_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Given an error about the fragment itself, it is dropped aloud and the others go on."""

    async def test(bench: Bench) -> None:
        bench.put(0, 1, 2)
        await send_all(bench)
        assert list(bench.service.stored) == times(0, 2)
        assert bench.figures.fragments_dropped == 1

    on_bench(test, Misbehaviour(errors=[(2, error_id)]))
    assert f"fragment {T0 + 1000} is given up: error {error_id}" in caplog.text


@pytest.mark.parametrize("error_id", [4000, 4003, 4503, 5000, 5001, 5999])
def test_a_fragment_that_met_an_error_of_the_service_is_sent_again(error_id: int) -> None:
    """Given an error that is not the fragment's fault, it is persisted on a later connection."""

    async def test(bench: Bench) -> None:
        bench.put(0, 1, 2)
        await send_all(bench)
        assert sorted(bench.service.stored) == times(0, 1, 2)
        assert bench.figures.fragments_dropped == 0

    on_bench(test, Misbehaviour(errors=[(2, error_id)]))


def test_a_fragment_that_always_meets_errors_is_given_up_in_the_end() -> None:
    """Given a fragment that the service can never store, it does not hold up the others for ever."""

    async def test(bench: Bench) -> None:
        bench.put(0)
        await send_all(bench)
        assert not bench.service.stored
        assert bench.figures.fragments_dropped == 1

    on_bench(test, Misbehaviour(errors=[(n, 5001) for n in range(1, 6)]))


def test_a_deleted_stream_ends_the_sender() -> None:
    """Given error 4008, trying again makes no sense."""

    async def test(bench: Bench) -> None:
        bench.put(0)
        with pytest.raises(StreamNotFoundError):
            await send_all(bench)

    on_bench(test, Misbehaviour(errors=[(1, 4008)]))


def test_a_throttled_connection_is_tried_again() -> None:
    """Given refusals that pass, everything is persisted and the endpoint is asked for anew."""

    async def test(bench: Bench) -> None:
        bench.put(0)
        await send_all(bench)
        assert list(bench.service.stored) == times(0)
        assert bench.service.endpoint_calls == 3

    refusals = [(400, "ClientLimitExceededException"), (500, "InternalFailure")]
    on_bench(test, Misbehaviour(refuse=refusals))


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        ((404, "ResourceNotFoundException"), StreamNotFoundError),
        ((403, "AccessDeniedException"), AccessDeniedError),
        ((403, "UnrecognizedClientException:http://internal.amazon.com/"), CredentialsError),
    ],
)
def test_a_permanent_refusal_of_putmedia_ends_the_sender(
    refusal: tuple[int, str], error: type[Exception]
) -> None:
    """Given an answer that a person has to act on, the sender says so instead of trying for ever."""

    async def test(bench: Bench) -> None:
        bench.put(0)
        with pytest.raises(error):
            await send_all(bench)

    on_bench(test, Misbehaviour(refuse=[refusal]))


@pytest.mark.parametrize(
    ("stream", "error"), [("nowhere", StreamNotFoundError), ("forbidden", AccessDeniedError)]
)
def test_a_stream_that_cannot_be_used_shows_before_anything_is_captured(
    stream: str, error: type[Exception]
) -> None:
    """Given a wrong stream, `prepare` fails with what to do about it."""

    async def test(bench: Bench) -> None:
        with pytest.raises(error):
            await bench.sender.prepare()

    on_bench(test, stream=stream)


def test_an_endpoint_that_never_answered_is_given_up_after_a_few_tries() -> None:
    """Given an address where nothing listens, `prepare` names it."""
    target = Stream("smart-door-front", "us-east-1", "http://127.0.0.1:9")
    with pytest.raises(EndpointUnreachableError, match=r"http://127\.0\.0\.1:9"):
        asyncio.run(Sender(target, Spool(), Figures(), HURRIED).prepare())


def test_missing_credentials_say_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given no credentials anywhere, the error names the variables."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")

    async def test(bench: Bench) -> None:
        with pytest.raises(CredentialsError, match="AWS_ACCESS_KEY_ID"):
            await bench.sender.prepare()

    on_bench(test)


def test_an_old_connection_is_replaced_before_the_service_ends_it() -> None:
    """Given an old connection, the next fragment goes on a new one and nothing is sent twice."""

    async def test(bench: Bench) -> None:
        sending = asyncio.create_task(bench.sender.run())
        bench.put(0)
        while not bench.service.stored:
            await bench.spool.changed(1)
        await asyncio.sleep(0.3)
        bench.put(1)
        bench.spool.close()
        await sending
        assert [c.timecodes for c in bench.service.conversations] == [times(0), times(1)]
        assert all(c.ended_in_good_order for c in bench.service.conversations)

    on_bench(test, patience=Patience(connection=0.2, idle=60))


def test_an_idle_connection_is_ended_and_opened_again_when_it_is_needed() -> None:
    """Given a pause longer than a connection may be idle, nothing is open during it."""

    async def test(bench: Bench) -> None:
        sending = asyncio.create_task(bench.sender.run())
        bench.put(0)
        while not (bench.service.conversations and bench.service.conversations[0].ended_in_good_order):
            await asyncio.sleep(0.02)
        bench.put(1)
        bench.spool.close()
        await sending
        assert [c.timecodes for c in bench.service.conversations] == [times(0), times(1)]

    on_bench(test, patience=Patience(idle=0.1))


def test_another_encoder_gets_a_connection_of_its_own() -> None:
    """Given fragments of another track description, they do not run into 4010 (track mismatch)."""

    async def test(bench: Bench) -> None:
        bench.put(0)
        bench.put(1, codec_private=b"another")
        await send_all(bench)
        assert [c.timecodes for c in bench.service.conversations] == [times(0), times(1)]
        assert bench.service.conversations[1].fragments[0].tracks[0].codec_private == b"another"

    on_bench(test)


def test_time_that_goes_back_gets_a_connection_of_its_own() -> None:
    """Given a clock that was set back, the fragments do not run into 4004 (time code order)."""

    async def test(bench: Bench) -> None:
        bench.put(10, 5)
        await send_all(bench)
        assert [c.timecodes for c in bench.service.conversations] == [times(10), times(5)]

    on_bench(test)


def test_tags_travel_with_their_fragment() -> None:
    """Given a fragment with tags, they stand before its cluster and before no other."""

    async def test(bench: Bench) -> None:
        bench.put(0)
        bench.spool.put(Outgoing(fragment(), T0 + 1000, tags={"motion": "0.3"}))
        bench.put(2)
        await send_all(bench)
        (conversation,) = bench.service.conversations
        assert [dict(kept.tags) for kept in conversation.fragments] == [{}, {"motion": "0.3"}, {}]

    on_bench(test)
