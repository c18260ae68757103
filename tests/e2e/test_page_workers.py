"""The installed pages: open without a network, nothing private kept, a new version counts at once."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import watched_context
from tests.e2e.page_policy import ROOT
from tests.e2e.page_server import PageServer, page_server
from tests.unit.house.page_scripts import files_of

CONTROLLED = "() => navigator.serviceWorker.controller !== null"
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) found.push(request.url);
  }
  return found;
}"""
FULL = """async () => {
  for (const name of await caches.keys()) await caches.delete(name);
  Cache.prototype.put = async () => { throw new DOMException("full", "QuotaExceededError"); };
}"""


@pytest.fixture
def server() -> Iterator[PageServer]:
    """The pages, as they are deployed."""
    with page_server() as running:
        yield running


@pytest.fixture
def page(browser: Browser, server: PageServer) -> Iterator[Page]:
    """A page of a browser that may install workers."""
    with watched_context(browser, frozenset({f"127.0.0.1:{server.port}"}), width=390) as context:
        yield context.new_page()


def test_the_door_page_opens_without_a_network_and_recovers(page: Page, server: PageServer) -> None:
    """A kiosk that is switched on during an outage says so, and works as soon as there is a network."""
    page.goto(f"{server.url}/door/?door=front")
    page.wait_for_function(CONTROLLED)
    server.stop()

    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("There is no connection at the moment.")
    expect(page.get_by_role("button", name="Open the door")).to_be_visible()
    server.start()

    expect(page.get_by_role("heading", level=1)).to_have_text("Front door")
    expect(page.get_by_role("status")).to_contain_text("The connection is back.")


def test_a_network_that_goes_while_a_page_installs_is_no_error(page: Page, server: PageServer) -> None:
    """The page works without its worker, and the next load brings it."""
    server.lost.add("door/worker.js")
    page.goto(f"{server.url}/door/?door=front")
    while "door/worker.js" not in server.asked:
        page.wait_for_timeout(50)
    expect(page.get_by_role("heading", level=1)).to_have_text("Front door")
    server.lost.clear()

    page.reload()

    page.wait_for_function(CONTROLLED)


def test_a_device_without_room_shows_the_page_all_the_same(page: Page, server: PageServer) -> None:
    """The browser has dropped the copies and takes no others: what comes from the network counts."""
    page.goto(f"{server.url}/door/?door=front")
    page.wait_for_function(CONTROLLED)
    page.context.service_workers[0].evaluate(FULL)

    page.reload()

    expect(page.get_by_role("heading", level=1)).to_have_text("Front door")


def test_a_new_version_counts_at_the_next_load(page: Page, server: PageServer) -> None:
    """What was deployed meanwhile is shown, though the worker has the old files; and kept for later."""
    page.goto(f"{server.url}/door/?door=front")
    page.wait_for_function(CONTROLLED)
    words = json.loads((ROOT / "static-sites/door/i18n/en.json").read_text())
    server.changed["door/i18n/en.json"] = json.dumps({**words, "open": "Open it"}).encode()

    page.reload()
    expect(page.get_by_role("button", name="Open it")).to_be_visible()
    server.stop()
    page.reload()

    expect(page.get_by_role("button", name="Open it")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "query"), [("door", "?door=front&visit=01K9"), ("owner", "?code=secret&state=x")]
)
def test_workers_keep_the_pages_own_files_only(page: Page, server: PageServer, name: str, query: str) -> None:
    """Neither an answer of an API nor a configuration nor a query, which may hold a login code."""
    page.goto(f"{server.url}/{name}/")
    page.wait_for_function(CONTROLLED)

    page.goto(f"{server.url}/{name}/{query}")
    page.get_by_role("heading", level=1).wait_for()
    if name == "door":
        page.keyboard.type("1234567")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("not right")

    own = {address for address in files_of(name) if "/icons/" not in address} | {f"/{name}/"}
    assert set(page.evaluate(KEPT)) == {server.url + address for address in own}


def test_the_pages_can_be_installed(page: Page, server: PageServer) -> None:
    """Chromium reads each manifest without a complaint, and its icons load."""
    for name in ("door", "owner"):
        page.goto(f"{server.url}/{name}/")
        page.get_by_role("heading", level=1).wait_for()
        session = page.context.new_cdp_session(page)
        found = session.send("Page.getAppManifest")
        assert found["errors"] == []
        assert found["url"] == f"{server.url}/{name}/{name}.webmanifest"
        installable = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert [error["errorId"] for error in installable] in ([], ["in-incognito"])
