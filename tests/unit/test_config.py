"""The environment: read once, checked at once, and as template.yaml sets it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import pytest
import yaml

from smart_door.config import (
    AnalyzeFragmentConfig,
    EnrollFaceConfig,
    InviteMessageConfig,
    OwnerApiConfig,
    ProcessFaceMatchesConfig,
    VisitorApiConfig,
)
from smart_door.domain.errors import ConfigurationError

ENVIRONMENT = {
    "STREAM_NAME_PREFIX": "smart-door-",
    "DOOR_IDS": "front",
    "DOOR_NAMES": "Front door, red",
    "VISITS_TABLE": "visits",
    "VISITORS_TABLE": "visitors",
    "PASSCODES_TABLE": "passcodes",
    "IDEMPOTENCY_TABLE": "idempotency",
    "PHOTOS_BUCKET": "photos",
    "COLLECTION_ID": "collection",
    "FACE_SEARCH_RESULTS": "face-search-results",
    "FRAMES_PER_SECOND": "2",
    "OWNER_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:owner",
    "EVENT_BUS_NAME": "bus",
    "PASSCODE_KEY_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:key",
    "SITE_URL_PARAMETER": "site-url",
    "FAILED_RECORDS_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/records",
    "RECOGNITION_SIMILARITY": "99",
    "VISIT_MINUTES": "10",
    "VISIT_GAP_SECONDS": "15",
    "PASSCODE_MINUTES": "5",
    "PHOTO_LINK_SECONDS": "300",
    "PHOTO_DAYS": "30",
    "VISIT_DAYS": "90",
    "TIME_ZONE": "Europe/Berlin",
    "CAMERA_SENDS": "always",
    "VIDEO_HOURS": "24",
    "FACE_SEARCH_MODE": "fragments",
    "USER_POOL_ID": "us-east-1_home",
    "OWNER_PHONE": "+15555550100",
    "FIRST_PASSWORD_DAYS": "7",
}


class Config(Protocol):
    """What the configurations have in common."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> object:
        """Read it."""


CONFIGS: dict[str, type[Config]] = {
    "ProcessFaceMatchesFunction": ProcessFaceMatchesConfig,
    "OwnerApiFunction": OwnerApiConfig,
    "VisitorApiFunction": VisitorApiConfig,
    "EnrollFaceFunction": EnrollFaceConfig,
    "AnalyzeFragmentFunction": AnalyzeFragmentConfig,
    "InviteMessageFunction": InviteMessageConfig,
}


class Recording(Mapping[str, str]):
    """The environment, noting what is read."""

    def __init__(self) -> None:
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.read.add(name)
        return ENVIRONMENT[name]

    def __iter__(self) -> Iterator[str]:
        return iter(ENVIRONMENT)

    def __len__(self) -> int:
        return len(ENVIRONMENT)


class Template(yaml.SafeLoader):
    """Reads a template without caring for its functions."""


Template.add_multi_constructor("!", lambda loader, tag, node: tag)


def template() -> dict[str, Any]:
    """The project's template."""
    text = (Path(__file__).parents[2] / "template.yaml").read_text()
    loaded: dict[str, Any] = yaml.load(text, Loader=Template)  # noqa: S506 - it is a safe loader
    return loaded


@pytest.mark.parametrize("function", CONFIGS)
def test_a_function_reads_just_what_the_template_sets(function: str) -> None:
    """Its own variables, and of those that all functions have, some."""
    environ = Recording()
    CONFIGS[function].from_env(environ)
    home = template()
    common = set(home["Globals"]["Function"]["Environment"]["Variables"])
    own = set(home["Resources"][function]["Properties"]["Environment"]["Variables"])

    assert own - {"POWERTOOLS_SERVICE_NAME"} <= environ.read
    assert environ.read <= own | common


@pytest.mark.parametrize(("mode", "searches"), [("fragments", True), ("stream-processor", False)])
def test_the_owner_page_knows_how_faces_are_searched(mode: str, searches: bool) -> None:
    """By the template's two modes and no third."""
    chosen = OwnerApiConfig.from_env({**ENVIRONMENT, "FACE_SEARCH_MODE": mode})
    assert chosen.searches_fragments is searches
    with pytest.raises(ConfigurationError, match="FACE_SEARCH_MODE"):
        OwnerApiConfig.from_env({**ENVIRONMENT, "FACE_SEARCH_MODE": "both"})


