"""A home that really runs, and the devices that people look at it with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, Response, expect

from scripts import demo_clip
from scripts.demo_people import ASTRONAUT, HOPPER, Portrait
from tests.e2e.browser import watched_context
from tests.e2e.journeys import words
from tests.e2e.running_home import RunningHome, log_in, passcode_in

# Two people by turns. Each is away for longer than a visit's gap and than it takes to be said to have left;
# the first seconds are empty, so that whoever opens the pages at once finds nobody there.
STAYS = (demo_clip.Stay(HOPPER, 14.0, 20.5, -1), demo_clip.Stay(ASTRONAUT, 22.5, 29.0, 1))
CLIP_SECONDS = 30.0
STANDS_AT = {HOPPER: 17.5, ASTRONAUT: 26.0}  # seconds of the clip at which they look at the camera
ARRIVAL_MILLISECONDS = 120_000
ANSWER_MILLISECONDS = 60_000
PASSWORD = re.compile(r"First password: (\S{12})$", re.MULTILINE)
CHOSEN_PASSWORD = "chosen at the first login"
# Requests may end because the page went on, the cable was pulled, or a photo is gone (no picture comes).
CUT = ("net::ERR_ABORTED", "net::ERR_INTERNET_DISCONNECTED", "net::ERR_BLOCKED_BY_ORB")

_CALL = """async ([method, path, body]) => {
  const { id_token: token } = JSON.parse(sessionStorage.getItem("smart-door.tokens"));
  const headers = { Authorization: token, "Content-Type": "application/json" };
  const answer = await fetch(`/api/owner${path}`, { method, headers, body: body && JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
}"""


def make_clip(out: Path) -> None:
    """The clip of the two people."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo_clip, "SCHEDULE", STAYS)
        patch.setattr(demo_clip, "SECONDS", CLIP_SECONDS)
        demo_clip.make_clip(out)


@dataclass(frozen=True)
class House:
    """The home, its clip, and a browser for everybody's devices."""

    home: RunningHome
    clip: Path
    browser: Browser

    @contextmanager
    def device(
        self, *, width: int = 390, scheme: str = "light", touch: bool = False
    ) -> Iterator[BrowserContext]:
        """A phone or a computer of somebody; whatever its pages complain about fails the journey."""
        problems: list[str] = []

        def failed(request: Request) -> None:
            if request.failure and not request.failure.startswith(CUT):
                problems.append(f"{request.failure}: {request.method} {request.url}")

        def answered(response: Response) -> None:
            if response.status >= 500:
                problems.append(f"{response.status}: {response.request.method} {response.url}")

        try:
            with watched_context(
                self.browser, self.home.hosts, width=width, scheme=scheme, touch=touch
            ) as context:
                context.on("requestfailed", failed)
                context.on("response", answered)
                yield context
            assert not problems, problems
        except BaseException as error:
            error.add_note(f"What the home says is in {self.home.log}")
            raise

    @contextmanager
    def owner(self, fragment: str = "", **device: Any) -> Iterator[Page]:
        """The owner page of whoever owns the home, logged in, on a device of their own."""
        with self.device(**device) as context:
            page = context.new_page()
            log_in(page, self.home, fragment)
            yield page

    def invite(self, owner: Page, email: str, role: str) -> str:
        """Invite somebody on the owner's page; the password of the e-mail that they get."""
        owner.goto(f"{self.home.web_url}/owner/#/household")
        owner.get_by_label(words.owner("household.email")).fill(email)
        owner.get_by_role("radio", name=words.owner(f"role.{role}")).check()
        owner.get_by_role("button", name=words.owner("household.send")).click()
        expect(owner.get_by_role("listitem").filter(has_text=email)).to_contain_text(
            words.owner("household.invited"), timeout=ANSWER_MILLISECONDS
        )
        (letter,) = self.home.messages(email)
        found = PASSWORD.search(letter)
        assert found, letter
        return found[1]

    def follow_invitation(self, device: BrowserContext, email: str) -> Page:
        """The page that the link of an invitation opens, tapped where e-mails are read."""
        letters = device.new_page()
        letters.goto(f"{self.home.web_url}/phone/")
        letter = letters.get_by_role("listitem").filter(has_text=email)
        with device.expect_page() as opened:
            letter.get_by_role("link").click()
        return opened.value

    def first_login(
        self, page: Page, email: str, password: str, fragment: str = "", *, is_there: bool = False
    ) -> None:
        """Log in with the password of an invitation, and choose one's own."""
        self.give_password(page, email, password, fragment, is_there=is_there)
        page.get_by_label("New password").fill(CHOSEN_PASSWORD)
        page.get_by_label("The same again").fill(CHOSEN_PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("button", name=words.owner("page.account")).wait_for()

    def give_password(
        self, page: Page, email: str, password: str, fragment: str = "", *, is_there: bool = False
    ) -> None:
        """Go to the hosted login, from the owner page if it is there already, and send its form."""
        if not is_there:
            page.goto(f"{self.home.web_url}/owner/{fragment}")
        page.get_by_role("button", name=words.owner("login.log_in")).click()
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password").fill(password)
        page.keyboard.press("Enter")

    def come_in(self, owner: Page, card: Locator, name: str, phone: str) -> str:
        """Whoever waits is let in and uses their code; the id of the visit.

        Whoever is turned away or has a code is not asked about again for minutes; whoever came in is.
        """
        path = path_of(card)
        decision = {"decision": "approve", "name": name, "phone": phone, "face_index": 0}
        before = len(self.home.messages(phone))
        call(owner, "POST", f"{path}/decision", decision)
        self.use_code(owner, self.home.wait_for_messages(phone, before + 1)[-1])
        return path.rpartition("/")[2]

    def use_code(self, page: Page, text: str) -> None:
        """Open the door with the code of a message, as its page does."""
        code = {"door_id": "front", "passcode": passcode_in(text)}
        if (visit := re.search(r"visit=(\w{26})", text)) is not None:
            code["visit_id"] = visit[1]
        answer = page.request.post(f"{self.home.web_url}/api/door/redeem", data=code)
        assert answer.ok, answer.text()

    def photo_of(self, portrait: Portrait, out: Path) -> Path:
        """A crop of the clip: somebody's head and shoulders, as a phone takes them."""
        film = cv2.VideoCapture(str(self.clip))
        film.set(cv2.CAP_PROP_POS_MSEC, STANDS_AT[portrait] * 1000)
        is_read, frame = film.read()
        film.release()
        assert is_read
        middle = np.asarray(frame[60:620, 380:900], dtype=np.uint8)
        cv2.imwrite(str(out), middle)
        return out

    def photos_bucket(self) -> tuple[Any, str]:
        """S3 and the bucket that photos are in."""
        return self.home.client("s3"), self.home.output("PhotosBucketName")


def call(owner: Page, method: str, path: str, body: Any = None) -> Any:
    """Ask the owner API as the page does that is logged in; the answer of a call that succeeds."""
    answer = owner.evaluate(_CALL, [method, path, body])
    assert answer["status"] == 200, f"{method} {path}: {answer}"
    return answer["body"]


def nobody_on_file(owner: Page) -> None:
    """Forget whoever earlier journeys left: everybody at the door is a stranger again."""
    for visitor in call(owner, "GET", "/visitors")["visitors"]:
        call(owner, "DELETE", f"/visitors/{visitor['visitor_id']}")


def stranger(owner: Page) -> Locator:
    """The card of somebody unknown who waits, whoever comes beside them; on the page of visits.

    Whoever earlier journeys put on file is forgotten before, or nobody would be unknown any more.
    """
    nobody_on_file(owner)
    name = words.owner("who.unknown", count=1)
    newest = owner.get_by_role("article", name=name, exact=True).first
    newest.wait_for(timeout=ARRIVAL_MILLISECONDS)
    href = newest.get_by_role("heading").get_by_role("link").get_attribute("href")
    return owner.get_by_role("article").filter(has=owner.locator(f'a[href="{href}"]'))


def address_of(card: Locator) -> str:
    """Where the visit of a card has its own page, from # on."""
    href = card.get_by_role("heading").get_by_role("link").get_attribute("href")
    assert href
    return href


def path_of(card: Locator) -> str:
    """The visit of a card in the owner API."""
    return address_of(card).removeprefix("#")


def let_in(card: Locator, name: str, phone: str) -> None:
    """Give somebody a name and a phone number, and let them in."""
    card.get_by_role("button", name=words.owner("decide.let_in"), exact=True).click()
    card.get_by_label(words.owner("decide.name")).fill(name)
    card.get_by_label(words.owner("decide.phone")).fill(phone)
    card.get_by_role("button", name=words.owner("decide.send_code")).click()


def approve(owner: Page, card: Locator, name: str, phone: str) -> None:
    """The same through the API, for journeys that begin after it."""
    decision = {"decision": "approve", "name": name, "phone": phone, "face_index": 0}
    call(owner, "POST", f"{path_of(card)}/decision", decision)


def link_in(text: str) -> str:
    """The address in a message."""
    found = re.search(r"https?://\S+", text)
    assert found, text
    return found[0]


def door_page(device: BrowserContext, address: str) -> Page:
    """The door page, as soon as it knows its door."""
    page = device.new_page()
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Front door")
    return page


def touch_code(door: Page, code: str) -> None:
    """Tap a code on the keypad, and open."""
    for digit in code:
        door.get_by_role("button", name=digit, exact=True).tap()
    door.get_by_role("button", name=words.door("open")).tap()


def type_code(door: Page, code: str) -> None:
    """Type a code wherever the focus is, and open."""
    door.keyboard.type(code)
    door.keyboard.press("Enter")


def is_open(door: Page) -> None:
    """The door page says so."""
    opened = words.door("result.opened", door="front door")
    expect(door.get_by_role("status").filter(has_text=opened)).to_be_visible(timeout=ANSWER_MILLISECONDS)


def is_refused(door: Page, key: str) -> None:
    """The door page says why it stays shut."""
    expect(door.get_by_role("alert").filter(has_text=words.door(key))).to_be_visible(
        timeout=ANSWER_MILLISECONDS
    )


def tab_to(page: Page, target: Locator, most: int = 40) -> None:
    """Go there with the keyboard; each stop on the way shows where it is."""
    for _ in range(most):
        page.keyboard.press("Tab")
        ring = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert ring == "solid"
        if target.evaluate("found => found === document.activeElement"):
            return
    raise AssertionError(f"{target} was not reached")
