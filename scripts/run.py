"""Runs the whole system on one machine: the emulator, the stack, the pages, a camera, and what happens.

    python -m scripts.run                       the demonstration
    python -m scripts.run --source clip.mp4     a file, a camera (/dev/video0) or rtsp://...

Ctrl-C stops everything; the state stays in the data folder and is there again at the next start.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from scripts.local_stack import Deployment, DeploymentError, deploy
from scripts.narrate import Narrator
from scripts.sites import door_configuration, owner_configuration, publish_sites

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

ROOT = Path(__file__).resolve().parent.parent
REGION = "us-east-1"
STACK_NAME = "smart-door"
OWNER_PHONE = "+15555550100"
OWNER_EMAIL = "owner@example.com"
OWNER_PASSWORD = "front-door-demo"  # noqa: S105 - the demonstration login of a machine that only listens to itself
DEMONSTRATION = "demo"

_START_SECONDS = 120.0
_STOP_SECONDS = 20.0


class RunError(Exception):
    """The system cannot run; the message says why and what to do."""


@dataclass(frozen=True)
class Options:
    """What the command line asks for."""

    source: str
    mode: str
    port: int
    web_port: int
    data: Path
    fresh: bool
    once: bool

    @property
    def endpoint_url(self) -> str:
        """Where every AWS client of this run connects."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def web_url(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.web_port}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until Ctrl-C; the exit status."""
    options = _parse(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with ExitStack() as stack:
            _run(options, stack)
    except KeyboardInterrupt:
        _say("Stopped. The state is kept; FRESH=1 starts anew.")
        return 0
    except (RunError, DeploymentError) as error:
        print(f"smart-door: {error}", file=sys.stderr)
        return 1
    return 0


def _run(options: Options, stack: ExitStack) -> None:
    os.environ.update(
        AWS_ENDPOINT_URL=options.endpoint_url,
        AWS_ACCESS_KEY_ID="local",
        AWS_SECRET_ACCESS_KEY="local",  # noqa: S106 - the emulator takes any
        AWS_DEFAULT_REGION=REGION,
    )
    options.data.mkdir(parents=True, exist_ok=True)
    source = _source(options)
    _say("Starting the emulator ...")
    emulator = stack.enter_context(_child("emulator", _emulator_command(options)))
    _wait_for_emulator(options, emulator)
    _say("Deploying template.yaml ...")
    deployment = _deploy(options)
    _publish(options, deployment)
    narrator = Narrator(options.data / "logs", f"{options.web_url}/phone/messages", _say)
    narrator.start()
    stack.callback(narrator.stop)
    _say("Starting the camera ...")
    producer = stack.enter_context(
        _child("camera", _producer_command(options, deployment, source), log=options.data / "logs/camera.txt")
    )
    _wait_until_healthy(options, emulator, producer)
    _say(_welcome(options))
    _watch(options, emulator, producer)


def _parse(arguments: Sequence[str] | None) -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.run",
        description="Run Smart Door on this machine.",
        epilog="make run SOURCE=... MODE=... PORT=... WEB_PORT=... FRESH=1 sets the same options.",
    )
    parser.add_argument(
        "--source",
        default=DEMONSTRATION,
        help="what the camera sees: 'demo' (default), a video file, /dev/video0, rtsp://... or test-pattern",
    )
    parser.add_argument(
        "--mode",
        default="stream-processor",
        choices=["stream-processor"],
        help="how faces are searched (default: %(default)s)",
    )
    parser.add_argument(
        "--port", type=int, default=4566, help="the AWS endpoint's port (default: %(default)s)"
    )
    parser.add_argument("--web-port", type=int, default=8080, help="the pages' port (default: %(default)s)")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(".smart-door"),
        help="the folder of the state (default: %(default)s)",
    )
    parser.add_argument("--fresh", action="store_true", help="forget the state of earlier runs")
    parser.add_argument("--once", action="store_true", help="play a file once instead of again and again")
    found = parser.parse_args(arguments)
    return Options(
        source=found.source,
        mode=found.mode,
        port=found.port,
        web_port=found.web_port,
        data=found.data.resolve(),
        fresh=found.fresh,
        once=found.once,
    )


def _source(options: Options) -> str:
    """The producer's source; the demonstration clip is made at the first run."""
    if options.source != DEMONSTRATION:
        return options.source
    clip = ROOT / "build/demonstration.mp4"
    if not clip.exists():
        _say("Making the demonstration clip (once) ...")
        clip.parent.mkdir(exist_ok=True)
        made = subprocess.run([sys.executable, "-m", "scripts.demo_clip", str(clip)], cwd=ROOT, check=False)
        if made.returncode != 0:
            raise RunError("the demonstration clip could not be made; see above")
    return str(clip)


def _emulator_command(options: Options) -> list[str]:
    command = [sys.executable, "-m", "emulator", "--port", str(options.port)]
    command += ["--web-port", str(options.web_port), "--data", str(options.data)]
    return [*command, "--fresh"] if options.fresh else command


