"""The small programs behind `make run`: packaging, pages, narration."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import brotli
import pytest
from moto import mock_aws

from scripts.local_stack import Deployment, package
from scripts.narrate import Narrator, sentence
from scripts.run import main, producer_command
from scripts.run_options import parse
from scripts.sites import Published, publish_sites

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ROOT = Path(__file__).resolve().parents[3]


def test_packaging_names_every_local_folder_in_place() -> None:
    """All CodeUri, ContentUri and Location lines become addresses of folders and files that exist."""
    text = package(ROOT / "template.yaml")
    folders = [
        line.split("s3://hot-reload/")[1].strip() for line in text.splitlines() if "hot-reload" in line
    ]
    files = [line.split("Location: ")[1].strip(" }") for line in text.splitlines() if "Location: " in line]
    source = (ROOT / "template.yaml").read_text()
    assert len(folders) == source.count("CodeUri:") + source.count("ContentUri:")
    assert all(Path(folder).is_dir() for folder in folders)
    assert len(files) == 2
    assert all(Path(file).is_file() for file in files)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Client]:
    """A client of an S3 with one empty bucket, "site"."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="site")
        yield client


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with three small sites."""
    for name in ("owner", "door", "shared"):
        (tmp_path / name).mkdir()
    (tmp_path / "owner/index.html").write_text("<!doctype html>")
    (tmp_path / "shared/page.js").write_text("export {};")
    return tmp_path


def test_publishing_sets_types_and_stores_pages_under_their_folder(site: Path, s3: S3Client) -> None:
    """CloudFront asks S3 for the key `owner/`, and browsers refuse modules of a wrong type."""
    uploaded = publish_sites(s3, "site", site, {"owner": {"client_id": "abc"}}).uploaded

    assert len(uploaded) == 4
    page = s3.get_object(Bucket="site", Key="owner/")
    assert page["ContentType"] == "text/html; charset=utf-8"
    assert s3.get_object(Bucket="site", Key="shared/page.js")["ContentType"].startswith("text/javascript")
    configuration = s3.get_object(Bucket="site", Key="owner/config.json")
    assert json.load(configuration["Body"]) == {"client_id": "abc"}


def test_publishing_again_uploads_only_what_changed(site: Path, s3: S3Client) -> None:
    """The second time nothing is uploaded but the file that was edited."""
    publish_sites(s3, "site", site, {})
    assert not publish_sites(s3, "site", site, {})

    (site / "shared/page.js").write_text("export const changed = 1;")

    assert publish_sites(s3, "site", site, {}) == Published(uploaded=("shared/page.js",))


def test_a_deployment_stores_texts_compressed_and_pictures_as_they_are(site: Path, s3: S3Client) -> None:
    """CloudFront passes on what is compressed already, and a second time nothing differs."""
    (site / "shared/icon.png").write_bytes(b"\x89PNG")

    publish_sites(s3, "site", site, {"owner": {}}, is_compressed=True)

    page = s3.get_object(Bucket="site", Key="owner/")
    assert page["ContentEncoding"] == "br"
    assert brotli.decompress(page["Body"].read()) == b"<!doctype html>"
    picture = s3.get_object(Bucket="site", Key="shared/icon.png")
    assert "ContentEncoding" not in picture
    assert picture["Body"].read() == b"\x89PNG"
    assert not publish_sites(s3, "site", site, {"owner": {}}, is_compressed=True)


def test_a_file_that_the_sites_have_no_more_is_removed(site: Path, s3: S3Client) -> None:
    """Nobody is served what was taken away."""
    publish_sites(s3, "site", site, {})
    (site / "shared/page.js").unlink()

    assert publish_sites(s3, "site", site, {}) == Published(removed=("shared/page.js",))


def test_log_lines_become_sentences() -> None:
    """Events that people care about are told, others are not, broken lines are no event."""
    opened = json.dumps({"level": "INFO", "message": "visit opened", "door_id": "front"})
    assert sentence(opened) == "someone is at the door front: a visit begins"
    assert sentence(json.dumps({"level": "INFO", "message": "cold start"})) is None
    assert sentence("START RequestId: 1") is None
    assert sentence("[]") is None
    failed = sentence(json.dumps({"level": "ERROR", "message": "no", "service": "owner_api"}))
    assert failed == "owner_api failed: no (see logs)"


def test_a_phone_that_is_gone_does_not_end_the_narration(tmp_path: Path) -> None:
    """A server that hangs up without an answer, as an emulator that was killed does."""
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            for _ in range(2):
                server.accept()[0].close()

        accepting = threading.Thread(target=hang_up)
        accepting.start()
        narrator = Narrator(tmp_path, f"http://127.0.0.1:{server.getsockname()[1]}/", said.append)
        narrator.start()
        accepting.join(120)
        assert narrator.is_alive()
        narrator.stop()
    assert said == []


SOURCES = "A source is 'demo', a video file, /dev/video0, rtsp://... or test-pattern."


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("nonsense", "there is no such file"),
        ("/dev/video99", "there is no such device"),
        ("rtsp://", "this RTSP address names no host"),
        (".", "this is a folder, not a video file"),
    ],
)
def test_a_source_that_is_none_is_told_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], own_environment: None, source: str, reason: str
) -> None:
    """One line with the reason and what a source can be; status 1, and no state yet."""
    assert main(["--source", source, "--data", str(tmp_path / "state")]) == 1

    said = capsys.readouterr().err
    assert said.startswith(f"smart-door: {source}: {reason}")
    assert said.endswith(f"{SOURCES}\n")
    assert said.count("\n") == 1
    assert not (tmp_path / "state").exists()


def test_no_gstreamer_is_told_with_the_package_that_has_it(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    own_environment: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before anything starts, too."""
    monkeypatch.setenv("PATH", str(tmp_path))

    assert main(["--source", "test-pattern", "--data", str(tmp_path / "state")]) == 1
    assert "sudo apt install gstreamer1.0-tools" in capsys.readouterr().err


