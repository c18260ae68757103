"""The whole of Smart Door as `make run` starts it, with a phone that tests can read."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import boto3
from playwright.sync_api import Page

from scripts.run import OWNER_EMAIL, OWNER_PASSWORD, OWNER_PHONE, REGION, STACK_NAME
from tests.e2e.page_policy import ROOT
from tests.ports import free_port

START_SECONDS = 240.0  # the demonstration clip is made at the first start
STOP_SECONDS = 60.0
MESSAGE_SECONDS = 180.0
QUIET_SECONDS = 20.0
PASSCODE = re.compile(r"(?<!\d)\d{7}(?!\d)")
LINK = re.compile(r"https?://\S+")

Found = TypeVar("Found")


@dataclass(frozen=True)
class RunningHome:
    """A home on free ports; everything it says goes to `log`."""

    endpoint_url: str
    web_url: str
    log: Path

    @property
    def hosts(self) -> frozenset[str]:
        """The only servers that its pages may ask."""
        return frozenset({urlsplit(self.endpoint_url).netloc, urlsplit(self.web_url).netloc})

    def messages(self, phone: str) -> list[str]:
        """The texts that this phone got so far, oldest first."""
        with urllib.request.urlopen(f"{self.web_url}/phone/messages", timeout=20) as answer:  # noqa: S310 - ours
            messages: list[dict[str, str]] = json.load(answer)
        found = [message for message in messages if message["to"] == phone]
        return [message["text"] for message in sorted(found, key=lambda message: message["sent_at"])]

    def owner_messages(self) -> list[str]:
        """The texts that the owner got so far."""
        return self.messages(OWNER_PHONE)

    def wait_for_messages(self, phone: str, count: int) -> list[str]:
        """The phone's texts, as soon as there are `count` of them."""

        def enough() -> list[str] | None:
            texts = self.messages(phone)
            return texts if len(texts) >= count else None

        return wait_until(enough, f"{count} messages to {phone}; see {self.log}", MESSAGE_SECONDS)

    def wait_for_enrolled_face(self) -> None:
        """Until the collection holds a face."""
        collection = self.output("CollectionId")
        rekognition = self.client("rekognition")
        wait_until(
            lambda: rekognition.list_faces(CollectionId=collection)["Faces"] or None,
            "a face in the collection",
            120.0,
        )

    def output(self, name: str) -> str:
        """An output of the stack."""
        stack = self.client("cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"][0]
        value: str = next(out["OutputValue"] for out in stack["Outputs"] if out["OutputKey"] == name)
        return value

    def client(self, service: str) -> Any:
        """A boto3 client of the account that the home is in."""
        session = boto3.session.Session(
            aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION
        )
        return session.client(service, endpoint_url=self.endpoint_url)  # type: ignore[call-overload]  # any service


@contextmanager
def running_home(folder: Path, *options: str, ports: tuple[int, int] | None = None) -> Iterator[RunningHome]:
    """Start everything with `scripts.run`'s options and its state in `folder`; ready when video arrives.

    `ports` are the endpoint's and the pages', free ones unless told otherwise.
    """
    port, web_port = ports or (free_port(), free_port())
    home = RunningHome(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{web_port}", folder / "run.txt")
    command = [sys.executable, "-m", "scripts.run", "--port", str(port), "--web-port", str(web_port)]
    folder.mkdir(parents=True, exist_ok=True)
    with home.log.open("ab") as log:
        process = subprocess.Popen(
            [*command, "--data", str(folder / "state"), *options], cwd=ROOT, stdout=log, stderr=log
        )
    try:
        wait_until(
            lambda: _is_ready(home, process) or None, f"a home that runs; see {home.log}", START_SECONDS
        )
        yield home
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def settled_visits(page: Page) -> list[dict[str, Any]]:
    """The visits, once nothing was seen for a while: every record of what was filmed is worked off."""
    quiet_since, seen = time.monotonic(), visits(page)

    def quiet() -> list[dict[str, Any]] | None:
        nonlocal quiet_since, seen
        latest = visits(page)
        if [visit["last_seen_at"] for visit in latest] != [visit["last_seen_at"] for visit in seen]:
            quiet_since = time.monotonic()
        seen = latest
        return seen if time.monotonic() - quiet_since > QUIET_SECONDS else None

    return wait_until(quiet, "an end of news", 180.0)


def wait_until(ask: Callable[[], Found | None], what: str, seconds: float) -> Found:
    """The first answer that is not None; fails naming what was waited for."""
    give_up_at = time.monotonic() + seconds
    while time.monotonic() < give_up_at:
        answer = ask()
        if answer is not None:
            return answer
        time.sleep(0.25)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


def log_in(page: Page, home: RunningHome, fragment: str = "") -> None:
    """Log in as the owner of the demonstration, through the hosted login."""
    page.goto(f"{home.web_url}/owner/{fragment}")
    page.get_by_role("button", name="Log in").click()
    page.get_by_label(re.compile("mail", re.IGNORECASE)).fill(OWNER_EMAIL)
    page.get_by_label("Password").fill(OWNER_PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Account").wait_for()


def visits(page: Page) -> list[dict[str, Any]]:
    """All visits, newest first, as the owner API tells the page that is logged in."""
    answer: dict[str, Any] = page.evaluate(
        """async () => {
          const { id_token: token } = JSON.parse(sessionStorage.getItem("smart-door.tokens"));
          const options = { headers: { Authorization: token } };
          return await (await fetch("/api/owner/visits?limit=100", options)).json();
        }"""
    )
    found: list[dict[str, Any]] = answer["visits"]
    return found


def passcode_in(text: str) -> str:
    """The passcode of a text message; before the link there is exactly one run of seven digits."""
    (passcode,) = PASSCODE.findall(LINK.sub("", text))
    return str(passcode)


def seconds_seen(visit: dict[str, Any]) -> float:
    """How long somebody was seen in a visit."""
    opened, last = (datetime.fromisoformat(visit[name]) for name in ("opened_at", "last_seen_at"))
    return (last - opened).total_seconds()


def _is_ready(home: RunningHome, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise AssertionError(f"the run ended with {process.returncode}:\n{home.log.read_text()[-3000:]}")
    try:
        with urllib.request.urlopen(f"{home.web_url}/healthz", timeout=10) as answer:  # noqa: S310 - ours
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False