def _producer_command(options: Options, deployment: Deployment, source: str) -> list[str]:
    command = [sys.executable, "-m", "kvs_producer", "--stream", deployment.outputs["VideoStreamName"]]
    command += ["--source", source, "--region", REGION, "--endpoint-url", options.endpoint_url]
    return command if options.once else [*command, "--loop"]


def _deploy(options: Options) -> Deployment:
    cloudformation = boto3.client("cloudformation", config=Config(retries={"max_attempts": 1}))
    return deploy(
        cloudformation,
        ROOT / "template.yaml",
        STACK_NAME,
        {
            "OwnerPhone": OWNER_PHONE,
            "SiteUrl": options.web_url,
            "PhotoOrigin": options.endpoint_url,
            "FaceSearchMode": options.mode,
        },
        progress=_progress,
    )


def _publish(options: Options, deployment: Deployment) -> None:
    outputs = deployment.outputs
    domain = outputs["LoginUrl"].removeprefix("https://").partition(".")[0]
    configurations = {
        "owner": owner_configuration(outputs, REGION, f"{options.web_url}/login-service/{domain}"),
        "door": door_configuration(outputs),
    }
    publish_sites(boto3.client("s3"), outputs["SiteBucketName"], ROOT / "static-sites", configurations)
    _add_owner(boto3.client("cognito-idp"), outputs["UserPoolId"])


def _add_owner(cognito: CognitoIdentityProviderClient, user_pool_id: str) -> None:
    """The demonstration login, unless an earlier run made it."""
    try:
        cognito.admin_create_user(
            UserPoolId=user_pool_id,
            Username=OWNER_EMAIL,
            UserAttributes=[
                {"Name": "email", "Value": OWNER_EMAIL},
                {"Name": "email_verified", "Value": "true"},
            ],
            MessageAction="SUPPRESS",
        )
    except cognito.exceptions.UsernameExistsException:
        return
    cognito.admin_set_user_password(
        UserPoolId=user_pool_id, Username=OWNER_EMAIL, Password=OWNER_PASSWORD, Permanent=True
    )


@contextmanager
def _child(name: str, command: Sequence[str], log: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A child process in a group of its own, so that Ctrl-C reaches it through us, in order."""
    with ExitStack() as stack:
        output = stack.enter_context(log.open("ab")) if log else None
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, start_new_session=True)
        try:
            yield process
        finally:
            _stop(name, process)


def _stop(name: str, process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        print(f"smart-door: the {name} did not stop in time and was ended", file=sys.stderr)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for_emulator(options: Options, emulator: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up_at:
        if emulator.poll() is not None:
            raise RunError("the emulator ended; its message is above")
        if _health(options) is not None:
            return
        time.sleep(0.2)
    raise RunError(f"the emulator did not answer at {options.web_url} within {_START_SECONDS:.0f} s")


def _wait_until_healthy(
    options: Options, emulator: subprocess.Popen[bytes], producer: subprocess.Popen[bytes]
) -> None:
    """Until the first fragment has arrived."""
    give_up_at = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up_at:
        health = _health(options)
        if health and health.get("status") == "ok":
            return
        if producer.poll() not in (None, 0):
            raise RunError(_last_words(options))
        if emulator.poll() is not None:
            raise RunError("the emulator ended; its message is above")
        time.sleep(0.2)
    raise RunError(f"no video arrived within {_START_SECONDS:.0f} s. {_last_words(options)}")


def _watch(options: Options, emulator: subprocess.Popen[bytes], producer: subprocess.Popen[bytes]) -> None:
    """Until somebody stops us or a part ends; a clip that was played once leaves the pages open."""
    camera_told = False
    while True:
        if emulator.poll() is not None:
            raise RunError("the emulator ended; its message is above")
        if producer.poll() == 0 and not camera_told:
            _say("The video is over; the pages stay open. Ctrl-C ends.")
            camera_told = True
        elif producer.poll() not in (None, 0):
            raise RunError(_last_words(options))
        time.sleep(0.5)


def _last_words(options: Options) -> str:
    lines = (options.data / "logs/camera.txt").read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "the camera ended without a word"


def _health(options: Options) -> dict[str, object] | None:
    """What /healthz says, None while nobody answers."""
    try:
        with urllib.request.urlopen(f"{options.web_url}/healthz", timeout=5) as answer:  # noqa: S310 - ours
            body: dict[str, object] = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            starting: dict[str, object] = json.load(error)
        return starting
    except (urllib.error.URLError, TimeoutError, ConnectionError, ValueError):
        return None
    return body


def _welcome(options: Options) -> str:
    return f"""
  Smart Door is running.

    Owner   {options.web_url}/owner/     log in as {OWNER_EMAIL} with {OWNER_PASSWORD}
    Door    {options.web_url}/door/
    Phone   {options.web_url}/phone/     every text message that is sent

  Logs and state are in {options.data}. Ctrl-C ends.
"""


def _progress(what: str) -> None:
    if sys.stdout.isatty():
        print(f"\r\x1b[K  {what[:70]}", end="", flush=True)


def _say(what: str) -> None:
    if sys.stdout.isatty():
        print("\r\x1b[K", end="")
    print(what, flush=True)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