def test_other_accounts_and_proxies_do_not_count(
    own_environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who works with AWS has a profile, keys and endpoints of their own: none is ever asked."""
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://s3.example.com")
    monkeypatch.setenv("http_proxy", "http://proxy.example.com")

    assert main(["--source", "nonsense", "--port", "4321"]) == 1

    assert boto3.session.Session().client("s3").meta.endpoint_url == "http://127.0.0.1:4321"
    assert "http_proxy" not in os.environ


@pytest.fixture
def own_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What `main` changes is as before after the test: the environment and the signals."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    monkeypatch.setattr(os, "environ", os.environ.copy())
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_a_camera_is_not_looped(tmp_path: Path) -> None:
    """A file begins again at its end unless --once; what never ends does not."""
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"video")
    deployment = Deployment("smart-door", {"VideoStreamName": "smart-door-front"})

    def loops(source: str, *options: str) -> bool:
        return "--loop" in producer_command(parse([*options]), deployment, source)

    assert loops(str(clip))
    assert not loops(str(clip), "--once")
    assert not loops("test-pattern")
    assert not loops("rtsp://camera/door")


def test_ports_come_from_the_environment_unless_they_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """PORT and WEB_PORT, as for the emulator."""
    monkeypatch.setenv("PORT", "4001")
    monkeypatch.setenv("WEB_PORT", "4002")

    assert parse([]).endpoint_url == "http://127.0.0.1:4001"
    assert parse(["--web-port", "4003"]).web_url == "http://127.0.0.1:4003"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--port", "70000"], "'70000' is not a port (1 to 65535)"),
        (["--web-port", "http"], "'http' is not a port (1 to 65535)"),
        (["--port", "4004", "--web-port", "4004"], "give them different ports"),
    ],
)
def test_ports_that_are_none_are_wrong_use(
    capsys: pytest.CaptureFixture[str], options: list[str], reason: str
) -> None:
    """Status 2 and the reason."""
    with pytest.raises(SystemExit) as exit_info:
        parse(options)
    assert exit_info.value.code == 2
    assert reason in capsys.readouterr().err


def test_an_unknown_mode_is_refused_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """The modes that exist are named."""
    with pytest.raises(SystemExit) as exit_info:
        main(["--mode", "guess"])
    assert exit_info.value.code == 2
    assert "stream-processor" in capsys.readouterr().err
