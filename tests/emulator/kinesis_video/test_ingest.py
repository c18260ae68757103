"""Taking fragments in when the disk refuses or the producer leaves at the worst moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator.kinesis_video.acknowledgements import Acknowledgement
from emulator.kinesis_video.archive import Archive
from emulator.kinesis_video.fragment_folder import FragmentFolder, FragmentNumbers, FragmentRecord
from emulator.kinesis_video.ingest import Ingest, Limits, Target
from matroska import END_OF_FRAGMENT, encode_tags

END_TAG = encode_tags({END_OF_FRAGMENT: ""})
MakeIngest = Callable[[], Ingest]


@pytest.fixture
def published() -> list[FragmentRecord]:
    """The fragments that were handed on for notification."""
    return []


@pytest.fixture
def make_ingest(tmp_path: Path, published: list[FragmentRecord]) -> MakeIngest:
    """Make one connection after the other to the same stream."""
    numbers = FragmentNumbers()
    archive = Archive(FragmentFolder(tmp_path / "stream"), numbers)
    target = Target("door", archive, numbers, retains=lambda: True, on_persisted=published.append)
    return lambda: Ingest(target, 0, Limits())


def test_a_fragment_is_published_though_its_producer_has_left(
    make_ingest: MakeIngest, published: list[FragmentRecord], wire: Any
) -> None:
    """Given a producer that leaves before PERSISTED, when it sends again, then it was published once."""

    async def leave(acknowledgement: Acknowledgement) -> None:
        if acknowledgement.event_type == "PERSISTED":
            raise ConnectionResetError

    async def scenario() -> None:
        broken = make_ingest()
        broken.acknowledge = leave
        with pytest.raises(ConnectionResetError):
            await broken.take(wire.header + wire.cluster(wire.start_ms) + END_TAG)
        await make_ingest().take(wire.header + wire.cluster(wire.start_ms) + END_TAG)

    asyncio.run(scenario())
    assert [record.producer_ms for record in published] == [wire.start_ms]


def test_a_full_disk_is_an_error_of_the_fragment(
    make_ingest: MakeIngest, tmp_path: Path, published: list[FragmentRecord], wire: Any
) -> None:
    """Given a disk that refuses, when a fragment comes, then it gets 5001 and may be sent again."""
    said: list[tuple[str, int | None]] = []

    async def listen(acknowledgement: Acknowledgement) -> None:
        said.append((acknowledgement.event_type, acknowledgement.error_id))

    async def scenario() -> None:
        ingest = make_ingest()
        ingest.acknowledge = listen
        (tmp_path / "stream").rename(tmp_path / "away")
        await ingest.take(wire.header + wire.cluster(wire.start_ms) + END_TAG)
        (tmp_path / "away").rename(tmp_path / "stream")
        await ingest.take(wire.cluster(wire.start_ms) + END_TAG)

    asyncio.run(scenario())
    events = ["BUFFERING", "RECEIVED", "ERROR", "BUFFERING", "RECEIVED", "PERSISTED"]
    assert said == [(event, 5001 if event == "ERROR" else None) for event in events]
    assert len(published) == 1
