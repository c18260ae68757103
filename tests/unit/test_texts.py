"""The words of the text messages."""

from __future__ import annotations

import re

import pytest

from smart_door.domain import texts

LINK = "https://d1234567890abc.cloudfront.net/x"


@pytest.mark.parametrize(
    ("names", "strangers", "companions", "expected"),
    [
        ([], 1, [], "Someone you don't know is at the front door: LINK"),
        ([], 2, [], "Two people you don't know are at the front door: LINK"),
        ([], 12, [], "12 people you don't know are at the front door: LINK"),
        ([], 1, ["Grace"], "Someone you don't know is at the front door with Grace: LINK"),
        (
            [],
            2,
            ["Ada", "Bob", "Eve"],
            "Two people you don't know are at the front door with Ada, Bob and Eve: LINK",
        ),
        (["ada"], 0, [], "ada is at the front door and is let in only if you say so: LINK"),
        (["Ada"], 1, [], "Ada and someone you don't know are at the front door: LINK"),
        (
            ["Ada", "Bob"],
            0,
            ["Eve"],
            "Ada and Bob are at the front door with Eve and are let in only if you say so: LINK",
        ),
    ],
)
def test_the_question_names_who_it_is_how_many_and_who_is_with_them(
    names: list[str], strangers: int, companions: list[str], expected: str
) -> None:
    """In a whole sentence."""
    assert texts.question("Front door", names, strangers, companions, "LINK") == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Front door", "the front door"),
        ("The barn", "the barn"),
        ("Garage", "the garage"),
        ("WC", "the WC"),
        ("", "the door"),
    ],
)
def test_a_doors_name_fits_into_a_sentence(name: str, expected: str) -> None:
    """However it was written."""
    assert texts.the_door(name) == expected


def test_a_code_stands_unbroken_in_its_message() -> None:
    """So that phones offer to fill it in."""
    text = texts.code("Front door", "Ada", "0123456", 5, "https://door.example/door/")

    assert re.findall(r"\d{7,}", text) == ["0123456"]
    assert texts.code("Front door", "Ada", "0123456", 1, LINK).count("1 minute.") == 1


def test_a_question_fits_into_one_message() -> None:
    """160 characters, with CloudFront's name."""
    link = texts.owner_link("https://d1234567890abc.cloudfront.net", "front", "0" * 26)

    assert len(texts.question("Front door", [], 1, [], link)) <= 160
