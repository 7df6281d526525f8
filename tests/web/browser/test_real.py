"""The whole way with the models that are shipped: what comes in through the page is read, kept, shown and deleted."""

import re

import pytest
from playwright.sync_api import expect

from source.core import config
from source.web.site import Site
from tests.support.browser import obstacles
from tests.support.site import body
from tests.support.site import site as some_site

pytestmark = pytest.mark.slow
LONG_MS = 240_000  # models are loaded, on a busy machine
SAID = re.compile("wonderful|happy that you are here|Stop that|angry with you", re.IGNORECASE)


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path / "results", token="token-of-the-tests", allow_private_links=True)


def test_live_then_the_result_then_nothing(site, address, open_page, shoot):
    page = open_page(f"{address}#/live")
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Start", exact=True).click()
    answer = page.get_by_role("region", name="The answer of this moment")
    expect(answer).to_contain_text(re.compile(r"(happy|angry|sad|surprise|neutral).*\d\d\s%"), timeout=LONG_MS)
    page.get_by_role("button", name="Keep …").click()
    page.get_by_label("Numbers:").check()
    page.get_by_label("Sound and picture").check()
    page.get_by_role("button", name="Keep what is ticked").click()
    expect(page.get_by_role("list", name="What was said")).to_contain_text(SAID, timeout=LONG_MS)
    shoot(page, "live_real")
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("link", name="See the queue").click(timeout=LONG_MS)
    page.get_by_role("link", name=re.compile("^Open live")).click(timeout=LONG_MS)
    video = page.locator("video")
    expect(video).to_have_js_property("readyState", 4)
    assert 0.5 < video.evaluate("video => video.duration") < 600  # neither Infinity nor nothing
    page.locator(".strips canvas").first.click(position={"x": 40, "y": 10})
    expect(page.locator(".at-cursor")).to_contain_text(re.compile(r"\d"))
    assert video.evaluate("video => video.currentTime") > 0 and obstacles(page) == []
    shoot(page, "result_real")
    page.goto(f"{site.origin}/#/results")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Delete all").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator("tbody tr")).to_have_count(0)
    assert [path.name for path in site.folder.iterdir() if not path.name.startswith(".")] == []
    assert not list(site.own_folder.glob("**/*.webm"))


def test_a_file_a_link_and_words_are_read(site, address, open_page):
    page = open_page(f"{address}#/read")
    words = page.get_by_label("Paste a link or words")
    with some_site({"/day.txt": body("What a wonderful day!", "text/plain")}) as url:
        words.fill(f"{url}/day.txt")
        expect(page.locator(".paste")).to_contain_text(url.partition("//")[2])
        page.get_by_role("button", name="Fetch and read").click()
        row = page.get_by_role("region", name="Queue").get_by_role("listitem")
        expect(row.filter(has_text="day.txt")).to_contain_text(re.compile(r"happy \d\d %"), timeout=LONG_MS)
    words.fill("I miss her so much.")
    page.get_by_role("button", name="Read and keep").click()
    page.get_by_label("Files to read").set_input_files(config.INPUT_FOLDER / "demo_astronaut.png")
    expect(row.filter(has_text="I miss her")).to_contain_text(re.compile(r"sad \d\d %"), timeout=LONG_MS)
    expect(row.filter(has_text="demo_astronaut")).to_contain_text(re.compile(r"happy \d\d %"), timeout=LONG_MS)
    page.get_by_role("link", name="Open demo_astronaut.png").click()
    expect(page.locator("main")).to_contain_text(re.compile(r"happy\s\d\d\s%"))
    page.reload()
    expect(page.locator("main")).to_contain_text("demo_astronaut")
