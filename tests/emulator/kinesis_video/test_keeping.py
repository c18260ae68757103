"""What stays on disk: over a restart, after a crash, and no longer than the retention says."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

HOUR_MS = 3_600_000


def _numbers(service: Any, stream_name: str) -> list[str]:
    answer = service.client("kinesis-video-archived-media").list_fragments(StreamName=stream_name)
    return [fragment["FragmentNumber"] for fragment in answer["Fragments"]]


def _folder(data_dir: Path, stream_name: str) -> Path:
    (folder,) = (data_dir / "kinesis_video").glob(f"{stream_name}@*")
    return folder


def test_streams_and_fragments_survive_a_restart(
    start_service: Any, make_stream: Any, put: Any, wire: Any
) -> None:
    """Given a stream with fragments, when the service starts again, then all is there and numbers go on."""
    service = start_service()
    name = make_stream(service)
    control = service.client("kinesisvideo")
    control.tag_stream(StreamName=name, Tags={"room": "hall"})
    before = control.describe_stream(StreamName=name)["StreamInfo"]
    numbers = put(name, wire.cluster(wire.start_ms), wire.cluster(wire.start_ms + 1000), endpoint=service)
    media = service.client("kinesis-video-archived-media")
    data = media.get_media_for_fragment_list(StreamName=name, Fragments=numbers)["Payload"].read()
    service.stop()

    again = start_service()

    control = again.client("kinesisvideo")
    assert control.describe_stream(StreamName=name)["StreamInfo"] == before
    assert control.list_tags_for_stream(StreamName=name)["Tags"] == {"room": "hall"}
    assert _numbers(again, name) == numbers
    media = again.client("kinesis-video-archived-media")
    kept = media.get_media_for_fragment_list(StreamName=name, Fragments=numbers)["Payload"].read()
    assert kept == data
    (resent, new) = put(
        name, wire.cluster(wire.start_ms + 1000), wire.cluster(wire.start_ms + 2000), endpoint=again
    )
    assert resent == numbers[1]
    assert new > numbers[1]


def test_a_crash_while_writing_loses_nothing_that_was_persisted(
    start_service: Any, tmp_path: Path, make_stream: Any, put: Any, wire: Any
) -> None:
    """Given a torn index line, a stray and a lost file, when started again, then the whole ones are there."""
    service = start_service()
    name = make_stream(service)
    clusters = [wire.cluster(wire.start_ms + n * 1000) for n in range(3)]
    numbers = put(name, *clusters, endpoint=service)
    service.stop()
    folder = _folder(tmp_path, name)
    (folder / f"{numbers[1]}.mkv").unlink()
    (folder / "99.mkv").write_bytes(b"half a fragm")
    with (folder / "index.jsonl").open("a") as index:
        index.write('{"number": "9134385')

    again = start_service()

    assert _numbers(again, name) == [numbers[0], numbers[2]]
    assert not (folder / "99.mkv").exists()
    (resent,) = put(name, clusters[1], endpoint=again)
    assert resent > numbers[2]
    again.stop()
    assert len(_numbers(start_service(), name)) == 3


def test_fragments_expire_with_the_retention(
    start_service: Any, tmp_path: Path, make_stream: Any, put: Any, wire: Any
) -> None:
    """Given two hours of retention, when a fragment is older, then it is neither listed nor on disk."""
    service = start_service()
    name = make_stream(service, 2)
    old, young = put(name, wire.cluster(wire.start_ms), wire.cluster(wire.start_ms + 1000), endpoint=service)
    service.stop()
    folder = _folder(tmp_path, name)
    records = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    records[0]["server_ms"] -= 2 * HOUR_MS
    records[1]["server_ms"] -= 2 * HOUR_MS - 60_000
    (folder / "index.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))

    again = start_service()

    assert _numbers(again, name) == [young]
    assert sorted(os.listdir(folder)) == [f"{young}.mkv", "index.jsonl"]
    media = again.client("kinesis-video-archived-media")
    answer = media.get_media_for_fragment_list(StreamName=name, Fragments=[old])["Payload"].read()
    assert b"AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE" in answer


def test_a_deleted_streams_fragments_are_deleted(
    start_service: Any, tmp_path: Path, make_stream: Any, put: Any, wire: Any
) -> None:
    """Given a stream with fragments, when deleted and made again, then it is empty."""
    service = start_service()
    name = make_stream(service)
    put(name, wire.cluster(wire.start_ms), endpoint=service)
    folder = _folder(tmp_path, name)
    control = service.client("kinesisvideo")
    arn = control.describe_stream(StreamName=name)["StreamInfo"]["StreamARN"]
    control.delete_stream(StreamARN=arn)
    assert not folder.exists()
    time.sleep(0.002)  # the ARN ends with the milliseconds of its creation
    control.create_stream(StreamName=name, DataRetentionInHours=1)
    assert _numbers(service, name) == []


def test_names_of_dots_stay_in_their_folder(start_service: Any, tmp_path: Path, put: Any, wire: Any) -> None:
    """Given a stream called "..", which AWS allows, when used, then its files are where all others are."""
    service = start_service()
    service.client("kinesisvideo").create_stream(StreamName="..", DataRetentionInHours=1)
    (number,) = put("..", wire.cluster(wire.start_ms), endpoint=service)
    assert (_folder(tmp_path, "..") / f"{number}.mkv").exists()
