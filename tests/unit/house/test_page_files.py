"""The pages' files: one place for colours, true icons, and a complete list for the worker."""

from __future__ import annotations

import json
import re

import brotli
import cv2
import numpy as np
import pytest

from scripts.draw_icons import FOLDER, ICONS, draw
from scripts.sites import content_type, door_configuration
from tests.unit.house.page_scripts import LANGUAGES, PAGES, SITES, files_of, text


def test_only_the_tokens_name_colours() -> None:
    """A colour that is not in tokens.css would be right in one scheme only."""
    for path in SITES.rglob("*.css"):
        if path.name != "tokens.css":
            assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;,) ])|rgba?\(|hsla?\(", path.read_text()) == [], (
                path.name
            )


def test_every_token_that_is_used_exists_and_every_one_is_used() -> None:
    """No style hangs on a name that nobody gives a value, and no value is left over."""
    sheets = {path: path.read_text() for path in SITES.rglob("*.css")}
    given = set(re.findall(r"^\s*(--[\w-]+):", sheets[SITES / "shared/tokens.css"], re.MULTILINE))
    used = set(re.findall(r"var\((--[\w-]+)\)", " ".join(sheets.values())))
    assert used - given == set()
    assert given - used == set()


@pytest.mark.parametrize("page", PAGES)
def test_the_worker_keeps_all_the_pages_files_and_nothing_else(page: str) -> None:
    """Without one of them the page would not open without a network."""
    kept = set(re.findall(r'^  "([^"]+)",$', text(f"/{page}/worker.js"), re.MULTILINE))
    assert kept == {address for address in files_of(page) if "/icons/" not in address}
    assert not any("config" in address or "/api/" in address for address in kept)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_light_enough_for_a_bad_connection(page: str) -> None:
    """All its sections in one language, as a deployment stores them: under 100 kB over the wire."""
    other = tuple(f"/{page}/i18n/{language}.json" for language in LANGUAGES[1:])
    files = [SITES / address.removeprefix("/") for address in files_of(page) if address not in other]
    files = [path for path in {SITES / page / "index.html", *files} if path.suffix != ".png"]
    assert sum(len(brotli.compress(path.read_bytes(), mode=brotli.MODE_TEXT)) for path in files) < 100_000


@pytest.mark.parametrize("page", PAGES)
def test_the_manifest_names_icons_of_the_sizes_it_says(page: str) -> None:
    """What a phone needs to put the page on its home screen: 192, 512 and a maskable icon."""
    manifest = json.loads(text(f"/{page}/{page}.webmanifest"))
    assert manifest["scope"] == manifest["start_url"] == f"/{page}/"
    for icon in manifest["icons"]:
        path = SITES / icon["src"].removeprefix("/")
        assert content_type(path.name) == icon["type"]
        if icon["type"] == "image/png":
            image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
            assert image is not None
            assert f"{image.shape[1]}x{image.shape[0]}" == icon["sizes"]
    assert {"any", "maskable"} == {icon["purpose"] for icon in manifest["icons"]}


@pytest.mark.parametrize("name", ICONS)
def test_icons_are_what_the_script_draws(name: str) -> None:
    """Run `python -m scripts.draw_icons` after a change; libraries may round an edge differently."""
    stored = cv2.imread(str(FOLDER / name), cv2.IMREAD_UNCHANGED)
    assert stored is not None
    assert np.abs(stored.astype(int) - draw(*ICONS[name]).astype(int)).mean() < 1


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("door/", "text/html; charset=utf-8"),
        ("door/worker.js", "text/javascript; charset=utf-8"),
        ("door/door.webmanifest", "application/manifest+json; charset=utf-8"),
        ("door/i18n/de.json", "application/json; charset=utf-8"),
        ("shared/icon.svg", "image/svg+xml"),
        ("shared/icons/any-192.png", "image/png"),
    ],
)
def test_files_are_published_as_what_they_are(name: str, kind: str) -> None:
    """Browsers refuse a module, a worker or a manifest of another type."""
    assert content_type(name) == kind


def test_the_greeting_reaches_the_door_page_where_there_is_one() -> None:
    """The stack has no output Greeting where the parameter is empty."""
    outputs = {"DoorId": "front", "DoorName": "Front door"}
    doors = [{"door_id": "front", "name": "Front door"}]
    assert door_configuration(outputs) == {"doors": doors}
    greeted = door_configuration({**outputs, "Greeting": "Welcome"})
    assert greeted == {"doors": doors, "greeting": "Welcome"}
