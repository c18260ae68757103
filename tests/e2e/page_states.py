"""Every screen of the pages, each brought about in a home in memory, to look at in all schemes and languages.

Screens are found by their parts, not by their words, so that the same steps work in every language.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.double_answers import PHOTOS
from tests.e2e.home_double import SITE, HomeDouble, Refusal, entrance, stranger
from tests.e2e.states_activity import ACTIVITY
from tests.e2e.states_codes import CODES
from tests.e2e.states_household import HOUSEHOLD
from tests.e2e.states_passes import PASSES
from tests.e2e.states_video import VIDEOS
from tests.e2e.states_visitors import VISITORS

LONG = "Wolfeschlegelsteinhausenbergerdorff the Elder of the House at the End of the Road"
KIOSK = f"{SITE}/door/?door=front"
LINK = f"{KIOSK}&visit=01K90000000000000000000001"
ADA = {
    "visitor_id": "7e5d3e1e-0b1f-4c57-9d1e-000000000001",
    "name": "Ada Lovelace",
    "phone": "+15555550199",
    "status": "approved",
    "door_ids": ["front"],
    "created_at": "2026-11-01T10:00:00Z",
    "faces": 3,
}
State = Callable[[Page, HomeDouble], None]


def full_home() -> HomeDouble:
    """A home with visits of every kind, a greeting, and names that are long."""
    home = HomeDouble(
        greeting="Welcome to the Lovelaces. Mind the step.",
        visitors=[{**ADA, "photo_url": f"{PHOTOS}/visitors/1/0.jpg"}],
    )
    home.add_visit(9)
    faces = [f"{PHOTOS}/visitors/{number}/5.jpg" for number in (2, 1)]
    home.add_visit(8, faces=[stranger(0, 0.1, photo_url=faces[0]), stranger(1, 0.8, photo_url=faces[1])])
    for number, state in enumerate(("expired", "denied", "admitted", "code_sent"), start=1):
        home.add_visit(number, state, visitor_name=LONG, decided_by=f"{'o' * 60}@home.test")
    return home


def open_door(page: Page, address: str = LINK) -> None:
    """The door page, once it knows its door."""
    page.goto(address)
    page.locator("#greeting:visible").wait_for()


def _redeemed(kind: str, refusal: Refusal | None = None) -> State:
    def bring_about(page: Page, home: HomeDouble) -> None:
        if refusal:
            home.refusals["/api/door/redeem"] = refusal
        open_door(page)
        page.keyboard.type("4821903")
        page.keyboard.press("Enter")
        page.locator(f'#slot[data-kind="{kind}"]').wait_for()

    return bring_about


def _door_offline(page: Page, home: HomeDouble) -> None:
    open_door(page)
    page.keyboard.type("4821903")
    home.is_offline = True
    page.evaluate("() => window.dispatchEvent(new Event('offline'))")
    page.locator('#slot[data-kind="offline"]').wait_for()


def _several_doors(page: Page, home: HomeDouble) -> None:
    home.doors += [{"door_id": "garden", "name": "Garden gate"}, {"door_id": "cellar", "name": LONG[:40]}]
    open_door(page, f"{SITE}/door/?visit=short")


def _login(page: Page, _home: HomeDouble) -> None:
    page.goto(f"{SITE}/owner/?error=access_denied")
    page.locator(".login [role=alert]").wait_for()


def _visits(page: Page, _home: HomeDouble) -> None:
    page.goto(entrance())
    expect(page.get_by_role("article").get_by_role("img")).to_have_count(2)


def _nobody(page: Page, home: HomeDouble) -> None:
    home.visits.clear()
    page.goto(entrance())
    page.locator(".empty:visible").wait_for()


def _visit(page: Page, home: HomeDouble) -> None:
    _visits(page, home)
    page.get_by_role("article").nth(1).get_by_role("heading").get_by_role("link").click()
    expect(page.get_by_role("figure").get_by_role("img")).to_have_count(2)


def _mistakes(page: Page, home: HomeDouble) -> None:
    _visits(page, home)
    page.get_by_role("article").nth(1).locator(".button-primary:visible").click()
    page.get_by_role("article").nth(1).locator("[type=submit]").click()
    page.locator(".field-error:visible").first.wait_for()


def _someone_known(page: Page, home: HomeDouble) -> None:
    _visits(page, home)
    page.get_by_role("article").first.locator(".decision-bar button").nth(1).click()
    page.get_by_role("radio").first.wait_for()


def _undo(page: Page, home: HomeDouble) -> None:
    _visits(page, home)
    home.undo_seconds = 10
    page.clock.install()
    page.get_by_role("article").first.locator(".button-danger").click()
    page.locator(".button-undo").wait_for()


def _no_access(page: Page, home: HomeDouble) -> None:
    """Somebody on file at a door that is not theirs, who is out of sight; and a stranger with them."""
    shut_out: dict[str, Any] = {
        "visitor_id": ADA["visitor_id"],
        "visitor_name": LONG,
        "similarity": 99.4,
        "no_access": True,
    }
    home.visits.clear()
    gone = {"out_of_sight_from": "2026-11-21T10:00:00Z"}
    home.add_visit(8, faces=[stranger(0, 0.1, **shut_out), stranger(1, 0.8)])
    home.add_visit(9, faces=[stranger(0, **shut_out)], **gone)
    _visits(page, home)
    page.get_by_role("article").first.locator(".notice-warning").wait_for()


def _recognised(page: Page, home: HomeDouble) -> None:
    face = {"known": True, "visitor_id": ADA["visitor_id"], "visitor_name": LONG, "similarity": 99.4}
    evidence = {
        "seen_at": "2026-11-21T10:00:05Z",
        "fragment_number": "91343852333181432392682062622220590765191907586",
        "frame_offset": 0.4,
        "threshold": 99.0,
        "runner_up_name": LONG,
        "runner_up_similarity": 97.2,
    }
    home.add_visit(
        7,
        "code_sent",
        visitor_id=ADA["visitor_id"],
        visitor_name=LONG,
        rule="recognised",
        faces=[{**stranger(0), **face, "evidence": evidence}],
    )
    _visits(page, home)
    page.goto(f"{SITE}/owner/#/visits/front/01K9{7:022d}")
    page.locator(".face-row .button").wait_for()


def _question(page: Page, home: HomeDouble) -> None:
    _recognised(page, home)
    page.locator(".face-row .button").click()
    page.get_by_role("dialog").wait_for()


def _owner_offline(page: Page, home: HomeDouble) -> None:
    _visits(page, home)
    home.is_offline = True
    page.locator("#connection .notice").wait_for()


def _gone(page: Page, home: HomeDouble) -> None:
    _visits(page, home)
    page.goto(f"{SITE}/owner/#/visits/front/01K90000000000000000009999")
    page.locator("h1:focus").wait_for()


DOOR: dict[str, State] = {
    "idle": lambda page, _home: open_door(page),
    "opened": _redeemed("good"),
    "wrong": _redeemed("bad", Refusal(403, "passcode_wrong")),
    "expired": _redeemed("bad", Refusal(403, "passcode_expired")),
    "used": _redeemed("bad", Refusal(403, "passcode_used")),
    "fault": _redeemed("bad", Refusal(503, "busy")),
    "wait": _redeemed("wait", Refusal(429, "passcode_too_many_tries", retry_after_seconds=840)),
    "offline": _door_offline,
    "doors": _several_doors,
}
OWNER: dict[str, State] = {
    "login": _login,
    "nobody": _nobody,
    "visits": _visits,
    "visit": _visit,
    "mistakes": _mistakes,
    "someone-known": _someone_known,
    "undo": _undo,
    "no-access": _no_access,
    "recognised": _recognised,
    "question": _question,
    "offline": _owner_offline,
    "gone": _gone,
    **CODES,
    **PASSES,
    **ACTIVITY,
    **HOUSEHOLD,
    **VISITORS,
    **VIDEOS,
}


def _phone(page: Page, home: HomeDouble) -> None:
    home.messages.append({"to": "+15555550123", "text": f"Hello {LINK}", "sent_at": "2026-11-21T10:00:00Z"})
    page.goto(f"{SITE}/phone/")
    page.get_by_role("listitem").wait_for()


STATES: dict[str, State] = {f"door-{name}": state for name, state in DOOR.items()} | {
    f"owner-{name}": state for name, state in OWNER.items()
}
# The local run's own page speaks English only.
PHONE: dict[str, State] = {"phone": _phone}
