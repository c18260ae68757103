"""The owner page: who is on file, and what owners may do about them, against a home in memory."""

from __future__ import annotations

import base64
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import log_in
from tests.e2e.double_visitors import person
from tests.e2e.home_double import HomeDouble, Refusal

ADA = "#/visitors/7e5d3e1e-0b1f-4c57-9d1e-000000000001"
ADA_PATH = "/api/owner/visitors/7e5d3e1e-0b1f-4c57-9d1e-000000000001"
RING = """() => {
  const focused = document.activeElement;
  return getComputedStyle(focused.type === "file" ? focused.nextElementSibling : focused).outlineStyle;
}"""
PHOTOS = f"{ADA_PATH}/photos"


@pytest.fixture(autouse=True)
def _people(home: HomeDouble) -> None:
    home.visitors += [
        person(1, "Ada Lovelace", photos=2),
        person(2, "José Ñandú"),
        person(3, "Grace Hopper", photos=0, status="blocked"),
    ]


@pytest.fixture
def ada(page: Page) -> Page:
    """Ada's own page."""
    log_in(page, ADA)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lovelace")
    return page


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A large photo lying on its side, with a note on where it was taken."""
    image = np.full((1500, 3000, 3), 120, np.uint8)
    jpeg = bytes(cv2.imencode(".jpg", image)[1])
    entries = struct.pack(">HHHIHH", 1, 0x0112, 3, 1, 6, 0) + struct.pack(">I", 0)  # orientation: turn right
    exif = b"Exif\0\0MM\0*" + struct.pack(">I", 8) + entries + b"GPS here"
    path = tmp_path / "ada.jpg"
    path.write_bytes(jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:])
    return path


def people(page: Page) -> Locator:
    """Everyone in the list."""
    return page.get_by_role("list", name="Visitors").get_by_role("listitem")


def choose(page: Page, file: Path) -> None:
    """Pick a file as the next photo, and wait for what became of it."""
    page.get_by_label("Choose a photo").set_input_files(file)


def test_everyone_on_file_is_found_by_name_or_number(page: Page, home: HomeDouble) -> None:
    """The list has faces, numbers and who is blocked; the search minds neither accents nor case."""
    log_in(page, "#/visitors")
    expect(people(page)).to_have_count(3)
    expect(people(page).filter(has_text="Grace Hopper")).to_contain_text("Blocked")
    search = page.get_by_label("Search by name or number")

    search.fill("jose n")
    expect(people(page)).to_contain_text(["José Ñandú"])
    expect(page.get_by_text("1 person")).to_be_visible()
    search.fill("555 0003")
    expect(people(page)).to_contain_text(["Grace Hopper"])
    search.fill("Nobody")
    expect(page.get_by_text("Nobody on file fits “Nobody”.")).to_be_visible()
    search.fill("")
    page.get_by_role("link", name="Ada Lovelace").click()

    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lovelace")
    assert page.url.endswith(ADA)


def test_a_home_that_knows_nobody_says_how_people_come_here(page: Page, home: HomeDouble) -> None:
    """The empty list explains itself and shows the next step."""
    home.visitors.clear()
    log_in(page, "#/visitors")

    expect(page.get_by_role("heading", name="Nobody is on file yet")).to_be_visible()
    expect(page.get_by_label("Search by name or number")).to_be_hidden()
    expect(page.get_by_role("link", name="See who is at the door")).to_have_attribute("href", "#/visits")


def test_a_persons_page_shows_photos_and_leads_to_their_visits(ada: Page) -> None:
    """Every photo has a name for those who do not see it."""
    expect(ada.get_by_role("img", name="Ada Lovelace, photo 2")).to_be_visible()
    expect(ada.get_by_text("+15555550001 · on file since 1 Nov 2026")).to_be_visible()
    visits = ada.get_by_role("link", name="Visits of this person")
    expect(visits).to_have_attribute("href", f"#/activity?visitor={ADA.rpartition('/')[2]}")


def test_renaming_and_a_new_number_are_saved(ada: Page, home: HomeDouble) -> None:
    """The number loses its punctuation; heading and title follow."""
    ada.get_by_label("Name", exact=True).fill("Ada King")
    ada.get_by_label("Phone number", exact=True).fill("+1 (555) 555-0177")
    ada.get_by_role("button", name="Save").click()

    expect(ada.get_by_text("Saved.")).to_be_visible()
    expect(ada.get_by_role("heading", level=1)).to_have_text("Ada King")
    expect(ada).to_have_title("Ada King · Smart Door")
    assert home.visitor_changes == [("PATCH", None, {"name": "Ada King", "phone": "+15555550177"})]


def test_what_is_wrong_about_name_or_number_is_said_there(ada: Page, home: HomeDouble) -> None:
    """Whether the page or the home sees it."""
    name, phone = ada.get_by_label("Name", exact=True), ada.get_by_label("Phone number", exact=True)
    name.fill(" ")
    ada.get_by_role("button", name="Save").click()
    expect(name).to_be_focused()
    expect(name).to_have_accessible_description("Write the visitor’s name.")

    name.fill("Ada")
    home.refusals[ADA_PATH] = Refusal(400, "phone_invalid", details={"field": "phone"})
    ada.get_by_role("button", name="Save").click()

    expect(phone).to_be_focused()
    expect(ada.get_by_text("That is no complete phone number.")).to_be_visible()
    expect(name).to_have_value("Ada")


def test_a_photo_is_turned_upright_scaled_and_stripped_before_it_is_sent(
    ada: Page, home: HomeDouble, picture: Path
) -> None:
    """What the camera wrote beside the picture stays on the device; the owner sees the photo first."""
    choose(ada, picture)
    expect(ada.get_by_role("img", name="The photo that you chose")).to_be_visible()
    expect(ada.get_by_role("button", name="Add this photo")).to_be_focused()
    assert home.visitor_changes == []
    ada.keyboard.press("Enter")

    expect(ada.get_by_text("The photo is added.")).to_be_visible()
    expect(ada.get_by_role("heading", name="Photos")).to_be_focused()
    expect(ada.get_by_role("img", name="Ada Lovelace, photo 3")).to_be_visible()
    [(_, _, body)] = home.visitor_changes
    sent = base64.b64decode(body["photo"])
    image = cv2.imdecode(np.frombuffer(sent, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape[:2] == (1600, 800)
    assert sent.startswith(b"\xff\xd8\xff")
    assert b"Exif" not in sent
    assert b"GPS" not in sent


def test_the_same_photo_again_is_not_said_to_be_new(ada: Page, picture: Path) -> None:
    """The home keeps it once; the owner is told, rather than thanked."""
    choose(ada, picture)
    ada.get_by_role("button", name="Add this photo").click()
    expect(ada.get_by_text("The photo is added.")).to_be_visible()
    choose(ada, picture)
    ada.get_by_role("button", name="Add this photo").click()

    expect(ada.get_by_text("This photo was here already.")).to_be_visible()
    expect(ada.get_by_role("img", name="Ada Lovelace, photo")).to_have_count(3)


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (422, "photo_without_face", "No face can be seen on this photo."),
        (422, "photo_unclear", "The face is hard to make out on this photo."),
        (422, "photo_of_several", "There are several people on this photo."),
        (413, "photo_too_large", "The photo is too large."),
        (409, "photos_full", "There are 8 photos already. Remove one first."),
    ],
)
def test_a_photo_that_the_home_refuses_says_why(
    ada: Page, home: HomeDouble, picture: Path, status: int, code: str, said: str
) -> None:
    """Next to the photo, which stays, so that another can be chosen."""
    home.refusals[PHOTOS] = Refusal(status, code)
    choose(ada, picture)
    ada.get_by_role("button", name="Add this photo").click()

    expect(ada.get_by_role("alert").filter(has_text=said)).to_be_visible()
    expect(ada.get_by_role("button", name="Add this photo")).to_be_visible()
    home.refusals.clear()
    choose(ada, picture)
    expect(ada.get_by_text(said)).to_have_count(0)
    ada.get_by_role("button", name="Cancel").click()
    expect(ada.get_by_label("Choose a photo")).to_be_focused()


def test_a_file_that_is_no_picture_is_refused_by_the_page(
    ada: Page, home: HomeDouble, tmp_path: Path
) -> None:
    """Nothing is sent."""
    file = tmp_path / "notes.jpg"
    file.write_text("not a picture")
    choose(ada, file)

    expect(
        ada.get_by_role("alert").filter(has_text="Choose a photo that is a JPEG or a PNG.")
    ).to_be_visible()
    expect(ada.get_by_role("button", name="Add this photo")).to_have_count(0)
    assert home.visitor_changes == []


def test_eight_photos_are_as_many_as_there_can_be(page: Page, home: HomeDouble) -> None:
    """The page says so instead of offering another, until one is removed."""
    home.visitors[0] = person(1, "Ada Lovelace", photos=8)
    log_in(page, ADA)
    expect(page.get_by_text("There are 8 photos, which is as many as there can be.")).to_be_visible()
    expect(page.get_by_label("Choose a photo")).to_be_hidden()

    page.get_by_role("button", name="Remove photo 8").click()
    question = page.get_by_role("dialog", name="Remove photo 8?")
    expect(question).to_contain_text("The indexed face made of it goes too.")
    question.get_by_role("button", name="Remove").click()

    expect(page.get_by_text("The photo and the face made of it are removed.")).to_be_visible()
    expect(page.get_by_role("button", name="Remove photo")).to_have_count(7)
    expect(page.get_by_label("Choose a photo")).to_be_enabled()
    assert home.visitor_changes == [("DELETE", "photos", {})]


def test_blocking_and_unblocking(ada: Page, home: HomeDouble) -> None:
    """What it means stands there; it can be taken back, so nobody is asked."""
    ada.get_by_role("button", name="Block", exact=True).click()
    expect(ada.get_by_text("Ada Lovelace is blocked. A code that was on its way")).to_be_visible()
    expect(ada.get_by_text("Ada Lovelace gets no code.")).to_be_visible()
    ada.get_by_role("button", name="Unblock").click()

    expect(ada.get_by_text("Ada Lovelace may come in again.")).to_be_visible()
    expect(ada.get_by_role("button", name="Block", exact=True)).to_be_focused()
    sent = [body for _, _, body in home.visitor_changes]
    assert sent == [{"status": "blocked"}, {"status": "approved"}]


def test_doors_are_chosen_where_somebody_comes_in_without_a_question(page: Page, home: HomeDouble) -> None:
    """A box a door, kept at once; one that could not be kept shows what holds."""
    home.doors.append({"door_id": "garden", "name": "Garden gate"})
    log_in(page, ADA)
    doors = page.locator("section").filter(has=page.get_by_role("heading", name="Doors"))
    garden = doors.get_by_role("checkbox", name="Garden gate")
    expect(doors.get_by_role("checkbox", name="Front door")).to_be_checked()

    garden.check()
    expect(page.get_by_text("Saved.")).to_be_visible()
    home.is_offline = True
    garden.click()

    expect(page.get_by_role("alert").filter(has_text="Try again.")).to_be_visible()
    expect(garden).to_be_checked()
    home.is_offline = False
    assert home.visitor_changes == [("PATCH", None, {"door_ids": ["front", "garden"]})]


def test_a_door_of_somebody_who_is_gone_says_so(ada: Page, home: HomeDouble) -> None:
    """Somebody else deleted them: the page stays with that."""
    home.visitors.clear()

    ada.get_by_role("checkbox", name="Front door").click()

    expect(ada.get_by_role("heading", level=1, name="This person is not on file")).to_be_visible()


def test_two_records_become_one_person(ada: Page, home: HomeDouble) -> None:
    """The other is picked by face, and the question says what is kept and what goes."""
    ada.get_by_role("button", name="Choose the other one").click()
    form = ada.get_by_role("group", name="Who is the same person?")
    ada.get_by_role("button", name="Make them one person").click()
    expect(form.get_by_text("Choose who is the same person.")).to_be_visible()
    expect(form.get_by_role("radio", name="Ada Lovelace")).to_have_count(0)
    form.get_by_role("radio", name="José Ñandú").check()
    ada.get_by_role("button", name="Make them one person").click()
    question = ada.get_by_role("dialog", name="Are Ada Lovelace and José Ñandú one person?")
    expect(question).to_contain_text("the name José Ñandú and the number +15555550002 are dropped")
    assert home.visitor_changes == []
    question.get_by_role("button", name="Make them one person").click()

    expect(ada.get_by_text("José Ñandú is now part of Ada Lovelace.")).to_be_visible()
    expect(ada.get_by_role("heading", level=1)).to_be_focused()
    expect(ada.get_by_role("img", name="Ada Lovelace, photo 3")).to_be_visible()
    assert home.visitor_changes == [("POST", "merge", {"visitor_id": person(2, "")["visitor_id"]})]


def test_a_blocked_person_does_not_become_one_who_comes_in(ada: Page, home: HomeDouble) -> None:
    """The home refuses, and the page says what to do first."""
    home.refusals[f"{ADA_PATH}/merge"] = Refusal(409, "visitor_blocked")
    ada.get_by_role("button", name="Choose the other one").click()
    ada.get_by_role("radio", name="Grace Hopper").check()
    ada.get_by_role("button", name="Make them one person").click()
    ada.get_by_role("dialog").get_by_role("button", name="Make them one person").click()

    expect(
        ada.get_by_role("alert").filter(has_text="This person is blocked. Unblock them first.")
    ).to_be_visible()


def test_the_keyboard_alone_deletes_and_hears_what_went(ada: Page, home: HomeDouble) -> None:
    """A question that says what goes, Escape takes it back, and the counts are the home's."""
    delete = ada.get_by_role("button", name="Delete", exact=True)
    for _ in range(30):
        ada.keyboard.press("Tab")
        assert ada.evaluate(RING) == "solid"
        if delete.evaluate("button => button === document.activeElement"):
            break
    ada.keyboard.press("Enter")
    question = ada.get_by_role("dialog", name="Delete everything about Ada Lovelace?")
    expect(question).to_contain_text(
        "all photos and the indexed faces that the door recognises this person by"
    )
    ada.keyboard.press("Escape")
    expect(delete).to_be_focused()
    assert home.visitor_changes == []

    ada.keyboard.press("Enter")
    ada.keyboard.press("Tab")
    ada.keyboard.press("Enter")

    expect(ada.get_by_role("heading", name="Ada Lovelace is deleted")).to_be_focused()
    deleted = ada.get_by_role("main").get_by_role("listitem")
    expect(deleted).to_contain_text(
        ["The name and the phone number", "2 indexed faces", "5 photos", "1 pass", "3 visits name nobody"]
    )
    ada.get_by_role("link", name="All visitors").click()
    expect(people(ada)).to_have_count(2)


