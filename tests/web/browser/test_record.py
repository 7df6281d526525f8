"""Recordings made in the page on their way to a result."""

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


def recorded(site) -> tuple[set[str], float]:
    """The kinds of streams in the only recording, and the seconds of what can be decoded of it."""
    (file,) = site.folder.glob("*/original.*")
    with av.open(str(file)) as opened:
        kinds = {stream.type for stream in opened.streams}
        return kinds, max(float(frame.time) for frame in opened.decode(opened.streams[0]))


def test_a_recording_becomes_a_result_without_what_was_paused(studio, site, shoot):
    page = studio()
    page.get_by_label("Name of the recording").fill("me")
    begin(page)
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("paused", exact=True).wait_for()
    shown = page.locator(".record .number")
    page.wait_for_timeout(300)  # until the time stands
    before = shown.inner_text().split(" ")[0]
    assert obstacles(page) == []
    shoot(page, "record")
    page.wait_for_timeout(1200)
    assert shown.inner_text().split(" ")[0] == before
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Stop and read it").click()
    page.get_by_role("link", name="Open me.webm").click()
    expect(page).to_have_url(re.compile("#/result/"))
    kinds, seconds = recorded(site)
    assert kinds == {"video", "audio"} and seconds > 1


def test_a_reload_in_the_middle_leaves_what_was_recorded(studio, site):
    page = studio()
    begin(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_text("A recording was cut short").wait_for()
    page.get_by_role("button", name="Read what there is").click()
    page.get_by_role("link", name=re.compile("^Open")).wait_for()
    assert recorded(site)[1] > 0.5
