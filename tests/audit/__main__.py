"""`make audit`: Lighthouse looks at every page of a running Smart Door, as on a phone and on a desktop.

python -m tests.audit                                   all pages, three looks each
python -m tests.audit --runs 1 now door                 these only
python -m tests.audit --url http://127.0.0.1:8080       a `make run` that is running already
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from playwright.sync_api import Page

from tests.audit.judging import LEAST, Look, look_of, table, verdicts, was_busy
from tests.audit.tool import AuditError, install, looks, require_node
from tests.e2e.browser import CHROMIUM, FLAGS, chromium
from tests.e2e.page_policy import ROOT
from tests.e2e.running_home import RunningHome, log_in, running_home, wait_until

FOLDER = ROOT / "build/audit"
INTERRUPTED = 130  # as shells have it for Ctrl-C
FORMS = ("mobile", "desktop")
PAGES: Mapping[str, str] = {
    "now": "/owner/#/visits",
    "activity": "/owner/#/activity",
    "visitors": "/owner/#/visitors",
    "passes": "/owner/#/passes",
    "new-pass": "/owner/#/passes/new",
    "settings": "/owner/#/settings",
    "household": "/owner/#/household",
    "door": "/door/?door=front",
    "phone": "/phone/",
}
_ARRIVAL_MILLISECONDS = 120_000
_CLIP_SECONDS = 300.0  # a minute and a quarter, and what a busy machine needs longer
_OVER = "The video is over"  # what a run says when a clip was played once


def main(arguments: Sequence[str] | None = None) -> int:
    """Look at the pages; 0 where all of them are good enough, 1 where one is not or nobody could look."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background, too
    options = _parser().parse_args(arguments)
    seen: list[Look] = []
    try:
        require_node()
        install(FOLDER / "tool")
        with _home(options.url) as home:
            tokens = _prepare(home, is_ours=options.url is None)
            for look in _looks(home, tokens, options):
                seen.append(look)
    except AuditError as error:
        print(f"audit: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        _tell(seen)
        print("\nStopped before all was looked at.", file=sys.stderr)
        return INTERRUPTED
    return _tell(seen)


def _parser() -> argparse.ArgumentParser:
    least = ", ".join(f"{category} {least}" for category, least in LEAST.items())
    parser = argparse.ArgumentParser(
        prog="make audit", description=f"Lighthouse looks at the pages, which must reach: {least}."
    )
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"of {', '.join(PAGES)} (default: all)")
    parser.add_argument(
        "--runs", type=int, default=3, help="looks at each; of performance, the median counts"
    )
    parser.add_argument("--url", help="the pages of a run that is there already (default: one is started)")
    parser.add_argument("--form", choices=FORMS, action="append", help="only as on this (default: both)")
    return parser


@contextmanager
def _home(url: str | None) -> Iterator[RunningHome]:
    """A home that runs: the one that was named, or one of our own whose camera has seen the demonstration."""
    if url:
        yield RunningHome("", url.rstrip("/"), FOLDER / "run.txt")
        return
    print("Starting Smart Door, to look at its pages ...", flush=True)
    folder = FOLDER / "home"
    shutil.rmtree(folder, ignore_errors=True)
    with running_home(folder, "--once") as home:
        yield home


def _prepare(home: RunningHome, *, is_ours: bool) -> str:
    """Log in, and in a home of our own let somebody in; gives the login as the page keeps it."""
    with chromium() as browser:
        page = browser.new_page()
        log_in(page, home)
        if is_ours:
            _let_somebody_in(page)
            print("Waiting for the end of the demonstration, so that the machine is quiet ...", flush=True)
            wait_until(lambda: _OVER in home.log.read_text() or None, "the end of the clip", _CLIP_SECONDS)
        return str(page.evaluate("() => sessionStorage.getItem('smart-door.tokens')"))


def _let_somebody_in(page: Page) -> None:
    card = page.get_by_role("article").first
    card.wait_for(timeout=_ARRIVAL_MILLISECONDS)
    card.get_by_role("button", name="Let in").click()
    card.get_by_label("Name").fill("Grace")
    card.get_by_label("Phone number").fill("+1 555 555 0123")
    card.locator("[type=submit]").click()
    page.get_by_text("Grace gets a code by text message.").first.wait_for()


def _looks(home: RunningHome, tokens: str, options: argparse.Namespace) -> Iterator[Look]:
    names = options.pages or list(PAGES)
    if unknown := sorted(set(names) - set(PAGES)):
        raise AuditError(f"there is no page {', '.join(unknown)}; there are {', '.join(PAGES)}")
    forms = options.form or FORMS
    wanted = {
        "web_url": home.web_url,
        "chromium": CHROMIUM,
        "flags": FLAGS,
        "pages": [{"name": name, "path": PAGES[name]} for name in names],
        "forms": forms,
        "runs": options.runs,
        "tokens": tokens,
        "folder": str(FOLDER),
    }
    count = len(names) * len(forms) * options.runs
    for number, line in enumerate(looks(FOLDER / "tool", wanted), start=1):
        look = look_of(line)
        scores = " ".join(f"{score:3d}" for score in look.scores.values())
        print(f"{number:3d}/{count}  {look.page:9}  {look.form:7}  {scores}", flush=True)
        yield look


def _tell(seen: Sequence[Look]) -> int:
    if not seen:
        return 1
    found = verdicts(seen)
    print(f"\n{table(found)}\n")
    failing = [verdict for verdict in found if verdict.failing]
    for verdict in failing:
        print(f"{verdict.page}, {verdict.form}: {', '.join(verdict.failing)} too low. {verdict.report}")
        for reason in verdict.lost:
            print(f"  - {reason}")
    if was_busy(seen):
        print("This machine was busy with other work: take no figure of performance from it.")
    print(f"{len(seen)} looks. Reports: {FOLDER}")
    return 1 if failing else 0


if __name__ == "__main__":
    sys.exit(main())
