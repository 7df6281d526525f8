"""The WebSocket: what a page sends is answered, limited, and goes on after a break."""

import json
import os
import signal
import tempfile
import time
from contextlib import ExitStack

import pytest
from starlette.websockets import WebSocketDisconnect

from source.core.errors import DemeanorError
from source.web.endpoints import live
from source.web.live import protocol
from tests.support import web
from tests.support.live import SpawnedProcess, StubEngine, StubStream, ThreadedProcess, frame, sound

HELLO = {"type": "hello", "schema": protocol.SCHEMA, "audio_rate_hz": 16_000}
PATH = f"ws://{web.HOST}/api/v1/live"


@pytest.fixture
def engine(site):
    engine = StubEngine()
    site.more[live.NAME] = live.Live(site, ThreadedProcess(site.folder, engine))
    return engine


@pytest.fixture
def page(engine, client):
    """Connects, says hello and returns the socket and `ready`."""

    with ExitStack() as stack:

        def connect(until_ready=True, **hello):
            socket = stack.enter_context(client.websocket_connect(PATH))
            socket.send_json(HELLO | hello)
            return socket, until(socket, "ready") if until_ready else None

        yield connect


def until(socket, *kinds):
    """Return the next event of these types."""
    for _ in range(1000):
        event = json.loads(socket.receive_text())
        if event["type"] in kinds:
            return event
    raise AssertionError(f"no {kinds} came")


def code_of_the_end(socket):
    """Return the close code."""
    with pytest.raises(WebSocketDisconnect) as ended:
        for _ in range(1000):
            socket.receive_text()
    return ended.value.code


def test_frames_and_sound_are_answered(page, site):
    socket, ready = page()
    assert ready["labels"] == ["happy", "sad", "neutral"] and ready["missing"] == ["no transcript"] and site.is_live
    socket.send_bytes(frame(7, 1.0))
    face = until(socket, "face")
    assert face["number"] == 7 and face["seconds"] == 1.0 and face["work_ms"] >= 0
    assert face["faces"][0] == {
        "person": 0, "box": [0.25, 0.25, 0.5, 0.5], "in_focus": True, "valence": None, "arousal": None,
        "probabilities": {"happy": 0.7, "sad": 0.1, "neutral": 0.2},
    }  # fmt: skip
    for at in range(31):
        socket.send_bytes(sound(1.0 + at / 10))
    assert until(socket, "voice")["speaking"]
    first, final = until(socket, "reading"), until(socket, "reading")
    while not final["final"]:
        final = until(socket, "reading")
    assert first["window"] == final["window"] == [1.0, 2.0] and not first["final"]
    assert until(socket, "status")["dropped"] == 0
    socket.send_json({"type": "stop"})
    assert until(socket, "stopped")["reading"]["emotion"] == "happy"
    assert code_of_the_end(socket) == 1000
    assert not site.is_live


def test_frames_are_answered_where_sound_comes_faster_than_it_is_heard(page, monkeypatch):
    heard = []
    monkeypatch.setattr(StubStream, "samples", lambda self, block, seconds: heard.append(time.sleep(0.05)))
    socket, _ = page()
    for at in range(30):
        socket.send_bytes(sound(at / 10))
    socket.send_bytes(frame(1, 3.0))
    assert until(socket, "face")["number"] == 1
    for at in range(30, 60):
        socket.send_bytes(sound(at / 10))
        if at == 35:
            socket.send_bytes(frame(2, 3.5))
    assert until(socket, "face")["number"] == 2
    assert len(heard) < 60


def test_only_one_is_live(page):
    first, _ = page()
    second, _ = page(until_ready=False)
    assert code_of_the_end(second) == protocol.OCCUPIED
    first.send_bytes(frame(1, 0.0))
    assert until(first, "face")["number"] == 1


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("no json", protocol.WRONG),
        ("[]", protocol.WRONG),
        ('{"type": "launch"}', protocol.WRONG),
        (json.dumps({"type": "mark", "seconds": 1, "label": "x" * 70_000}), protocol.TOO_LARGE),
        (frame(1, 0.0, b"\xff" * 1_000_001), protocol.TOO_LARGE),
        (sound(0.0, 40.0)[: 1_000_016] , protocol.TOO_FAST),
    ],
)  # fmt: skip
def test_what_is_wrong_ends_the_connection_with_a_sentence(page, sent, code):
    socket, _ = page()
    send = socket.send_text if isinstance(sent, str) else socket.send_bytes
    for _ in range(2):
        send(sent)
    assert until(socket, "trouble")["sentence"].endswith(".")
    assert code_of_the_end(socket) == code


@pytest.mark.parametrize(
    "sent",
    [
        '{"type": "mark", "seconds": ' + "9" * 400 + "}",
        '{"type": "mark", "seconds": 1, "label": "\\ud800"}',
        '{"type": "hello", "session": "\\ud800"}',
    ],
)
def test_what_json_can_say_and_nothing_else_ends_no_session(page, sent):
    socket, _ = page()
    socket.send_text(sent)
    socket.send_bytes(frame(5, 0.1))
    assert until(socket, "face")["number"] == 5


