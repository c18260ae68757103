"""`make screenshots`: every screen of the pages as a picture, to be looked at.

python -m tests.screenshots                       all of them, in English
python -m tests.screenshots --language de owner-visits 'door-*'
python -m tests.screenshots --readme              the few that the README shows
"""

from __future__ import annotations

import argparse
import logging
import re
import signal
import sys
import time
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch
from pathlib import Path

from tests.e2e.browser import chromium
from tests.e2e.page_policy import ROOT
from tests.e2e.states_video import VIDEOS
from tests.screenshots.contact_sheet import contact_sheet
from tests.screenshots.demo_photos import film
from tests.screenshots.fonts import prefer_roboto
from tests.screenshots.readme import PICTURE, take_picture
from tests.screenshots.taking import LOCALES, Picture, screens, take

FOLDER = ROOT / "build/screenshots"
_TESTS = "make test TESTS=tests/e2e/test_page_accessibility.py"
INTERRUPTED = 130  # as shells have it for Ctrl-C


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures that were asked for, and say where they are."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background, too
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # it minds requests that a screen leaves open
    parser = _parser()
    options = parser.parse_args(arguments)
    wanted = {
        name: state
        for name, state in screens(options.language).items()
        if not options.names or any(fnmatch(name, pattern) for pattern in options.names)
    }
    if not wanted:
        parser.error(f"no screen has such a name; there are: {', '.join(screens(options.language))}")
    if options.readme:
        return _readme()
    folder: Path = options.folder or FOLDER / options.language
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    pictures: list[Picture] = []
    failed: list[str] = []
    try:
        _clear(folder, wanted)
        prefer_roboto(FOLDER)
        if any(name.removeprefix("owner-") in VIDEOS for name in wanted):
            film()
        with chromium() as browser:
            for number, (name, state) in enumerate(wanted.items(), start=1):
                print(f"{number:3d}/{len(wanted)}  {name}", flush=True)
                try:
                    for picture in take(browser, name, state, options.language, folder):
                        pictures.append(picture)
                except Exception as error:  # whatever breaks one screen, the others are still to be seen
                    failed.append(name)
                    print(f"         not complete: {str(error).splitlines()[0]}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"\nStopped. {len(pictures)} pictures are in {folder}", file=sys.stderr)
        return INTERRUPTED
    sheet = folder / "index.html"
    sheet.write_text(contact_sheet(pictures, options.language))
    print(f"\n{len(pictures)} pictures in {time.monotonic() - began:.0f} s. Look at {sheet}")
    if failed:
        print(f"Not complete: {', '.join(failed)}. A test says more: {_TESTS}", file=sys.stderr)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make screenshots",
        description="Every screen of the owner, door and phone page as a picture: 390 and 1280 pixels wide, "
        "light and dark. No stack has to run.",
    )
    parser.add_argument("names", nargs="*", metavar="SCREEN", help="only these, as owner-visits or 'door-*'")
    parser.add_argument("--language", choices=LOCALES, default="en", help="of the pages (default: en)")
    parser.add_argument("--folder", type=Path, help="where to (default: build/screenshots/LANGUAGE)")
    parser.add_argument("--readme", action="store_true", help=f"only the README's picture, {PICTURE.name}")
    return parser


def _readme() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    prefer_roboto(FOLDER)
    with chromium() as browser:
        size = take_picture(browser)
    print(f"{PICTURE}: {size} bytes")
    return 0


def _clear(folder: Path, names: Iterable[str]) -> None:
    """Remove earlier pictures of these screens, so that none is left of what has gone."""
    taken = set(names)
    for file in folder.glob("*.png"):
        if re.sub(r"-\d{4}-.*", "", file.stem) in taken:
            file.unlink()


if __name__ == "__main__":
    sys.exit(main())
