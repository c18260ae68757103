"""Players that are not ours play what the emulator gives them: Chromium and GStreamer."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from matroska import SegmentWriter
from tests.contract.video import COUNT, FPS, HEIGHT, WIDTH, fragments
from tests.e2e.browser import chromium

PLAY = (Path(__file__).parent / "play.js").read_text()
FILM = {"width": WIDTH, "height": HEIGHT, "frames": COUNT * FPS}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of no origin: what it loads must be open to every page."""
    page = browser.new_page()
    yield page
    page.close()


def address_of(archived: Any, stream: str, mode: str, selector: Any) -> str:
    """A session's address."""
    answer = archived.get_hls_streaming_session_url(
        StreamName=stream, PlaybackMode=mode, HLSFragmentSelector=selector
    )
    return str(answer["HLSStreamingSessionURL"])


def played(page: Page, address: str, segments: int) -> dict[str, float]:
    """Play it with Media Source Extensions and say what was shown."""
    shown: dict[str, float] = page.evaluate(PLAY, [address, segments])
    return shown


def test_chromium_plays_a_recording(page: Page, archived: Any, film: Any) -> None:
    """Given the film on demand, when Chromium plays it, then all its frames, in one piece, at their time."""
    shown = played(page, address_of(archived, film.stream, "ON_DEMAND", film.selector()), COUNT)
    assert {name: shown[name] for name in FILM} == FILM
    assert shown["ranges"] == 1
    assert shown["begin"] == pytest.approx(film.begin, abs=0.01)
    assert shown["seconds"] == pytest.approx(COUNT, abs=0.01)


def test_chromium_plays_what_is_filmed_meanwhile(
    page: Page, archived: Any, video: Any, stream: str, connect: Any
) -> None:
    """Given a live session, when the camera sends more, then Chromium plays that too."""
    begin = float(int(time.time()))
    producer, writer = connect(stream, endpoint=video), SegmentWriter()

    def film(number: int) -> None:
        at = round((begin + number) * 1000)
        producer.send(writer.fragment(fragments()[number], timecode_ms=at))
        producer.acknowledgements("PERSISTED", at)

    film(0)
    address = address_of(archived, stream, "LIVE", {"FragmentSelectorType": "PRODUCER_TIMESTAMP"})
    page.expose_function("filmed", film)
    page.evaluate("setTimeout(async () => { await filmed(1); await filmed(2); }, 200)")
    shown = played(page, address, COUNT)
    assert {name: shown[name] for name in FILM} == FILM
    assert shown["begin"] == pytest.approx(begin, abs=0.01)


def test_chromium_plays_an_address_without_any_script(page: Page, archived: Any, film: Any) -> None:
    """Given a video element whose source is the address, when it plays to its end, then all frames came."""
    address = address_of(archived, film.stream, "ON_DEMAND", film.selector())
    page.set_content("<video muted></video>")
    shown = page.locator("video").evaluate(
        """async (video, address) => {
            const over = new Promise((ended, failed) => {
                video.addEventListener("ended", ended, { once: true });
                video.addEventListener("error", () => failed(new Error(video.error.message)), { once: true });
            });
            video.src = address;
            await video.play();
            await over;
            const frames = video.getVideoPlaybackQuality().totalVideoFrames;
            return { width: video.videoWidth, height: video.videoHeight, frames };
        }""",
        address,
    )
    assert shown == FILM


def test_chromium_plays_a_clip(page: Page, archived: Any, film: Any, tmp_path: Path) -> None:
    """Given a clip of the film, when Chromium opens the file, then it has its length and plays to its end."""
    file = tmp_path / "clip.mp4"
    found = archived.get_clip(StreamName=film.stream, ClipFragmentSelector=film.selector())
    file.write_bytes(found["Payload"].read())
    page.goto(file.as_uri())
    shown = page.locator("video").evaluate(
        """async (video) => {
            video.muted = true;
            video.currentTime = 0;
            const ended = new Promise((over) => video.addEventListener("ended", over, { once: true }));
            await video.play();
            await ended;
            return [video.videoWidth, video.videoHeight, video.duration];
        }"""
    )
    assert shown == [WIDTH, HEIGHT, pytest.approx(COUNT, abs=0.01)]


def test_gstreamer_plays_a_recording(archived: Any, film: Any) -> None:
    """Given the film on demand, when GStreamer's HLS demuxer plays it, then all its frames come."""
    address = address_of(archived, film.stream, "ON_DEMAND", film.selector())
    pipeline = (
        "hlsdemux ! qtdemux ! h264parse ! avdec_h264 ! videoconvert ! video/x-raw,format=GRAY8 ! fdsink"
    )
    done = subprocess.run(
        ["gst-launch-1.0", "-q", "souphttpsrc", f"location={address}", "!", *pipeline.split()],
        capture_output=True,
        check=True,
        timeout=120,
    )
    assert len(done.stdout) == COUNT * FPS * WIDTH * HEIGHT