def test_a_second_page_with_an_odd_session_is_one_too_many(page, client):
    page()
    with client.websocket_connect(PATH) as socket:
        socket.send_text(json.dumps(HELLO | {"session": "\ud800"}))
        assert code_of_the_end(socket) == protocol.OCCUPIED


@pytest.mark.parametrize(
    "sent", [b"", b"\x01", frame(1, float("nan")), frame(1, 0.0, b""), frame(2, 0.0)[:20], b"\x09" * 30]
)
def test_what_is_malformed_is_left_out(page, sent):
    socket, _ = page()
    socket.send_bytes(sent)
    socket.send_bytes(frame(5, 0.1))
    assert until(socket, "face")["number"] in (2, 5)


def test_a_session_goes_on_after_a_break(page, site, engine):
    first, ready = page()
    first.send_bytes(frame(1, 0.0))
    until(first, "face")
    first.close()
    second, again = page(session=ready["session"])
    assert again["session"] == ready["session"] and len(engine.streams) == 1
    second.send_bytes(frame(2, 0.5))
    assert until(second, "face")["number"] == 2 and site.is_live


def test_numbers_are_kept_only_when_asked_for(page, site):
    socket, _ = page()
    for at in range(20):
        socket.send_bytes(sound(at / 10))
    socket.send_json({"type": "stop"})
    until(socket, "stopped")
    assert not list(site.folder.rglob("*.json"))
    code_of_the_end(socket)
    socket, _ = page()
    for at in range(20):
        socket.send_bytes(sound(at / 10))
    socket.send_json({"type": "mark", "seconds": 1.25, "label": "joke"})
    for label in ("x" * 5_000, "two\nlines\0"):
        socket.send_json({"type": "mark", "seconds": 1e6, "label": label})
    socket.send_json({"type": "keep", "what": ["numbers"]})
    assert until(socket, "keeping")["what"] == ["numbers"]
    socket.send_json({"type": "stop"})
    folder = site.library.folder_of(until(socket, "saved")["id"])
    assert {file.name for file in folder.iterdir()} >= {"result.json", "timeline.csv", "note.txt", "annotations.json"}
    assert json.loads((folder / "annotations.json").read_text())["marks"][0]["begin_seconds"] == 1.25


def test_a_session_that_fails_ends_with_a_sentence_and_the_next_one_works(page, engine, site, monkeypatch):
    monkeypatch.setattr(StubStream, "look", lambda self, rgb, seconds: 1 / 0)
    socket, _ = page()
    socket.send_bytes(frame(1, 0.0))
    assert "ZeroDivisionError" in until(socket, "trouble")["sentence"]
    assert code_of_the_end(socket) == protocol.BROKEN
    assert not site.is_live and engine.streams[0].is_over
    monkeypatch.undo()
    socket, _ = page()
    socket.send_bytes(frame(1, 0.0))
    assert until(socket, "face")["faces"]


def test_without_weights_a_sentence_says_so(page, engine):
    engine.trouble = DemeanorError("There are no weights; put them there.")
    socket, _ = page(until_ready=False)
    assert until(socket, "trouble")["sentence"] == "There are no weights; put them there."
    assert code_of_the_end(socket) == protocol.BROKEN


def test_what_nobody_returns_to_is_forgotten_or_kept_as_asked(page, site, monkeypatch):
    monkeypatch.setattr(live, "RETURN_SECONDS", 0.05)
    for is_kept in (False, True):
        socket, ready = page()
        socket.send_bytes(sound(0.0, 2.0))
        if is_kept:
            socket.send_json({"type": "keep", "what": ["numbers", "media"]})
            until(socket, "keeping")
        until(socket, "reading")
        socket.close()
        again, new = page(session="of somebody else") if not is_kept else (None, {})
        if again:
            assert new["session"] != ready["session"], "who is gone makes room"
            again.send_json({"type": "stop"})
            code_of_the_end(again)
        deadline = time.monotonic() + 10
        while site.is_live and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not site.is_live
    deadline = time.monotonic() + 10
    while not site.library.summaries() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(site.library.summaries()) == 1


def test_nothing_is_written_anywhere(page, site, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = set(tmp_path.rglob("*"))
    socket, _ = page()
    for at in range(20):
        socket.send_bytes(frame(at, at / 10))
        socket.send_bytes(sound(at / 10))
    socket.send_json({"type": "mark", "seconds": 1.0, "label": "here"})
    socket.send_json({"type": "stop"})
    until(socket, "stopped")
    assert set(tmp_path.rglob("*")) == before


@pytest.mark.slow
def test_a_process_that_dies_says_so_and_the_next_session_has_another(site, client, page):
    process = SpawnedProcess(site.folder)
    site.more[live.NAME] = live.Live(site, process)
    socket, _ = page()
    os.kill(process.process_id, signal.SIGKILL)
    assert "stopped unexpectedly" in until(socket, "trouble")["sentence"]
    assert code_of_the_end(socket) == protocol.BROKEN and not site.is_live
    socket, _ = page()
    socket.send_bytes(frame(1, 0.0))
    assert until(socket, "face")["number"] == 1
