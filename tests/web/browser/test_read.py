"""Files, folders, words and links on their way to a result; what is left over from before."""

import json
import re

import pytest
from playwright.sync_api import expect

from source.web.endpoints.jobs import QUEUE
from source.web.queue.queue import Queue
from tests.support import web_read
from tests.support.browser import obstacles
from tests.support.web import some_prediction

FILM = {"name": "clip.mp4", "mimeType": "video/mp4", "buffer": b"film"}


@pytest.fixture
def read_page(site, open_page, address):
    """The page Read, behind which reading takes milliseconds."""
    page = open_page(f"{address}#/read")
    page.get_by_role("heading", name="Read").wait_for()
    return page


@pytest.fixture
def site(site):
    (site.own_folder / "template.json").write_text(json.dumps(some_prediction().to_dict()))
    site.more[QUEUE] = Queue(site.own_folder / "jobs", site.folder, web_read.read, prepare=web_read.nothing)
    return site


def file(name: str) -> dict:
    return FILM | {"name": name}


def queue_of(page):
    return page.get_by_role("region", name="Queue")


def test_files_become_results(read_page, shoot):
    page = read_page
    files = [file("clip.mp4"), file("talk.wav"), file("face.png"), file("words.txt"), file("app.exe")]
    page.get_by_label("Files to read").set_input_files(files)
    expect(page.get_by_role("status")).to_contain_text("app.exe is left out")
    rows = queue_of(page).get_by_role("listitem")
    expect(rows).to_have_count(4)
    for name, by in (("clip.mp4", "face, voice, words"), ("face.png", "face"), ("words.txt", "words")):
        expect(rows.filter(has_text=name)).to_contain_text(by)
        expect(rows.filter(has_text=name)).to_contain_text("happy 70 %")
    assert obstacles(page) == []
    shoot(page, "read_done")
    page.get_by_role("link", name="Open clip.mp4").click()
    expect(page).to_have_url(re.compile("#/result/[0-9a-f]+$"))


def test_a_chosen_model_reads_all(read_page):
    read_page.get_by_label("Read by").select_option("audio")
    read_page.get_by_label("Files to read").set_input_files([file("clip.mp4")])
    expect(queue_of(read_page).get_by_role("listitem")).to_contain_text("voice")


def test_files_are_dropped_and_pasted_anywhere(read_page):
    handed = """kind => {
        const transfer = new DataTransfer()
        transfer.items.add(new File(["film"], `${kind}.mp4`))
        const how = {bubbles: true, cancelable: true}
        document.body.dispatchEvent(kind === "drop" ? new DragEvent(kind, {...how, dataTransfer: transfer})
            : new ClipboardEvent(kind, {...how, clipboardData: transfer}))
    }"""
    for kind in ("drop", "paste"):
        read_page.evaluate(handed, kind)
        expect(queue_of(read_page)).to_contain_text(f"{kind}.mp4")


def test_a_job_is_stopped_begun_again_and_removed(read_page, site):
    page = read_page
    page.get_by_label("Files to read").set_input_files([file("slow.mp4"), file("bad.mp4")])
    rows = queue_of(page).get_by_role("listitem")
    expect(rows.filter(has_text="slow.mp4")).to_contain_text("0:03 of 0:06")
    expect(page.get_by_role("progressbar", name="slow.mp4: progress")).to_have_attribute("value", "0.5")
    page.reload()
    expect(rows.filter(has_text="slow.mp4")).to_contain_text("0:03 of 0:06")
    page.get_by_role("button", name="Stop slow.mp4").click()
    expect(rows.filter(has_text="bad.mp4")).to_contain_text("cannot be decoded")
    page.get_by_role("button", name="Remove bad.mp4").click()
    expect(rows).to_have_count(1)
    (site.folder / "go").touch()
    page.get_by_role("button", name="Again slow.mp4").click()
    page.get_by_role("link", name="Open slow.mp4").wait_for()
    page.get_by_role("button", name="Clear finished").click()
    expect(queue_of(page)).to_be_hidden()


def test_an_upload_goes_on_while_other_pages_are_shown(read_page):
    page = read_page
    page.get_by_label("Files to read").set_input_files([file("one.mp4"), file("two.mp4")])
    page.get_by_role("link", name="Results").click()
    page.get_by_role("link", name="two.mp4").wait_for()


def test_an_upload_that_broke_off_is_sent_again(read_page):
    page = read_page
    page.watch.allow("ERR_FAILED")
    broken = []
    page.route("**/api/v1/jobs?*", lambda route: route.continue_() if broken else (broken.append(1), route.abort()))
    page.get_by_label("Files to read").set_input_files([file("one.mp4")])
    page.get_by_role("link", name="Open one.mp4").wait_for()
    assert broken


def test_words_are_read_while_they_are_typed_and_kept_when_asked(read_page):
    page = read_page
    happy = {"emotion": "happy", "likeliest": "happy", "confidence": 0.7, "probabilities": {"happy": 0.7, "sad": 0.3}}
    answer = {"readings": [happy], "overall": None, "notes": []}
    page.route("**/api/v1/read?*", lambda route: route.fulfill(json=answer))
    page.get_by_label("Paste a link or words").fill("What a day!")
    page.get_by_text("happy 70 %").wait_for()
    page.get_by_role("button", name="Read and keep").click()
    expect(queue_of(page).get_by_role("listitem")).to_contain_text("What a day!")


def test_a_link_is_fetched_only_when_asked_for_and_says_what_that_means(read_page):
    page = read_page
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    page.get_by_label("Paste a link or words").fill("https://films.invalid/a.mp4")
    page.get_by_text("from films.invalid").wait_for()
    expect(page.get_by_role("button", name="Fetch and read")).to_be_enabled()
    page.wait_for_timeout(600)  # longer than words wait
    assert asked == []
    page.get_by_role("button", name="Fetch and read").click()
    expect(queue_of(page)).to_contain_text("films.invalid")


def test_a_recording_that_was_cut_short_is_offered(site, open_page, address):
    page = open_page(f"{address}#/results")
    made = page.evaluate("""async () => {
        const start = await fetch("/api/v1/recordings", {method: "POST", headers: {"Content-Type": "application/json"},
            body: JSON.stringify({name: "me.webm", model: "combined", type: "video/webm"})})
        const {id} = await start.json()
        return (await fetch(`/api/v1/recordings/${id}?from=0`, {method: "PUT", body: "film"})).ok
    }""")
    assert made
    page.get_by_role("link", name="Read", exact=True).click()
    page.get_by_text("A recording was cut short").wait_for()
    page.get_by_role("button", name="Read what there is").click()
    page.get_by_text("A recording was cut short").wait_for(state="detached")
    expect(queue_of(page)).to_contain_text("me.webm")
