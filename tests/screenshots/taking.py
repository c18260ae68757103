"""Takes the pictures: each screen is brought about once, in a home in memory, and seen at every size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.e2e.browser import finish_motion, watched_context
from tests.e2e.home_double import HOSTS
from tests.e2e.page_states import PHONE, STATES, State, full_home
from tests.screenshots.demo_photos import serve_photos

LOCALES = {"en": "en-GB", "de": "de-DE", "es": "es-MX"}
SIZES = {390: 844, 1280: 800}  # a phone, a desk or a tablet on the wall
SCHEMES = ("light", "dark")
_ENOUGH = 16_000  # pixels: Chromium draws no higher pictures
_AFTERTHOUGHTS = 500  # milliseconds in which a page asks for what it can do without: earlier visits, photos
_SETTLE = """() => Promise.all([
  document.fonts.ready,
  ...[...document.images].map((image) => {
    image.loading = "eager";
    return image.decode().catch(() => {});
  }),
]).then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))"""


@dataclass(frozen=True)
class Picture:
    """A file name that says what is on it, and sorts by screen, width and scheme."""

    screen: str
    width: int
    scheme: str
    is_whole: bool = False  # the page down to its end, where that is below the window's

    @property
    def name(self) -> str:
        """Such as `owner-visits-0390-light.png`."""
        return f"{self.screen}-{self.width:04d}-{self.scheme}{'-whole' if self.is_whole else ''}.png"


def screens(language: str) -> dict[str, State]:
    """Every screen that speaks a language; the local run's phone page speaks English only."""
    return dict(sorted((STATES | (PHONE if language == "en" else {})).items()))


def expected(names: Mapping[str, State] | list[str]) -> list[Picture]:
    """The pictures of screens, without those of what is below the window."""
    return [Picture(name, width, scheme) for name in names for width in SIZES for scheme in SCHEMES]


def take(browser: Browser, name: str, state: State, language: str, folder: Path) -> Iterator[Picture]:
    """Bring a screen about and write its pictures, one by one."""
    home = full_home()
    with watched_context(
        browser, HOSTS, width=390, height=SIZES[390], locale=LOCALES[language], workers=False
    ) as context:
        home.serve(context)
        serve_photos(context, home)
        page = context.new_page()
        state(page, home)
        page.wait_for_timeout(_AFTERTHOUGHTS)
        for picture in expected([name]):
            page.emulate_media(color_scheme="dark" if picture.scheme == "dark" else "light")
            yield _window(page, picture, folder)
            if whole := _whole(page, picture, folder):
                yield whole


def settle(page: Page) -> None:
    """Bring what moves to its end, and wait for pictures and fonts that are on their way."""
    finish_motion(page)
    page.evaluate(_SETTLE)


def _window(page: Page, picture: Picture, folder: Path) -> Picture:
    """What is in sight without scrolling."""
    page.set_viewport_size({"width": picture.width, "height": SIZES[picture.width]})
    settle(page)
    page.screenshot(path=folder / picture.name)
    return picture


def _whole(page: Page, picture: Picture, folder: Path) -> Picture | None:
    """All of a page that is higher than the window; in a window so high that bars stay at its edges."""
    height = page.evaluate("() => document.documentElement.scrollHeight")
    if height <= SIZES[picture.width]:
        return None
    page.set_viewport_size({"width": picture.width, "height": min(height, _ENOUGH)})
    settle(page)
    whole = Picture(picture.screen, picture.width, picture.scheme, is_whole=True)
    page.screenshot(path=folder / whole.name)
    return whole
