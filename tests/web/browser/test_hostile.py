"""Another page in the same browser, where the person is let in: it gets nothing and changes nothing."""

import shutil

import pytest

from source.core import config
from tests.support.browser import REBOUND
from tests.support.site import body
from tests.support.site import site as some_site
from tests.support.web import write_result

GOT = """async ([at, folder]) => {
    const loaded = (tag, props, event = "load") => new Promise((done, failed) => {
        const element = Object.assign(document.createElement(tag), props)
        element.addEventListener(event, done)
        element.addEventListener("error", failed)
        document.body.append(element)
    })
    const text = (path, how) => fetch(at + path, {credentials: "include", ...how}).then(answer => answer.text())
    const attempts = {
        health: () => text("/api/v1/health"),
        results: () => text("/api/v1/results"),
        picture: () => loaded("img", {src: `${at}${folder}/original.png`}),
        film: () => loaded("video", {src: `${at}${folder}/original.mp4`}, "loadedmetadata"),
        script: () => loaded("script", {src: at + "/static/lib/format.js", type: "module"}),
        CHANGES
    }
    const got = []
    for (const [name, attempt] of Object.entries(attempts)) await attempt().then(() => got.push(name), () => {})
    return got
}"""
CHANGES = """
        job: () => text("/api/v1/jobs?name=a.txt", {method: "POST", body: "a"}),
        unseen: () => fetch(at + "/api/v1/jobs?name=a.txt", {method: "POST", mode: "no-cors", credentials: "include"})
            .then(answer => answer.type === "opaque" && Promise.reject()),
        deleted: () => text("/api/v1/results", {method: "DELETE"}),
        live: () => new Promise((onopen, onerror) =>
            Object.assign(new WebSocket(at.replace("http", "ws") + "/api/v1/live"), {onopen, onerror})),
"""
FRAMED = """at => new Promise(onload => {
    document.body.append(Object.assign(document.createElement("iframe"), {src: at, onload}))
}).then(() => true)"""


@pytest.fixture
def folder(site):
    """The address of a result's files, which the other page knows."""
    folder = write_result(site.folder / "clip")
    for name in ("demo_astronaut.png", "demo_clip.mp4"):
        shutil.copy(config.INPUT_FOLDER / name, folder / f"original{name[-4:]}")
    return f"/api/v1/results/{site.library.id_of(folder)}/files"


@pytest.fixture
def own(site, address, open_page):
    page = open_page(f"{address}#/results")
    page.get_by_role("heading", name="Results").wait_for()
    return page


@pytest.fixture
def hostile(own):
    """A page of another port, opened by somebody who has the page open as well."""
    own.watch.allow(".*")
    with some_site({"/": body("<!doctype html><title>Hostile</title><body>")}) as elsewhere:
        page = own.context.new_page()
        page.goto(elsewhere + "/")
        yield page


def test_another_page_gets_nothing_and_changes_nothing(own, hostile, site, folder):
    assert hostile.evaluate(GOT.replace("CHANGES", CHANGES), [site.origin, folder]) == []
    assert (site.folder / "clip" / "result.json").is_file() and not site.is_live
    assert site.more["queue"].jobs == []
    assert own.evaluate(GOT.replace("CHANGES", ""), ["", folder]) == ["health", "results", "picture", "film", "script"]


def test_another_page_cannot_frame_it_or_send_a_form(hostile, site):
    assert hostile.evaluate(FRAMED, site.origin + "/")
    assert all("Demeanor" not in frame.content() for frame in hostile.frames[1:])
    hostile.set_content(f"<form method=post action='{site.origin}/api/v1/jobs?name=a.txt'><button>go</button></form>")
    with hostile.expect_navigation() as arrived:
        hostile.get_by_role("button").click()
    assert arrived.value.status == 403 and site.more["queue"].jobs == []


def test_a_name_that_was_made_to_lead_here_opens_nothing(hostile, site):
    for path in ("/", f"/?token={site.token}", "/api/v1/health", "/static/main.js"):
        assert hostile.goto(f"http://{REBOUND}:{site.port}{path}").status == 400
