"""The frame of the page: navigation, what is said when the server is gone, weight, and who can use it."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import obstacles
from tests.support.web import write_result

MOST_BYTES, MOST_UNPACKED = 150_000, 180_000  # of all that a page loads: as sent, and as it is
PAGES = ("live", "read", "results", "result/{id}", "compare?ids={id}", "sheet")
WEIGHT = """() => ["encodedBodySize", "decodedBodySize"].map(size => performance.getEntries().reduce(
    (sum, one) => sum + (one.entryType === "navigation" || one.name?.includes("/static/") ? one[size] ?? 0 : 0), 0))"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light_and_open_to_all(open_page, address, site, shoot, name):
    folder = write_result(site.folder / "clip")
    page = open_page(f"{address}#/{name.format(id=site.library.id_of(folder))}")
    page.locator("#page").get_by_role("heading").first.wait_for()
    page.wait_for_load_state("networkidle")
    name = name.partition("/")[0].partition("?")[0]
    sent, unpacked = page.evaluate(WEIGHT)
    assert sent <= MOST_BYTES and unpacked <= MOST_UNPACKED
    for width, scheme in ((1280, "light"), (360, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert obstacles(page) == [], f"{width} px, {scheme}"
        shoot(page, f"{name}_{width}_{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{width} px: wider than the window"


def test_the_address_holds_no_token_and_names_the_page(open_page, address):
    page = open_page(address)
    page.locator("nav a[aria-current=page]").wait_for()
    assert "token" not in page.url
    page.get_by_role("link", name="Results").click()
    page.get_by_role("heading", name="No results yet").wait_for()
    assert page.title() == "Results · Demeanor"
    page.go_back()
    expect(page).to_have_title("Live · Demeanor")
    page.goto(page.url.split("#")[0] + "#/nowhere")
    expect(page).to_have_url(re.compile("#/live$"))


def test_the_keyboard_reaches_the_page_past_the_navigation(open_page, address):
    page = open_page(f"{address}#/results")
    page.get_by_role("link", name="Read something").wait_for()
    page.locator("body").press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Read something")).to_be_focused()


def test_help_says_what_it_is_not_for_and_closes_by_key(open_page, address):
    page = open_page(f"{address}#/results")
    page.get_by_role("button", name="About").click()
    about = page.get_by_role("dialog")
    assert "prohibited" in about.inner_text() and "feels" in about.inner_text()
    assert obstacles(page) == []
    with page.expect_popup() as card:
        about.get_by_role("link", name="face").click()
    assert "Limits" in card.value.inner_text("body") or "limits" in card.value.inner_text("body")
    card.value.close()
    page.keyboard.press("Escape")
    about.wait_for(state="hidden")


def test_the_page_says_when_the_server_is_gone_and_goes_on_when_it_is_back(open_page, address, site):
    write_result(site.folder / "clip")
    page = open_page(f"{address}#/results")
    page.watch.allow("ERR_INTERNET_DISCONNECTED|Failed to load resource")
    page.get_by_role("link", name="clip.mp4").wait_for()
    page.context.set_offline(True)
    page.get_by_role("link", name="Compare").click()
    page.get_by_role("link", name="Results").click()
    page.get_by_role("alert").wait_for()
    page.context.set_offline(False)
    page.get_by_role("alert").wait_for(state="hidden")
    page.get_by_role("link", name="clip.mp4").wait_for()


def test_a_page_that_fails_says_so_and_leaves_the_others(open_page, address):
    page = open_page(f"{address}#/results")
    page.watch.allow("500|Internal")
    page.route("**/api/v1/results", lambda route: route.fulfill(status=500, json={"trouble": "The disk is on fire."}))
    page.reload()
    page.get_by_text("The disk is on fire.").wait_for()
    page.unroute("**/api/v1/results")
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("heading", name="No results yet").wait_for()
