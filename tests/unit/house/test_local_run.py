"""The small programs behind `make run`: packaging, pages, narration."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from scripts.local_stack import package
from scripts.narrate import sentence
from scripts.run import main
from scripts.sites import publish_sites

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
    uploaded = publish_sites(s3, "site", site, {"owner": {"client_id": "abc"}})

    assert uploaded == 4
    page = s3.get_object(Bucket="site", Key="owner/")
    assert page["ContentType"] == "text/html; charset=utf-8"
    assert s3.get_object(Bucket="site", Key="shared/page.js")["ContentType"].startswith("text/javascript")
    configuration = s3.get_object(Bucket="site", Key="owner/config.json")
    assert json.load(configuration["Body"]) == {"client_id": "abc"}


def test_publishing_again_uploads_only_what_changed(site: Path, s3: S3Client) -> None:
    """The second time nothing is uploaded but the file that was edited."""
    publish_sites(s3, "site", site, {})
    assert publish_sites(s3, "site", site, {}) == 0

    (site / "shared/page.js").write_text("export const changed = 1;")

    assert publish_sites(s3, "site", site, {}) == 1


def test_log_lines_become_sentences() -> None:
    """Events that people care about are told, others are not, broken lines are no event."""
    opened = json.dumps({"level": "INFO", "message": "visit opened", "door_id": "front"})
    assert sentence(opened) == "someone is at the door front: a visit begins"
    assert sentence(json.dumps({"level": "INFO", "message": "cold start"})) is None
    assert sentence("START RequestId: 1") is None
    assert sentence("[]") is None
    failed = sentence(json.dumps({"level": "ERROR", "message": "no", "service": "owner_api"}))
    assert failed == "owner_api failed: no (see logs)"


def test_an_unknown_mode_is_refused_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """The modes that exist are named."""
    with pytest.raises(SystemExit) as exit_info:
        main(["--mode", "guess"])
    assert exit_info.value.code == 2
    assert "stream-processor" in capsys.readouterr().err
