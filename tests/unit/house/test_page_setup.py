"""What the owner page says about parameters of the stack names parameters of the template."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from tests.unit.house.page_scripts import LANGUAGES, SITES, text

TEMPLATE = (SITES.parent / "template.yaml").read_text()
SPECIFICATION = yaml.safe_load((SITES.parent / "api-specs/owner.yaml").read_text())
TOLD = re.findall(
    r'"(\w+)"', text("/owner/settings_view.js").partition("const PARAMETERS = ")[2].partition("]")[0]
)


def test_all_that_the_api_answers_is_told() -> None:
    """In an order of the page's own."""
    answered = SPECIFICATION["components"]["schemas"]["Settings"]["properties"]["set_up"]["properties"]
    assert sorted(TOLD) == sorted(answered)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*TOLD, "time_zone"])
def test_whoever_looks_for_a_parameter_finds_it(name: str, language: str) -> None:
    """Each sentence ends with the name that the template has for it."""
    words = json.loads((SITES / f"owner/i18n/{language}.json").read_text())[f"setup.{name}"]
    for sentence in words.values() if isinstance(words, dict) else [words]:
        parameter = re.search(r"\((\w+)\)$", sentence)
        assert parameter
        assert parameter[1] == name.title().replace("_", "")
        assert re.search(rf"^  {parameter[1]}:$", TEMPLATE, re.MULTILINE)
