"""The tools of these tests: a fault in a page is seen, and the film comes through camera and microphone."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.support.browser import obstacles

HEARD = """async () => {
    const stream = await navigator.mediaDevices.getUserMedia({video: true, audio: true})
    const video = Object.assign(document.createElement("video"), {srcObject: stream, muted: true})
    const context = new AudioContext(), ear = context.createAnalyser(), heard = new Float32Array(2048)
    context.createMediaStreamSource(stream).connect(ear)
    await video.play()
    let loudest = 0
    for (let i = 0; i < 100 && loudest < 0.05; i++) {
        await new Promise(done => setTimeout(done, 50))
        ear.getFloatTimeDomainData(heard)
        loudest = Math.max(loudest, ...heard)
    }
    return [video.videoWidth, loudest]
}"""
DENIED = "() => navigator.mediaDevices.getUserMedia({video: true}).then(() => 'granted', error => error.name)"
FAULTS = {
    "() => console.error('broken')": "console: broken",
    "() => { setTimeout(() => { throw Error('broken') }) }": "script: broken",
    "() => fetch('http://elsewhere.invalid/', {mode: 'no-cors'}).catch(() => {})": "request to http://elsewhere.invalid/",
    "() => { new WebSocket('ws://elsewhere.invalid/') }": "request to ws://elsewhere.invalid/",
}


@pytest.fixture
def url(tmp_path):
    page = "<!doctype html><html lang=en><title>A page</title><link rel=icon href=data:,><main><h1>Hello</h1>"
    (tmp_path / "index.html").write_text(page)
    (tmp_path / "mute.html").write_text(page + "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>")
    handler = partial(type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None}), directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_the_film_comes_through_camera_and_microphone(open_page, url):
    width, loudest = open_page(url).evaluate(HEARD)
    assert width == 640 and loudest >= 0.05


def test_a_camera_that_was_not_allowed_is_denied(open_page, url):
    assert open_page(url, allowed=()).evaluate(DENIED) == "NotAllowedError"
    assert open_page(url, allowed=("camera",)).evaluate(DENIED) == "granted"


def test_a_fault_is_seen(open_page, url):
    page = open_page(url)
    for script, fault in FAULTS.items():
        page.evaluate(script)
        page.wait_for_timeout(100)
        assert any(fault in seen for seen in page.watch.faults)
        page.watch.faults.clear()


def test_what_keeps_people_out_is_found(open_page, url):
    assert obstacles(open_page(url)) == []
    assert [line.partition(":")[0] for line in obstacles(open_page(url + "mute.html"))] == ["image-alt"]
