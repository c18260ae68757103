"""Sending only what moves: with seconds before and after, in order, over connections that end meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import io
import uuid
from itertools import pairwise
from pathlib import Path

import boto3
import pytest

from kvs_producer.__main__ import main
from kvs_producer.aws import Stream
from kvs_producer.figures import Figures
from kvs_producer.motion import NOTIFICATION_TAG, MotionGate, Sensitivity
from kvs_producer.pipeline import Encoding
from kvs_producer.producer import Producer, Recording
from kvs_producer.putmedia import Patience
from kvs_producer.selection import MotionOnly
from kvs_producer.sender import Sender
from kvs_producer.sources import Size, parse_source
from kvs_producer.spool import Outgoing, Spool
from tests.conftest import Emulator
from tests.producer.conftest import fragment, make_clip
from tests.producer.stand_in import serve

T0 = 1_795_221_531_000
SIZE = Size(320, 240)


def outgoing(second: int, *, moving: bool = False) -> Outgoing:
    """The fragment of a second."""
    return Outgoing(fragment(), T0 + second * 1000, {NOTIFICATION_TAG: ""} if moving else {})


def sent(selection: MotionOnly, seconds: int, moving: set[int]) -> list[int]:
    """Which seconds are sent, in the order in which they are."""
    chosen = [
        one for second in range(seconds) for one in selection.take(outgoing(second, moving=second in moving))
    ]
    return [(one.timecode_ms - T0) // 1000 for one in chosen]


def test_what_moves_is_sent_with_some_seconds_around_it() -> None:
    """Given motion in two seconds of thirty, then those before and after go with it, and nothing else."""
    selection = MotionOnly(before_seconds=2, after_seconds=5)

    assert sent(selection, 30, {10, 11}) == [8, 9, 10, 11, 12, 13, 14, 15, 16]
    assert selection.waiting
    assert selection.left_out + 2 == 30 - 9  # two are held back for the next motion


def test_who_stands_still_stays_in_the_picture() -> None:
    """Given one tagged fragment every three seconds, then what lies between is sent, too."""
    moving = set(range(3, 20, 3))

    assert sent(MotionOnly(after_seconds=4), 20, moving) == list(range(1, 20))


def test_motion_soon_after_motion_sends_nothing_twice() -> None:
    """Given the seconds before the second motion were sent after the first, then each goes once, in order."""
    chosen = sent(MotionOnly(before_seconds=4, after_seconds=4), 40, {10, 17, 30})

    assert chosen == [*range(6, 22), *range(26, 35)]


def test_nothing_is_sent_while_nothing_moves() -> None:
    """Given an empty hour, then no more is kept than goes with the next motion."""
    selection = MotionOnly()

    assert sent(selection, 3600, set()) == []
    assert selection.left_out == 3600 - 2


def test_the_status_says_that_it_waits() -> None:
    """So that nobody takes it for broken."""
    figures = Figures()
    figures.waiting_for_motion, figures.left_out = True, 340

    line = figures.line(0)

    assert line.startswith("waiting for motion | 0 fragments sent")
    assert line.endswith("340 not sent: nothing moved")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--send", "motion", "--no-motion-gate"], "without the motion gate"),
        (["--send", "motion", "--sink", "kvssink"], "kvssink sends everything"),
        (["--before", "3"], "--before is for --send motion"),
        (["--send", "motion", "--after", "2"], "2 is not between 4 and 600"),
    ],
)
def test_what_does_not_go_together_is_refused(
    options: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the reason, before anything is started."""
    with pytest.raises(SystemExit) as end:
        main(["--stream", "smart-door-front", "--source", "test-pattern", *options])

    assert end.value.code == 2
    assert says in capsys.readouterr().err


def test_connections_end_while_nothing_moves_and_begin_again() -> None:
    """Given a pause longer than a connection may idle, then both end in good order and nothing is lost."""

    async def run() -> list[list[int]]:
        async with serve() as service:
            spool, figures = Spool(), Figures()
            stream = Stream("smart-door-front", "us-east-1", service.url, boto3.session.Session())
            sender = Sender(stream, spool, figures, Patience(idle=0.2))
            await sender.prepare()
            sending = asyncio.create_task(sender.run())
            selection = MotionOnly(before_seconds=1, after_seconds=4)
            for second in range(30):
                for one in selection.take(outgoing(second, moving=second in {3, 20})):
                    spool.put(one)
                if second == 15:
                    await until_idle(spool)
            spool.close()
            await sending
            assert all(conversation.ended_in_good_order for conversation in service.conversations)
            return [conversation.timecodes for conversation in service.conversations]

    async def until_idle(spool: Spool) -> None:
        while len(spool):
            await spool.changed()
        await asyncio.sleep(0.5)  # longer than the connection idles

    assert asyncio.run(asyncio.wait_for(run(), 20)) == [
        [T0 + second * 1000 for second in range(2, 8)],
        [T0 + second * 1000 for second in range(19, 25)],
    ]


def test_only_what_moves_is_stored(emulator: Emulator, tmp_path: Path) -> None:
    """Given a clip that moves for a second, then Kinesis Video holds that, what was before, and after."""
    name = f"smart-door-{uuid.uuid4().hex[:12]}"
    picture = "video/x-raw,width=320,height=240,framerate=15/1"
    scenes = " ".join(
        f"videotestsrc num-buffers={seconds * 15} pattern={pattern} ! {picture} ! all."
        for seconds, pattern in ((7, "black"), (1, "snow"), (3, "black"))
    )
    clip = make_clip(tmp_path / "motion.mp4", f"concat name=all {scenes} all. ! x264enc bitrate=300 ! mp4mux")
    figures = Figures()

    async def run() -> None:
        spool = Spool()
        stream = Stream(name, "us-east-1", emulator.endpoint_url, boto3.session.Session())
        producer = Producer(
            Recording(parse_source(str(clip), SIZE), Encoding(15, SIZE, 300)),
            Sender(stream, spool, figures, Patience(idle=1)),
            spool,
            figures,
            MotionGate(Sensitivity(tail_seconds=0.5, still_seconds=60)),
            MotionOnly(before_seconds=1, after_seconds=1),
        )
        await producer.run()

    with contextlib.closing(emulator.client("kinesisvideo")) as client:
        client.create_stream(StreamName=name, DataRetentionInHours=1)
        endpoint = client.get_data_endpoint(StreamName=name, APIName="LIST_FRAGMENTS")["DataEndpoint"]
    asyncio.run(run())

    with contextlib.closing(boto3.client("kinesis-video-archived-media", endpoint_url=endpoint)) as media:
        listed = media.list_fragments(StreamName=name)["Fragments"]
    listed.sort(key=lambda one: one["ProducerTimestamp"])
    times = [one["ProducerTimestamp"].timestamp() for one in listed]
    (pause,) = [number for number, (one, other) in enumerate(pairwise(times), 1) if other - one > 2]
    sizes = [one["FragmentSizeInBytes"] for one in listed[pause:]]
    assert max(sizes) > 5 * sizes[0]  # the second before the motion is there, and the motion
    assert sizes.index(max(sizes)) < len(sizes) - 1  # and what was after it
    assert figures.left_out >= 2


def test_the_help_names_the_cost(capsys: pytest.CaptureFixture[str]) -> None:
    """And what it takes away."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), pytest.raises(SystemExit):
        main(["--help"])

    said = " ".join(out.getvalue().split())
    assert "only what moves" in said
    assert "live view" in said
