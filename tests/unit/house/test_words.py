"""Every word of the pages is in every language, and nowhere else."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
import yaml

from smart_door.http import PROBLEMS
from tests.unit.house.page_scripts import LANGUAGES, PAGES, SITES, Text, scripts_of, text, texts

_USED = re.compile(r"""\b(?:t|hasWords)\(\s*(?:"([\w.]+)"|`([\w.]+)\$\{[^`]*`)""")
_COMMENT = re.compile(r"^\s*(?://|/\*|\*).*$", re.MULTILINE)
_IN_PAGE = re.compile(r"""data-t(?:-label)?="([\w.]+)\"""")
# Names that programs give to things; people never see them.
_NAMES = re.compile(
    r"Enter|Backspace|Delete|Escape|Authorization|Content-Type|Retry-After|SHA-256|S256|GET|POST|[A-Z]\w+Error"
)
_NOT_SHOWN = re.compile(r"(?:new Error|super|console\.error)\($")


def words(page: str, language: str) -> dict[str, Any]:
    """What a page says in a language."""
    found: dict[str, Any] = json.loads((SITES / page / "i18n" / f"{language}.json").read_text())
    return found


def shape(entry: str | dict[str, str]) -> Any:
    """What must be the same in every language: the placeholders, and the forms that depend on a count."""
    if isinstance(entry, str):
        return set(re.findall(r"\{(\w+)\}", entry))
    return {"forms": set(entry), "values": shape(" ".join(entry.values())) | {"count"}}


def test_the_pages_offer_exactly_the_languages_that_there_are() -> None:
    """The list in i18n.js and the files agree."""
    offered = re.search(r"LANGUAGES = \{([^}]*)\}", text("/shared/i18n.js"))
    assert offered
    assert set(re.findall(r"(\w+): ", offered[1])) == set(LANGUAGES)
    for page in PAGES:
        assert {path.stem for path in (SITES / page / "i18n").iterdir()} == set(LANGUAGES)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_with_the_same_values(page: str, language: str) -> None:
    """The same keys as English, each with the same placeholders and forms, and no empty sentence."""
    english, other = words(page, "en"), words(page, language)
    assert list(other) == sorted(other)
    assert {key: shape(entry) for key, entry in other.items()} == {
        key: shape(entry) for key, entry in english.items()
    }
    for entry in other.values():
        assert all(form.strip() for form in (entry.values() if isinstance(entry, dict) else [entry]))
        assert isinstance(entry, str) or {"one", "other"} <= set(entry)


@pytest.mark.parametrize("page", PAGES)
def test_no_key_is_missing_and_none_is_idle(page: str) -> None:
    """What the page's scripts and its HTML say, and what there are words for, is the same."""
    exact = set(_IN_PAGE.findall(text(f"/{page}/index.html")))
    beginnings = set()
    for source in (_COMMENT.sub("", script) for script in scripts_of(page).values()):
        for key, beginning in _USED.findall(source):
            exact |= {key} if key else set()
            beginnings |= {beginning} if beginning else set()
    exact |= {"clear", "delete"} if page == "door" else set()  # keypad.js: the key's own name
    known = set(words(page, "en"))
    assert exact - known == set()
    assert {begin for begin in beginnings if not any(key.startswith(begin) for key in known)} == set()
    assert {key for key in known - exact if not key.startswith(tuple(beginnings) or ("\0",))} == set()


@pytest.mark.parametrize("page", PAGES)
def test_no_script_says_anything_itself(page: str) -> None:
    """Texts in scripts are names for programs: sentences come from the words."""
    classes = set(re.findall(r"\.([a-z][\w-]*)", " ".join(p.read_text() for p in SITES.rglob("*.css"))))
    said = [
        (address, found.text)
        for address, source in scripts_of(page).items()
        for found in texts(source)
        if address != "/shared/i18n.js" and says_something(found, classes)
    ]
    assert said == []


def says_something(found: Text, classes: set[str]) -> bool:
    """Whether a person could read it as language, rather than as a name, a class or an address."""
    plain = found.text.replace("Smart Door", "")
    if _NOT_SHOWN.search(found.before) or _NAMES.fullmatch(plain):
        return False
    if re.search(r"[^\x00-\x7f·]", plain):
        return True
    if plain in ("openid email",):
        return False
    sentences = re.search(r"\b[A-Z][a-z]+", plain) and not re.search(r"[-/=.]\w", plain)
    several = re.findall(r"(?<![\w-])[A-Za-z]{2,}(?= )|(?<= )[A-Za-z]{2,}(?![\w-])", plain)
    return bool(sentences) or any(word not in classes for word in several)


def test_a_sentence_in_a_script_would_be_found() -> None:
    """The look at the scripts sees what it is there to see."""
    script = (
        'a("Wait"); b(`No ${t("x") ? `none` : "at all"}`); // "Comment"\nc("card stack"); d("tell them");'
    )
    said = [found.text for found in texts(script) if says_something(found, {"card", "stack"})]
    assert said == ["Wait", "No ", "at all", "tell them"]


class _Said(HTMLParser):
    """Collects the texts and readable attributes of a page, outside of noscript."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note attributes that people read or hear."""
        if tag not in ("meta", "link", "img", "input"):
            self._inside.append(tag)
        self.said += [
            value for name, value in attrs if name in ("aria-label", "alt", "title", "placeholder") and value
        ]

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note text, but for the name of the program and what is for browsers without scripts."""
        if data.strip() not in ("", "Smart Door") and "noscript" not in self._inside:
            self.said.append(data.strip())


@pytest.mark.parametrize("page", PAGES)
def test_no_page_says_anything_itself(page: str) -> None:
    """The HTML has places for words, not words."""
    parser = _Said()
    parser.feed(text(f"/{page}/index.html"))
    assert parser.said == []


@pytest.mark.parametrize("page", PAGES)
def test_every_error_of_the_home_has_words(page: str) -> None:
    """Whatever code either API answers, the reader is told in their language."""
    api = {"owner": "owner", "door": "visitor"}[page]
    gateway = yaml.safe_load((SITES.parent / f"api-specs/{api}.yaml").read_text())
    responses = gateway["x-amazon-apigateway-gateway-responses"].values()
    codes = {json.loads(found["responseTemplates"]["application/json"])["code"] for found in responses}
    codes |= {problem.code for problem in PROBLEMS.values()}
    if page == "owner":
        of_passcodes = {code for code in codes if code.startswith("passcode_")}
        assert {f"error.{code}" for code in codes - of_passcodes} - set(words("owner", "en")) == set()
    else:
        told = set(re.findall(r'case "(\w+)":', text("/door/main.js")))
        assert {code for code in codes if code.startswith("passcode_")} - told == {"passcode_too_many_tries"}
        assert "request_invalid" in told & codes