@pytest.mark.parametrize("role", ["member", "guest"])
def test_who_does_not_own_the_home_only_looks(page: Page, home: HomeDouble, role: str) -> None:
    """Photos are shown, and a member sees the number; nothing is offered that the home would refuse."""
    home.role = role
    log_in(page, ADA)
    expect(page.get_by_role("img", name="Ada Lovelace, photo 2")).to_be_visible()
    expect(page.get_by_text("+1555555")).to_have_count(int(role == "member"))
    expect(page.get_by_text("on file since")).to_be_visible()

    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("main").get_by_role("textbox")).to_have_count(0)


def test_somebody_who_is_not_on_file(page: Page, home: HomeDouble) -> None:
    """Deleted meanwhile, or a link that is not complete."""
    log_in(page, "#/visitors/nobody")
    expect(page.get_by_role("heading", name="This person is not on file")).to_be_focused()
    expect(page.get_by_role("link", name="All visitors")).to_be_visible()


def test_without_a_network_what_was_typed_stays(ada: Page, home: HomeDouble) -> None:
    """It is said at the form, and works afterwards."""
    ada.get_by_label("Name", exact=True).fill("Ada King")
    home.is_offline = True
    ada.get_by_role("button", name="Save").click()
    expect(ada.get_by_role("alert").filter(has_text="There is no connection at the moment.")).to_be_visible()
    home.is_offline = False
    ada.get_by_role("button", name="Save").click()

    expect(ada.get_by_text("Saved.")).to_be_visible()


def test_names_are_text_and_nothing_else(page: Page, home: HomeDouble) -> None:
    """Whatever somebody is called."""
    home.visitors[:] = [person(1, "<img src=x onerror=alert(1)>")]
    log_in(page, ADA)
    expect(page.get_by_role("heading", level=1)).to_have_text("<img src=x onerror=alert(1)>")
    expect(page.get_by_role("main").locator("img[onerror]")).to_have_count(0)
