"""Recordings side by side: charts, tables, cases, baselines, what is saved."""

import csv
import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import obstacles
from tests.support.web import some_prediction, write_result


@pytest.fixture
def page(site, open_page, address):
    """Compare, with three recordings of two people to choose from."""
    for name, seconds in (("a.mp4", 6.0), ("b.mp4", 12.0), ("c.mp4", 9.0)):
        write_result(site.folder / name, some_prediction(name, seconds=seconds))
    page = open_page(f"{address}#/compare")
    page.get_by_text("Choose recordings").wait_for()
    page.evaluate("""async () => {
        const {results} = await (await fetch("/api/v1/results")).json()
        const headers = {"Content-Type": "application/json"}
        for (const {id, name} of results) {
            const body = JSON.stringify({participant: name < "c" ? "P1" : "P2"})
            await fetch(`/api/v1/results/${id}`, {method: "PATCH", headers, body})
        }
    }""")
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Compare these").click()
    page.get_by_role("heading", name="Mean probability").wait_for()
    return page


def saved(chart, what: str) -> bytes:
    with chart.page.expect_download() as download:
        chart.get_by_role("button", name=what).click()
    return download.value.path().read_bytes()


def chart_of(page, title: str):
    return page.locator("section.figure").filter(has=page.get_by_role("heading", name=title, exact=True))


def test_every_chart_is_drawn_and_saved_as_picture_and_table(page, shoot):
    titles = (
        "Over time",
        "One quantity over time",
        "Share of time by answer",
        "Valence and arousal",
        "Mean probability",
    )
    for title in titles:
        chart = chart_of(page, title)
        assert chart.locator("canvas").last.bounding_box()["height"] > 20, title
        assert saved(chart, "PNG").startswith(b"\x89PNG"), title
        rows = list(csv.reader(saved(chart, "CSV").decode("utf-8-sig").splitlines()))
        assert len(rows) > 2 and {len(row) for row in rows} == {len(rows[0])}, title
    shoot(page, "compare_full")
    assert obstacles(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shoot(page, "compare_full_360")


def test_the_table_says_what_the_chart_shows(page):
    chart = chart_of(page, "Mean probability")
    chart.get_by_text("As a table").click()
    happy = chart.get_by_role("row").filter(has_text="happy").filter(has_text="a.mp4")
    expect(happy).to_contain_text("0.700")


def test_cases_may_be_people_and_changes_are_against_a_baseline(page):
    page.get_by_role("button", name="participant").click()
    expect(page).to_have_url(re.compile("by=participant"))
    expect(page.get_by_text("P1 (2 recordings)").first).to_be_visible()
    page.get_by_label("Change against").select_option("a stretch of each")
    page.get_by_role("button", name="Set").click()
    chart = chart_of(page, "Change against the baseline")
    chart.get_by_text("As a table").click()
    expect(chart.get_by_role("row").filter(has_text="happy").first).to_contain_text("0")
    page.reload()
    chart_of(page, "Change against the baseline").wait_for()


def test_what_cannot_be_compared_is_said(page):
    page.watch.allow("400")
    page.route("**/api/v1/compare?*", lambda route: route.fulfill(status=400, json={"trouble": "They differ."}))
    page.get_by_role("button", name="per cent of each").click()
    expect(page.get_by_role("main").get_by_role("alert")).to_have_text("They differ.")
