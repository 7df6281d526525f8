"""Record in the page: a film that is whole, whatever breaks on its way."""

import re
from contextlib import contextmanager

import av
import pytest
from playwright.sync_api import expect

UNPLUG = """() => {
    const track = document.querySelector("video").srcObject.getTracks()[0]
    track.stop()
    track.dispatchEvent(new Event("ended"))
}"""


@pytest.fixture
def recorder(site, address, open_page):
    """Open the recorder, with the notice agreed to; jobs wait, as somebody is live."""

    @contextmanager
    def opened(**how):
        page = open_page(f"{address}#/read", **how)
        page.get_by_role("button", name="Record …").click()
        page.get_by_label("I have read this").check()
        page.get_by_role("button", name="Go on").click()
        with site.live():
            yield page

    return opened


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def tracks_of(file):
    """Seconds of each kind of track."""
    ends = {}
    with av.open(str(file)) as film:
        for packet in film.demux():
            if packet.pts is not None:
                ends[packet.stream.type] = float(packet.pts * packet.time_base)
    return ends


def uploads(site):
    return [path for path in (site.own_folder / "jobs").glob("*/upload*") if path.is_file()]


def recorded(page, seconds):
    expect(page.locator(".studio")).to_contain_text(re.compile(rf"0:0[{seconds}-9] · "))


def test_a_recording_is_whole_though_pieces_and_answers_are_lost(recorder, site):
    with recorder() as page:
        page.watch.allow("Failed to load resource")
        mishaps = ["refused", "answer lost", "refused"]

        def lossy(route):
            mishap = mishaps.pop(0) if route.request.method == "PUT" and mishaps else ""
            if mishap == "refused":
                return route.fulfill(status=503, json={"trouble": "Not now.", "code": "trouble"})
            if mishap == "answer lost":
                route.fetch()
                return route.fulfill(status=502)
            return route.fallback()

        page.route("**/recordings/*", lossy)
        button(page, "Record").click()
        recorded(page, 3)
        button(page, "Stop and read it").click()
        expect(page.get_by_role("region", name="Queue")).to_contain_text("recording")
        ends = tracks_of(*uploads(site))
        assert not mishaps and set(ends) == {"video", "audio"} and min(ends.values()) > 2.5


def test_nothing_is_left_of_what_is_discarded(recorder, site):
    with recorder(allowed=("microphone",)) as page:
        button(page, "Record").click()
        expect(page.locator(".studio")).to_contain_text("The camera is not allowed")
        recorded(page, 2)
        assert list((site.own_folder / "recordings").rglob("*.*"))
        button(page, "Discard").click()
        expect(button(page, "Record")).to_be_visible()
        expect(page.locator(".studio")).not_to_contain_text("recording")
        page.wait_for_timeout(300)
        assert [path for path in (site.own_folder / "recordings").rglob("*") if path.is_file()] == []


def test_an_unplugged_camera_is_told_and_the_sound_goes_on(recorder, site):
    with recorder() as page:
        button(page, "Record").click()
        recorded(page, 1)
        page.evaluate(UNPLUG)
        expect(page.locator(".studio")).to_contain_text("The camera was unplugged")
        recorded(page, 3)
        button(page, "Stop and read it").click()
        expect(page.get_by_role("region", name="Queue")).to_contain_text("recording")
        assert tracks_of(*uploads(site))["audio"] > 2
