"""What the owner page says about parameters of the stack is what the template says."""

from __future__ import annotations

import json
import re

import pytest

from tests.unit.house.page_scripts import LANGUAGES, SITES, text

TEMPLATE = (SITES.parent / "template.yaml").read_text()
SAID = dict(
    re.findall(
        r"(\w+): (\d+)", text("/owner/settings_view.js").partition("SET_UP_WITH = ")[2].partition("}")[0]
    )
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*SAID, "zone"])
def test_a_parameter_exists_and_has_the_default_that_is_said(name: str, language: str) -> None:
    """Somebody who looks for the name in the template finds it, with that value."""
    words = json.loads((SITES / f"owner/i18n/{language}.json").read_text())
    parameter = re.search(r"\((\w+)\)$", words[f"setup.{name}"])
    assert parameter
    default = re.search(rf"^  {parameter[1]}:\n(?:    .*\n)*?    Default: (\S+)$", TEMPLATE, re.MULTILINE)
    assert default
    assert name == "zone" or default[1] == SAID[name]
