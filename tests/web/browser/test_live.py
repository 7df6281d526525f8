"""Live, with camera and microphone that play a film, and a stream that answers at once: happy, always."""

import re

import pytest
from playwright.sync_api import expect

from source.web.endpoints import live
from tests.support.browser import obstacles
from tests.support.live import StubEngine, ThreadedProcess

NO_DEVICES = """() => {
    navigator.mediaDevices.enumerateDevices = async () => []
    navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("none", "NotFoundError") }
}"""
HIDE = """(hidden) => {
    Object.defineProperty(document, "hidden", {get: () => hidden, configurable: true})
    document.dispatchEvent(new Event("visibilitychange"))
}"""
TRACKS = """() => (document.querySelector("video").srcObject?.getTracks() ?? [])
    .filter(track => track.readyState === "live").length"""
UNPLUG = """() => {
    const track = document.querySelector("video").srcObject.getTracks()[0]
    track.stop()
    track.dispatchEvent(new Event("ended"))
}"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def engine(site):
    engine = StubEngine()
    site.more[live.NAME] = live.Live(site, ThreadedProcess(site.folder, engine))
    return engine


@pytest.fixture
def live_page(engine, address, open_page):
    """Open Live, with the notice agreed to."""

    def opened(**how):
        page = open_page(f"{address}#/live", **how)
        agree(page)
        return page

    return opened


def agree(page):
    go = page.get_by_role("button", name="Go on")
    expect(go).to_be_disabled()
    page.get_by_label("I have read this").check()
    go.click()


def start(page, name="Start"):
    page.get_by_role("button", name=name, exact=True).click()
    expect(badge(page)).to_have_text("live")


def badge(page):
    return page.locator(".live-status .badge")


def answer(page):
    return page.get_by_role("region", name="The answer of this moment")


def notices(page):
    return page.locator(".live-status .notices")


def test_a_session_from_start_to_stop(live_page, site, engine, shoot):
    page = live_page()
    start(page)
    expect(answer(page)).to_contain_text("happy 70 %")
    expect(notices(page)).to_contain_text("no transcript")
    page.get_by_role("button", name="Mark M").click()
    page.keyboard.type("joke")
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Marks")).to_contain_text("joke")
    assert site.is_live and page.evaluate(TRACKS) == 1
    assert obstacles(page) == []
    shoot(page, "live")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".outcome")).to_contain_text("Nothing was kept")
    expect(page.locator(".outcome")).to_contain_text("happy 70 %")
    assert page.evaluate(TRACKS) == 0 and not site.is_live
    assert len(engine.streams[0].frames) > 2 and engine.streams[0].heard_seconds > 0.5
    assert [path.name for path in site.folder.iterdir() if not path.name.startswith(".")] == []


def test_numbers_are_kept_when_asked(live_page):
    page = live_page()
    start(page)
    expect(answer(page)).to_contain_text("happy")
    page.get_by_role("button", name="Keep …").click()
    page.get_by_label("Numbers:").check()
    page.get_by_role("button", name="Keep what is ticked").click()
    expect(page.get_by_role("button", name="Keeping numbers …")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("link", name="Open the result").click()
    expect(page).to_have_url(re.compile("#/result/"))
    expect(page.locator("main")).to_contain_text("happy")


def test_without_the_camera_the_voice_goes_on(live_page):
    page = live_page(allowed=("microphone",))
    page.get_by_role("button", name="Start", exact=True).click()
    expect(notices(page)).to_contain_text("The camera is not allowed")
    start(page, "Start with the microphone alone")
    expect(answer(page)).to_contain_text("happy")
    expect(page.locator("main")).to_contain_text("No camera")


def test_without_any_device_a_sentence_says_so(live_page):
    page = live_page()
    page.evaluate(NO_DEVICES)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(notices(page)).to_contain_text("There is no camera.")
    expect(notices(page)).to_contain_text("There is no microphone.")
    expect(page.get_by_role("button", name="Start")).to_be_disabled()


def test_what_is_not_plugged_in_is_said_before_the_start(live_page):
    page = live_page()
    page.evaluate(NO_DEVICES)
    page.evaluate("() => navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    expect(page.locator(".viewer")).to_contain_text("There is no camera and no microphone")
    expect(page.get_by_role("button", name="Start")).to_be_disabled()


def test_a_hidden_tab_says_that_no_frames_come(live_page):
    page = live_page()
    start(page)
    page.evaluate(HIDE, True)
    expect(notices(page)).to_contain_text("the tab is hidden")
    page.evaluate(HIDE, False)
    expect(notices(page)).not_to_contain_text("the tab is hidden")
    expect(badge(page)).to_have_text("live")


def test_a_session_goes_on_after_a_break_of_the_connection(live_page, engine):
    page, sockets = live_page(), []

    def through(socket):
        sockets.append(socket)
        socket.connect_to_server()

    page.route_web_socket(re.compile("/api/v1/live"), through)
    start(page)
    expect(answer(page)).to_contain_text("happy")
    sockets[0].close(code=4000)
    expect(badge(page)).to_have_text("live")
    frames = len(engine.streams[0].frames)
    expect(page.locator(".live-status")).to_contain_text("answers a second")
    page.wait_for_timeout(1500)
    assert len(sockets) == 2 and len(engine.streams) == 1 and len(engine.streams[0].frames) > frames


def test_an_unplugged_camera_leaves_the_voice_and_can_be_chosen_again(live_page):
    page = live_page()
    start(page)
    page.evaluate(UNPLUG)
    expect(notices(page)).to_contain_text("The camera was unplugged")
    expect(page.locator("main")).to_contain_text("No camera")
    page.get_by_text("Devices and view").click()
    page.get_by_role("combobox", name="Camera").select_option(index=0)
    expect(notices(page)).not_to_contain_text("unplugged")
    expect(page.locator(".live-status")).to_contain_text("answers a second")
    assert page.evaluate(TRACKS) == 1


def test_one_tab_at_a_time_and_a_reload_begins_anew(live_page, address):
    page = live_page()
    start(page)
    other = page.context.new_page()
    other.goto(address + "#/live")
    agree(other)
    other.get_by_role("button", name="Start", exact=True).click()
    expect(notices(other)).to_have_text(re.compile("^Somebody is live already[^.;]*; one can be at a time.$"))
    other.close()
    page.reload()
    start(page)
    expect(answer(page)).to_contain_text("happy 70 %")


def test_the_keyboard_is_enough(engine, address, open_page):
    page = open_page(f"{address}#/live")
    page.get_by_label("I have read this").wait_for()

    def tab_to(name):
        for _ in range(40):
            page.keyboard.press("Tab")
            if name in page.evaluate(
                "() => document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent"
            ):
                return
        raise AssertionError(f"the Tab key does not reach {name}")

    tab_to("I have read this")
    page.keyboard.press("Space")
    tab_to("Go on")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(badge(page)).to_have_text("live")
    page.keyboard.press("p")
    expect(badge(page)).to_have_text("paused")
    page.keyboard.press("p")
    expect(badge(page)).to_have_text("live")
    tab_to("Stop")
    page.keyboard.press("Enter")
    expect(badge(page)).to_have_text("off")


def test_a_small_dark_screen_shows_all_of_it(live_page, shoot):
    page = live_page(width=360, dark=True)
    assert page.evaluate(OVERFLOW) <= 0 and obstacles(page) == []
    start(page)
    expect(answer(page)).to_contain_text("happy")
    assert page.evaluate(OVERFLOW) <= 0 and obstacles(page) == []
    shoot(page, "live_360_dark")
