"""The table of results: find, label, choose, delete."""

import json
import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from tests.support.browser import obstacles
from tests.support.web import some_prediction, write_result


@pytest.fixture
def rows(site):
    for name in ("clip_2.mp4", "clip_10.mp4", "talk.mp4"):
        write_result(site.folder / name, some_prediction(name))
    write_result(site.folder / "voice", some_prediction("voice.wav", "audio"))


def names(page) -> list[str]:
    return page.locator("tbody td.c-name a").all_inner_texts()


def test_rows_are_found_and_sorted(open_page, address, rows, shoot):
    page = open_page(f"{address}#/results")
    page.get_by_text("4 results").wait_for()
    assert obstacles(page) == []
    shoot(page, "results_full")
    page.get_by_role("button", name="Name").click()
    assert names(page) == ["clip_2.mp4", "clip_10.mp4", "talk.mp4", "voice.wav"]
    page.get_by_role("button", name="Name").click()
    assert names(page)[0] == "voice.wav"
    page.get_by_role("searchbox").fill("clip happy")
    assert sorted(names(page)) == ["clip_10.mp4", "clip_2.mp4"]
    page.get_by_role("searchbox").fill("")
    page.get_by_role("combobox", name="Kind").select_option("sound")
    assert names(page) == ["voice.wav"]


def test_labels_are_written_where_they_stand(open_page, address, rows, site):
    page = open_page(f"{address}#/results")
    page.get_by_label("Participant of talk.mp4").fill("P07")
    with page.expect_response("**/api/v1/results/*") as answer:
        page.keyboard.press("Enter")
    assert answer.value.ok
    page.reload()
    assert page.get_by_label("Participant of talk.mp4").input_value() == "P07"
    assert json.loads((site.folder / "talk.mp4" / "annotations.json").read_text())["participant"] == "P07"


def test_chosen_results_are_labelled_together_and_compared(open_page, address, rows):
    page = open_page(f"{address}#/results")
    for name in ("clip_2.mp4", "clip_10.mp4"):
        page.get_by_label(f"Choose {name}").check()
    page.get_by_label("Group of all chosen").fill("control")
    page.get_by_role("button", name="Label").click()
    for name, group in (("clip_2.mp4", "control"), ("clip_10.mp4", "control"), ("talk.mp4", "")):
        expect(page.get_by_label(f"Group of {name}")).to_have_value(group)
    page.get_by_role("button", name="Compare").click()
    expect(page).to_have_url(re.compile(r"#/compare\?ids=[0-9a-f]+,[0-9a-f]+$"))


def test_compare_says_which_of_the_chosen_it_leaves_out(open_page, address, rows, site):
    write_result(site.folder / "note", replace(some_prediction("note.txt", "text"), seconds=None, size=None))
    page = open_page(f"{address}#/results")
    for name in ("clip_2.mp4", "clip_10.mp4", "note.txt"):
        page.get_by_label(f"Choose {name}").check()
    page.get_by_role("button", name="Compare").click()
    left_out = page.get_by_text("Left out: 1 picture or text")
    left_out.wait_for()
    page.get_by_role("button", name="group", exact=True).click()
    expect(page).to_have_url(re.compile("by=group"))
    expect(left_out).to_be_visible()


def test_delete_asks_first_and_removes_the_folder(open_page, address, rows, site):
    page = open_page(f"{address}#/results")
    page.get_by_role("button", name="Delete talk.mp4").click()
    page.get_by_role("button", name="Cancel").click()
    assert (site.folder / "talk.mp4").exists()
    page.get_by_role("button", name="Delete talk.mp4").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.get_by_text("3 results").wait_for()
    assert not (site.folder / "talk.mp4").exists()
    page.get_by_role("button", name="Delete all").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.get_by_role("heading", name="No results yet").wait_for()
    assert not list(site.folder.glob("*/result.json"))


def test_a_name_made_to_harm_is_only_text(open_page, address, site):
    name = "<img src=x onerror=alert(1)>.mp4"
    write_result(site.folder / "harm", some_prediction(name))
    page = open_page(f"{address}#/results")
    page.get_by_role("link", name=name).wait_for()
    assert page.locator("td.c-name img").count() == 0


def test_hundreds_of_rows_are_drawn_in_parts(open_page, address, site):
    for number in range(200):
        write_result(site.folder / f"clip_{number}", some_prediction(f"clip_{number}.mp4"))
    page = open_page(f"{address}#/results")
    page.get_by_text("200 results").wait_for()
    assert 0 < len(names(page)) < 200
    page.get_by_role("button", name="Show all").click()
    assert len(names(page)) == 200
