"""A picture or words, read at once; nothing is written, and what ends the process costs itself alone."""

import os
import time
from pathlib import Path

import pytest

from source.core import config
from source.core.errors import DemeanorError
from source.web.endpoints import reading
from source.web.endpoints.reading import Reader
from tests.support import web

API = "/api/v1/read"


def read(model, content):
    """What the words say, in the reader's process."""
    if content == b"abort":
        os.abort()
    if content == b"wait":
        time.sleep(60)
    if content == b"trouble":
        raise DemeanorError("This is a damaged picture.")
    return {"model": model, "length": len(content)}


@pytest.fixture
def page(site):
    site.more["reader"] = Reader(read, os.getpid)
    with web.browser(site) as client:
        yield client


def test_limits(page, monkeypatch):
    monkeypatch.setattr(reading, "MOST_WORDS_BYTES", 10)
    for query, body, status in (
        ("", b"", 400),
        ("?model=text", b" \n", 400),
        ("?model=text", b"x" * 11, 413),
        ("?model=text", b"\xff\xfe", 400),
        ("?model=combined", b"x", 400),
        ("?model=none", b"x", 400),
    ):
        answer = page.post(API + query, content=body)
        assert answer.status_code == status and answer.json()["trouble"].endswith("."), query


@pytest.mark.slow
def test_what_ends_the_process_or_takes_too_long_is_a_sentence(page, monkeypatch):
    assert page.post(f"{API}?model=text", content="Häh".encode()).json() == {"model": "text", "length": 3}
    assert "damaged" in page.post(API, content=b"trouble").json()["trouble"]
    assert "SIGABRT" in page.post(API, content=b"abort").json()["trouble"]
    monkeypatch.setattr(reading, "MOST_SECONDS", 0.3)
    assert "/jobs" in page.post(API, content=b"wait").json()["trouble"]
    monkeypatch.undo()
    assert page.post(API, content=b"abc").json() == {"model": "face", "length": 3}


@pytest.mark.slow
def test_a_picture_and_words_as_the_models_read_them(site):
    with web.browser(site) as page:
        words = page.post(f"{API}?model=text", content=b"What a wonderful day!").json()
        picture = page.post(API, content=(config.INPUT_FOLDER / "demo_astronaut.png").read_bytes()).json()
        damaged = page.post(API, content=b"\x89PNG\r\n").json()["trouble"]
    assert words["readings"][0]["likeliest"] == picture["readings"][0]["likeliest"] == "happy"
    assert "folder" in picture and not picture["folder"] and "picture" in damaged
    assert [path.name for path in Path(site.folder).iterdir()] == [".web"]
