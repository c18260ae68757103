"""The command line of scripts/deploy."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"
BUILD = ROOT / ".aws-sam" / "build"

_EPILOG = """\
Parameters that are not given keep the value of the last deployment, or the template's default. Nothing is
done before you have seen what will change and said yes; a second deployment changes only what differs.

exit codes: 0 deployed, or nothing to do; 1 it failed, or you said no; 2 wrong use, or a value that is not
possible; 130 Ctrl-C
"""


@dataclass(frozen=True)
class Options:
    """What the command line asks for. `parameters` are the template's, by name."""

    stack: str
    region: str | None
    parameters: dict[str, str]
    yes: bool
    skip_doctor: bool
    built: Path | None
    sites: Path


def parse(arguments: Sequence[str] | None) -> Options:
    """Read the command line; wrong use ends the process with status 2 and says why."""
    parser = _parser()
    found = parser.parse_args(arguments)
    named = {
        "OwnerPhone": found.owner_phone,
        "OwnerEmail": found.owner_email,
        "DoorId": found.door_id,
        "DoorName": found.door_name,
        "FaceSearchMode": found.mode,
    }
    parameters = {name: value for name, value in named.items() if value is not None}
    for text in found.parameter:
        name, equals, value = text.partition("=")
        if not equals:
            parser.error(f"--parameter {text}: write it as Name=Value")
        if name in parameters:
            parser.error(f"{name} is given twice")
        parameters[name] = value
    return Options(
        found.stack, found.region, parameters, found.yes, found.skip_doctor, found.built, found.sites
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/deploy",
        description="Deploy Smart Door to your AWS account, or bring a deployment up to date.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--stack", default="smart-door", metavar="NAME", help="the stack's name (default: %(default)s)")
    add("--region", help="the AWS region (default: the one that is configured)")
    add("--owner-phone", metavar="NUMBER", help="your mobile number, such as +15555550123")
    add("--owner-email", metavar="ADDRESS", help="your login; gets an invitation")
    add("--door-id", metavar="ID", help="short name of the door, such as front")
    add("--door-name", metavar="NAME", help="what people call the door, such as 'Front door'")
    add(
        "--mode",
        metavar="MODE",
        help="how faces are searched: fragments (in every account) or stream-processor",
    )
    add(
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="any parameter of template.yaml, such as PhotoDays=14; may be repeated",
    )
    add("--yes", action="store_true", help="do not ask: for programs")
    add("--skip-doctor", action="store_true", help="deploy even if scripts/doctor says that it will fail")
    add("--built", type=Path, metavar="FOLDER", help="deploy what was built there instead of building")
    add(
        "--sites",
        type=Path,
        default=ROOT / "static-sites",
        metavar="FOLDER",
        help="the pages (default: static-sites)",
    )
    return parser
