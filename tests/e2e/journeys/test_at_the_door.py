"""The door page: on the visitor's phone and beside the door, with a network that comes and goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.journeys import words
from tests.e2e.journeys.house import (
    ANSWER_MILLISECONDS,
    House,
    approve,
    call,
    door_page,
    is_open,
    is_refused,
    link_in,
    path_of,
    stranger,
    tab_to,
    touch_code,
    type_code,
)
from tests.e2e.running_home import passcode_in

GREETING = "Welcome to the Lovelaces"
WRONG_TRIES = 5  # for one visit


def test_a_visitor_with_a_keyboard_and_a_network_that_is_cut(house: House) -> None:
    """From the message's link: a wrong code, a code without a network, one that opens, and once more."""
    phone = "+15555550131"
    with house.owner(width=1280, scheme="dark") as owner:
        approve(owner, stranger(owner), "Ruth", phone)
        text = house.home.wait_for_messages(phone, 1)[-1]
        code = passcode_in(text)
        wrong = f"{(int(code) + 1) % 10**7:07d}"

        with house.device(width=390) as device:
            door = door_page(device, link_in(text))
            field = door.get_by_label(words.door("passcode"))
            tab_to(door, field)
            type_code(door, wrong)
            is_refused(door, "result.wrong")
            is_refused(door, "result.wrong.visit")

            door.keyboard.type(code)
            device.set_offline(True)
            expect(door.get_by_role("alert")).to_contain_text(words.door("result.offline.typed"))
            door.keyboard.press("Enter")
            expect(door.get_by_role("alert")).to_contain_text(words.door("result.unanswered"))
            device.set_offline(False)
            expect(door.get_by_role("status")).to_contain_text(words.door("result.back.press"))
            expect(field).to_have_value(code)
            door.keyboard.press("Enter")
            is_open(door)

            type_code(door, code)
            is_refused(door, "result.used")


def test_too_many_tries_have_to_wait(house: House) -> None:
    """Somebody guesses at a visit: after five codes the page says for how long, and takes no more."""
    with house.owner() as owner:
        path = path_of(stranger(owner))
    _, _, door_id, visit_id = path.split("/")
    with house.device(width=390, scheme="dark", touch=True) as device:
        door = door_page(device, f"{house.home.web_url}/door/?door={door_id}&visit={visit_id}")
        for number in range(WRONG_TRIES):
            touch_code(door, f"{number:07d}")
            is_refused(door, "result.wrong")
            door.get_by_role("button", name="1", exact=True).tap()  # the next digit puts the answer away
            door.get_by_role("button", name=words.door("clear")).tap()
        touch_code(door, "9999999")

        expect(door.get_by_role("alert")).to_contain_text(
            words.door("result.wait"), timeout=ANSWER_MILLISECONDS
        )
        left = door.get_by_role("timer")
        expect(left).to_contain_text(":")
        before = left.inner_text()
        expect(left).not_to_have_text(before)
        expect(door.get_by_role("button", name=words.door("open"))).to_be_disabled()


@pytest.fixture
def greeting(house: House) -> Iterator[str]:
    """What the household says at the door, as a deployment with `Greeting` leaves it in the site."""
    s3, bucket = house.home.client("s3"), house.home.output("SiteBucketName")
    place = {"Bucket": bucket, "Key": "door/config.json"}
    before = s3.get_object(**place)
    body = before["Body"].read()
    headers = {name: before[name] for name in ("ContentType", "CacheControl") if name in before}
    s3.put_object(**place, **headers, Body=json.dumps({**json.loads(body), "greeting": GREETING}).encode())
    yield GREETING
    s3.put_object(**place, **headers, Body=body)


def test_a_kiosk_greets_survives_an_outage_and_opens(house: House, greeting: str) -> None:
    """The tablet beside the door notices that the network is gone, and is back; a guest comes in by touch."""
    now = datetime.now(UTC)
    times = {
        "from": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "until": f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M}",
    }
    with house.owner() as owner:
        guest = {"name": "Hedy", "phone": "+15555550132", "send": False}
        made = call(owner, "POST", "/passes", {"door_id": "front", "kind": "once", **times, **guest})
    with house.device(width=1280, touch=True) as tablet:
        door = door_page(tablet, f"{house.home.web_url}/door/?door=front")
        expect(door.get_by_text(greeting)).to_be_visible()
        tablet.set_offline(True)
        expect(door.get_by_role("alert")).to_contain_text(words.door("result.offline.idle"))
        tablet.set_offline(False)
        expect(door.get_by_role("status")).to_contain_text(words.door("result.back"))
        touch_code(door, made["passcode"])
        is_open(door)
