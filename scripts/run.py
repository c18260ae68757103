"""Runs the whole system on one machine: the emulator, the stack, the pages, a camera, and what happens.

    python -m scripts.run                       the demonstration
    python -m scripts.run --source clip.mp4     a file, a camera (/dev/video0) or rtsp://...

Ctrl-C stops everything; the state stays in the data folder and is there again at the next start.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import IO, TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from kvs_producer.errors import GStreamerError, SourceError
from kvs_producer.pipeline import require_gstreamer
from kvs_producer.sources import Size, parse_source
from scripts.local_stack import CommandError, Deployment, deploy
from scripts.narrate import Narrator
from scripts.run_options import DEMONSTRATION, Options, parse
from scripts.sites import door_configuration, owner_configuration, publish_sites

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

ROOT = Path(__file__).resolve().parent.parent
REGION = "us-east-1"
STACK_NAME = "smart-door"
OWNER_PHONE = "+15555550100"
OWNER_EMAIL = "owner@example.com"
OWNER_PASSWORD = "front-door-demo"  # noqa: S105 - the demonstration login of a machine that only listens to itself

_SOURCES = "A source is 'demo', a video file, /dev/video0, rtsp://... or test-pattern."
_START_SECONDS = 120.0
_STOP_SECONDS = 20.0


class RunError(Exception):
    """The system cannot run; the message says why and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until Ctrl-C; the exit status."""
    options = parse(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # in the background, too
        signal.signal(number, _interrupt)
    try:
        with ExitStack() as stack:
            _run(options, stack)
    except KeyboardInterrupt:
        _say("Stopped. The state is kept; FRESH=1 starts anew.")
        return 0
    except (RunError, CommandError) as error:
        print(f"smart-door: {error}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"smart-door: the emulator does not do what is asked of it: {error}", file=sys.stderr)
        return 1
    return 0


def _run(options: Options, stack: ExitStack) -> None:
    _talk_to_this_machine_only(options)
    source = _source(options)
    _say("Starting the emulator ...")
    emulator = stack.enter_context(_child("emulator", _emulator_command(options), output=subprocess.PIPE))
    _wait_for_emulator(emulator)
    _say("Deploying template.yaml ...")
    deployment = _deploy(options)
    _publish(options, deployment)
    narrator = Narrator(options.data / "logs", f"{options.web_url}/phone/messages", _say)
    narrator.start()
    stack.callback(narrator.stop)
    _say("Starting the camera ...")
    log = stack.enter_context((options.data / "logs/camera.txt").open("ab"))
    command = producer_command(options, deployment, source)
    producer = stack.enter_context(_child("camera", command, output=log, errors=log))
    _wait_until_healthy(options, emulator, producer)
    _say(_welcome(options))
    _watch(options, emulator, producer)


def _talk_to_this_machine_only(options: Options) -> None:
    """Every AWS client of this run talks to the emulator, whatever accounts and proxies are set up here."""
    for name in [*os.environ]:
        if name.startswith("AWS_") or name.upper() in ("HTTP_PROXY", "ALL_PROXY"):
            del os.environ[name]
    os.environ.update(
        AWS_ENDPOINT_URL=options.endpoint_url,
        AWS_ACCESS_KEY_ID="local",
        AWS_SECRET_ACCESS_KEY="local",  # noqa: S106 - the emulator takes any
        AWS_DEFAULT_REGION=REGION,
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    )


def _source(options: Options) -> str:
    """The producer's source, if it is there; the demonstration clip is made at the first run."""
    try:
        require_gstreamer()
        if options.source != DEMONSTRATION:
            parse_source(options.source, Size(1280, 720))
            return options.source
    except GStreamerError as error:
        raise RunError(str(error)) from error
    except SourceError as error:
        raise RunError(f"{error}. {_SOURCES}") from error
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


def producer_command(options: Options, deployment: Deployment, source: str) -> list[str]:
    """The camera of this run: a file is played again and again, unless once is asked for."""
    command = [sys.executable, "-m", "kvs_producer", "--stream", deployment.outputs["VideoStreamName"]]
    command += ["--source", source, "--region", REGION, "--endpoint-url", options.endpoint_url]
    command.append("--motion-gate" if options.mode == "fragments" else "--no-motion-gate")
    ends = not parse_source(source, Size(1280, 720)).live
    return [*command, "--loop"] if ends and not options.once else command


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
    """The demonstration login, in the group of owners, unless an earlier run made it."""
    is_new = True
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
        is_new = False  # perhaps from before there were groups
    cognito.admin_add_user_to_group(UserPoolId=user_pool_id, Username=OWNER_EMAIL, GroupName="owner")
    if is_new:
        cognito.admin_set_user_password(
            UserPoolId=user_pool_id, Username=OWNER_EMAIL, Password=OWNER_PASSWORD, Permanent=True
        )


@contextmanager
def _child(
    name: str, command: Sequence[str], output: int | IO[bytes], errors: IO[bytes] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A child process in a group of its own, so that Ctrl-C reaches it through us, in order."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=errors, start_new_session=True)
    try:
        yield process
    finally:
        _stop(name, process)


def _stop(name: str, process: subprocess.Popen[bytes]) -> None:
    """In good order; at once when it takes too long or Ctrl-C comes again."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=_STOP_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        print(f"smart-door: the {name} was ended before it had stopped by itself", file=sys.stderr)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for_emulator(emulator: subprocess.Popen[bytes]) -> None:
    """Until it says that it is ready: another program could answer at its address."""
    assert emulator.stdout is not None  # noqa: S101 - asked for with PIPE; tells mypy so
    if not select.select([emulator.stdout], [], [], _START_SECONDS)[0]:
        raise RunError(f"the emulator did not get ready within {_START_SECONDS:.0f} s")
    line = emulator.stdout.readline().decode().strip()
    if not line:
        raise RunError(
            "the emulator did not start, for the reason above (make run PORT=... WEB_PORT=... DATA=...)"
        )
    _say(line)


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
            raise RunError(_emulator_ended(emulator))
        time.sleep(0.2)
    raise RunError(f"no video arrived within {_START_SECONDS:.0f} s. {_last_words(options)}")


def _watch(options: Options, emulator: subprocess.Popen[bytes], producer: subprocess.Popen[bytes]) -> None:
    """Until somebody stops us or a part ends; a clip that was played once leaves the pages open."""
    camera_told = False
    while True:
        if emulator.poll() is not None:
            raise RunError(_emulator_ended(emulator))
        if producer.poll() == 0 and not camera_told:
            _say("The video is over; the pages stay open. Ctrl-C ends.")
            camera_told = True
        elif producer.poll() not in (None, 0):
            raise RunError(_last_words(options))
        time.sleep(0.5)


def _emulator_ended(emulator: subprocess.Popen[bytes]) -> str:
    status = emulator.returncode
    return f"the emulator ended (status {status}; above, if it said why). Start again: the state is kept."


def _last_words(options: Options) -> str:
    lines = (options.data / "logs/camera.txt").read_text(errors="replace").strip().splitlines()
    return lines[-1].removeprefix("kvs-producer: ") if lines else "the camera ended without a word"


def _health(options: Options) -> dict[str, object] | None:
    """What /healthz says, None while nobody answers."""
    try:
        with urllib.request.urlopen(f"{options.web_url}/healthz", timeout=5) as answer:  # noqa: S310 - ours
            body: dict[str, object] = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            starting: dict[str, object] = json.load(error)
        return starting
    except (OSError, HTTPException, ValueError):
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
