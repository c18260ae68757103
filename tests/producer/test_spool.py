"""What is captured and not yet persisted."""

from __future__ import annotations

import asyncio

from kvs_producer.spool import Outgoing, Spool
from tests.producer.conftest import fragment


def outgoing(timecode_ms: int) -> Outgoing:
    """A fragment at a time."""
    return Outgoing(fragment(), timecode_ms)


def test_fragments_come_out_in_the_order_in_which_they_were_put() -> None:
    """Given three fragments, `after` walks over them and ends."""
    spool = Spool()
    for timecode in (30, 10, 20):  # the clock was set back once: time codes are no order
        spool.put(outgoing(timecode))
    seen, sequence = [], 0
    while (found := spool.after(sequence)) is not None:
        seen.append(found.timecode_ms)
        sequence = found.sequence
    assert seen == [30, 10, 20]


def test_a_persisted_fragment_is_forgotten_once() -> None:
    """Given an acknowledgement that comes twice, the second one changes nothing."""
    spool = Spool()
    spool.put(outgoing(1))
    kept = spool.find(1)
    assert kept is not None
    spool.remove(kept)
    spool.remove(kept)
    assert (len(spool), spool.bytes, spool.find(1)) == (0, 0, None)


def test_a_full_spool_gives_up_the_oldest() -> None:
    """Given room for two fragments, the third one pushes out the first, and says so."""
    spool = Spool(limit_bytes=2 * outgoing(0).size)
    assert spool.put(outgoing(1)) == []
    assert spool.put(outgoing(2)) == []
    assert [dropped.timecode_ms for dropped in spool.put(outgoing(3))] == [1]
    assert len(spool) == 2


def test_a_single_fragment_larger_than_the_spool_is_kept() -> None:
    """Given a limit below one fragment, the newest one is sent all the same."""
    spool = Spool(limit_bytes=1)
    assert spool.put(outgoing(1)) == []
    assert [dropped.timecode_ms for dropped in spool.put(outgoing(2))] == [1]


def test_waiting_ends_when_something_comes_or_when_time_is_up() -> None:
    """Given nobody who puts anything, `changed` says False; when somebody does, True."""

    async def wait() -> tuple[bool, bool]:
        spool = Spool()
        nothing = await spool.changed(0.01)
        asyncio.get_running_loop().call_later(0.01, spool.put, outgoing(1))
        return nothing, await spool.changed(5)

    assert asyncio.run(wait()) == (False, True)