@pytest.mark.parametrize("function", CONFIGS)
def test_a_missing_variable_is_named(function: str) -> None:
    """Each of them."""
    environ = Recording()
    CONFIGS[function].from_env(environ)
    for name in environ.read:
        without = {key: value for key, value in ENVIRONMENT.items() if key != name}
        with pytest.raises(ConfigurationError) as missing:
            CONFIGS[function].from_env(without)
        assert missing.value.name == name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RECOGNITION_SIMILARITY", "79"),
        ("VISIT_MINUTES", "soon"),
        ("PASSCODE_MINUTES", "11"),
        ("VISIT_DAYS", "nan"),
        ("DOOR_IDS", "Front"),
        ("DOOR_IDS", "front,front"),
        ("DOOR_NAMES", "  "),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    """Not a number, out of range, not the form."""
    with pytest.raises(ConfigurationError) as wrong:
        ProcessFaceMatchesConfig.from_env({**ENVIRONMENT, name: value})
    assert wrong.value.name == name


@pytest.mark.parametrize("value", ["Europe/Atlantis", "/etc/passwd", "../etc", "Europe"])
def test_a_wrong_time_zone_is_named(value: str) -> None:
    """Only IANA's names."""
    with pytest.raises(ConfigurationError) as wrong:
        OwnerApiConfig.from_env({**ENVIRONMENT, "TIME_ZONE": value})
    assert wrong.value.name == "TIME_ZONE"


def test_minutes_and_days_become_seconds() -> None:
    """One unit inside."""
    rules = ProcessFaceMatchesConfig.from_env(ENVIRONMENT).rules

    assert (rules.visit_seconds, rules.passcode_seconds, rules.keep_seconds) == (600, 300, 90 * 86400)


def test_the_owner_reads_the_parameters_by_their_own_names() -> None:
    """Every field is a parameter of the template, with its value as it was chosen."""
    chosen = asdict(OwnerApiConfig.from_env({**ENVIRONMENT, "VISIT_MINUTES": "7"}).set_up)
    parameters = template()["Parameters"]
    defaults = {name: parameters["".join(map(str.title, name.split("_")))]["Default"] for name in chosen}

    assert chosen == {**defaults, "visit_minutes": 7}


def test_frames_a_second_become_the_time_between_them() -> None:
    """And the gap of a visit bounds how seldom it is looked at."""
    thrift = AnalyzeFragmentConfig.from_env({**ENVIRONMENT, "FRAMES_PER_SECOND": "4"}).thrift
    assert (thrift.frame_seconds, thrift.threshold, thrift.settled_seconds) == (0.25, 99, 7.5)

    with pytest.raises(ConfigurationError) as wrong:
        AnalyzeFragmentConfig.from_env({**ENVIRONMENT, "FRAMES_PER_SECOND": "30"})
    assert wrong.value.name == "FRAMES_PER_SECOND"


def test_several_doors_have_a_name_each() -> None:
    """In the same order."""
    two = {**ENVIRONMENT, "DOOR_IDS": "front, back", "DOOR_NAMES": "Front door, Back door"}
    assert VisitorApiConfig.from_env(two).doors.names == {"front": "Front door", "back": "Back door"}
    with pytest.raises(ConfigurationError):
        VisitorApiConfig.from_env({**two, "DOOR_NAMES": "Front door"})


def test_only_bootstrap_touches_the_environment() -> None:
    """No other module of the layer or of these functions names it."""
    root = Path(__file__).parents[2]
    sources = [*(root / "layers/smart_door/smart_door").rglob("*.py"), *(root / "functions").rglob("*.py")]
    readers = {
        path.relative_to(root).parent.as_posix()
        for path in sources
        if "os.environ" in path.read_text() or "getenv" in path.read_text()
    }

    assert readers == {"layers/smart_door/smart_door/bootstrap"}


def test_no_arn_of_an_account_stands_in_the_code() -> None:
    """Names and ARNs come from the template."""
    root = Path(__file__).parents[2]
    sources = [*(root / "layers/smart_door/smart_door").rglob("*.py"), *(root / "functions").rglob("*.py")]
    sources.append(root / "template.yaml")

    assert [path.name for path in sources if "123456789012" in path.read_text()] == []
    assert [path.name for path in sources if "arn:aws:" in path.read_text()] == []


def test_nothing_is_evaluated() -> None:
    """Stream data are parsed, never run."""
    root = Path(__file__).parents[2]
    sources = [*(root / "layers/smart_door/smart_door").rglob("*.py"), *(root / "functions").rglob("*.py")]
    calls = ("eval(", "exec(", "pickle", "literal_eval(")

    assert [path.name for path in sources if any(call in path.read_text() for call in calls)] == []
