"""Recordings made in the page: whole whatever breaks in between, and gone when discarded."""

import json
import re
from dataclasses import replace

import av
import pytest
from playwright.sync_api import expect

from source.web.endpoints.jobs import QUEUE
from source.web.queue.queue import Queue
from tests.support import web_read
from tests.support.browser import obstacles
from tests.support.web import some_prediction

PIECES = "**/api/v1/recordings/*"


@pytest.fixture
def site(site):
    """Behind which reading takes milliseconds."""
    (site.own_folder.parent / web_read.TEMPLATE).write_text(json.dumps(replace(some_prediction(), folder="").to_dict()))
    site.more[QUEUE] = Queue(site.own_folder / "jobs", site.folder, web_read.read, prepare=web_read.nothing)
    return site


@pytest.fixture
def studio(site, address, open_page):
    """Open the recorder, with the notice agreed to."""

    def opened(**how):
        page = open_page(f"{address}#/read", **how)
        page.get_by_role("button", name="Record …").click()
        page.get_by_label("I have read this").check()
        page.get_by_role("button", name="Go on").click()
        return page

    return opened


def begin(page, seconds=2):
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_text("recording", exact=True).wait_for()
    page.get_by_text(re.compile(rf"^0:0[{seconds}-9] · \d+")).wait_for()


def finish(page):
    page.get_by_role("button", name="Stop and read it").click()
    page.get_by_role("link", name=re.compile("^Open")).wait_for()


def recorded(site) -> tuple[set[str], float]:
    """The kinds of streams in the only recording, and the seconds of what can be decoded of it."""
    (file,) = site.folder.glob("*/original.*")
    with av.open(str(file)) as opened:
        kinds = {stream.type for stream in opened.streams}
        return kinds, max(float(frame.time) for frame in opened.decode(opened.streams[0]))


def test_a_recording_becomes_a_result(studio, site, shoot):
    page = studio()
    page.get_by_label("Name of the recording").fill("me")
    begin(page)
    assert obstacles(page) == []
    shoot(page, "record")
    finish(page)
    kinds, seconds = recorded(site)
    assert kinds == {"video", "audio"} and seconds > 1
    page.get_by_role("link", name="Open me.webm").click()
    expect(page).to_have_url(re.compile("#/result/"))


def test_what_is_paused_is_not_recorded_and_what_is_discarded_is_gone(studio, site):
    page = studio()
    begin(page)
    page.get_by_role("button", name="Pause").click()
    before = page.locator(".record .number").inner_text()
    page.wait_for_timeout(500)
    assert page.locator(".record .number").inner_text().split(" ")[0] == before.split(" ")[0]
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_visible()
    page.reload()
    page.get_by_role("heading", name="Read").wait_for()
    assert list((site.own_folder / "recordings").iterdir()) == [] and list(site.folder.glob("*/original.*")) == []


def test_without_the_camera_the_sound_is_recorded(studio, site):
    page = studio(allowed=("microphone",))
    begin(page)
    expect(page.locator(".record")).to_contain_text("The camera is not allowed")
    finish(page)
    assert recorded(site)[0] == {"audio"}


def test_what_cannot_be_sent_waits_and_is_sent_later(studio, site):
    page = studio()
    page.watch.allow("ERR_FAILED")
    begin(page, 1)
    page.route(PIECES, lambda route: route.abort())
    expect(page.locator(".record")).to_contain_text("What is recorded waits here")
    page.unroute(PIECES)
    page.get_by_text("waits here").wait_for(state="hidden")
    finish(page)
    assert recorded(site)[1] > 1.5


def test_a_reload_in_the_middle_leaves_what_was_recorded(studio, site):
    page = studio()
    begin(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_text("A recording was cut short").wait_for()
    page.get_by_role("button", name="Read what there is").click()
    page.get_by_role("link", name=re.compile("^Open")).wait_for()
    assert recorded(site)[1] > 0.5
