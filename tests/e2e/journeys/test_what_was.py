"""What was: every visit with its decision, filtered, opened, saved as a table; and a photo that is gone."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from scripts.run import OWNER_EMAIL
from tests.e2e.journeys import words
from tests.e2e.journeys.house import ANSWER_MILLISECONDS, House, address_of, call, path_of, stranger

GUEST = "Sofia"


@pytest.fixture(scope="module")
def denied(house: House) -> str:
    """Where a visit is that was turned away, and a guest who came in by a pass before."""
    times = {
        "from": "2026-01-01T00:00",
        "until": time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 3600)),
    }
    with house.owner() as owner:
        card = stranger(owner)
        address = address_of(card)
        expect(card.get_by_role("img").first).to_be_visible(timeout=ANSWER_MILLISECONDS)
        call(owner, "POST", f"{path_of(card)}/decision", {"decision": "deny"})
        guest = {"name": GUEST, "phone": "+15555550161", "send": False}
        made = call(owner, "POST", "/passes", {"door_id": "front", "kind": "once", **times, **guest})
        code = {"door_id": "front", "passcode": made["passcode"]}
        assert owner.request.post(f"{house.home.web_url}/api/door/redeem", data=code).ok
        return address


def test_visits_are_found_by_day_person_and_outcome(house: House, denied: str) -> None:
    """Each filter is in the address and can be gone back from; an entry says who decided and why."""
    with house.owner("#/activity", width=1280) as owner:
        turned_away = rows(owner).filter(has=owner.locator(f'a[href="{denied}"]'))
        expect(turned_away).to_contain_text(words.owner("why.rule.household", person=OWNER_EMAIL))
        owner.get_by_label(words.owner("activity.person")).select_option(GUEST)
        expect(rows(owner)).to_have_count(1)
        expect(rows(owner)).to_contain_text(words.owner("why.rule.pass", person=OWNER_EMAIL))
        expect(rows(owner)).to_contain_text(words.owner("outcome.state.admitted"))
        owner.get_by_label(words.owner("activity.outcome")).select_option(words.owner("outcome.state.denied"))
        expect(owner.get_by_text(words.owner("activity.none_found"))).to_be_visible()
        owner.go_back()
        expect(rows(owner)).to_have_count(1)

        owner.goto(f"{house.home.web_url}/owner/#/activity?door=front&outcome=denied")
        expect(turned_away).to_have_count(1)
        expect(rows(owner).filter(has_text=words.owner("outcome.state.admitted"))).to_have_count(0)
        owner.get_by_label(words.owner("activity.day"), exact=True).fill("2020-02-29")
        expect(owner.get_by_text(words.owner("activity.none_found"))).to_be_visible()
        owner.get_by_role("button", name=words.owner("activity.clear")).click()
        expect(turned_away).to_have_count(1)

        turned_away.get_by_role("link").press("Enter")
        expect(owner.get_by_role("heading", level=1)).to_be_focused()
        expect(owner.get_by_text(words.owner("outcome.sentence.denied"))).to_be_visible()
        expect(
            owner.get_by_role("figure", name=words.owner("photo.first")).get_by_role("img")
        ).to_be_visible()
        decided = owner.get_by_role("definition").filter(has_text=OWNER_EMAIL)
        expect(decided.filter(has_text=words.owner("why.rule.household", person=OWNER_EMAIL))).to_be_visible()


def test_the_table_has_what_is_shown(house: House, denied: str, tmp_path: Path) -> None:
    """Saved as CSV of the same filter, and read."""
    with house.owner("#/activity?outcome=denied", width=390, scheme="dark") as owner:
        expect(rows(owner).first).to_be_visible()
        with owner.expect_download() as download:
            owner.get_by_role("button", name=words.owner("activity.save")).click()
        download.value.save_as(tmp_path / "visits.csv")
        expect(owner.get_by_text(words.owner("activity.saved"))).to_be_visible()
        shown = rows(owner).count()

    with (tmp_path / "visits.csv").open(encoding="utf-8-sig", newline="") as file:
        table: list[dict[str, Any]] = list(csv.DictReader(file))
    assert len(table) == shown
    visit_id = denied.rpartition("/")[2]
    (line,) = [line for line in table if visit_id in line.values()]
    assert "denied" in line.values()
    assert OWNER_EMAIL in line.values()


def test_a_photo_that_is_no_longer_kept_says_so(house: House, denied: str) -> None:
    """Deleted from the bucket, as its time does: the place of the photo says why there is none."""
    s3, bucket = house.photos_bucket()
    visit_id = denied.rpartition("/")[2]
    everything = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [{"Key": found["Key"]} for page in everything for found in page.get("Contents", ())]
    ours = [key for key in keys if visit_id in key["Key"]]
    assert ours
    s3.delete_objects(Bucket=bucket, Delete={"Objects": ours})

    with house.owner("#/activity?outcome=denied", width=390) as owner:
        entry = rows(owner).filter(has=owner.locator(f'a[href="{denied}"]'))
        expect(entry).to_contain_text(words.owner("activity.photo_gone"), timeout=ANSWER_MILLISECONDS)


def rows(owner: Page) -> Locator:
    """The visits that are listed."""
    return owner.locator(".activity-day").get_by_role("listitem")
