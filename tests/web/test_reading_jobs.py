"""What the process of a job does, with the models themselves: every kind of file, however it is called."""

import json

import pytest

from source.core import config
from source.core.errors import DemeanorError
from source.web.queue import reading
from source.web.queue.task import Task
from tests.support.video import write_video
from tests.support.voice import spoken

pytestmark = pytest.mark.slow  # the shipped networks


@pytest.fixture
def read(tmp_path):
    """Do a job; returns its result folder and the names of its files."""

    def done(content: bytes | None, name: str, source: str = "upload", model: str = "auto", asked: str = ""):
        job = tmp_path / "job"
        job.mkdir(exist_ok=True)
        for left in job.iterdir():
            left.unlink()
        if content is not None:
            (job / "upload").write_bytes(content)
        results = tmp_path / "results"
        results.mkdir(exist_ok=True)
        (folder,) = reading.read(Task("an-id", source, asked, name, model, job, results))
        assert (results / folder / reading.MARK).read_text() == "an-id"
        document = json.loads((results / folder / "result.json").read_text(encoding="utf-8"))
        return document, {file.name for file in (results / folder).iterdir()}

    return done


def test_a_picture_by_any_name(read, tmp_path):
    content = (config.INPUT_FOLDER / "demo_astronaut.png").read_bytes()
    document, names = read(content, "who: me?.mp4")
    assert (document["source"], document["model"]) == ("who me.png", "face") and "original.png" in names
    assert (tmp_path / "results" / "who me" / "original.png").read_bytes() == content


def test_words_and_texts(read):
    document, names = read(None, "What a day!", "text", asked="What a wonderful day!")
    assert document["readings"][0]["likeliest"] == "happy" and "original.txt" in names
    document, names = read(b"<!doctype html><p>What a wonderful day!", "evil.mp4")
    assert (document["source"], document["model"]) == ("evil.html", "text") and "original.html" in names


def test_a_recording_of_a_voice_that_breaks_off(read, tmp_path):
    whole = write_video(tmp_path / "a.webm", seconds=4, size=None, sound=spoken(4)).read_bytes()
    document, names = read(whole[: len(whole) * 3 // 4], "my voice.webm", "recording")
    assert document["model"] == "combined" and document["seconds"] == pytest.approx(3, abs=0.5)
    assert "original.weba" in names


def test_an_input_stays_where_it_is(read, tmp_path, monkeypatch):
    monkeypatch.setattr(config, "INPUT_FOLDER", tmp_path / "inputs")
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "note.txt").write_text("What a wonderful day!")
    for number in range(2):
        document, names = read(None, "note.txt", "input", asked="note.txt")
        assert "original.txt" in names and document["source"] == str(tmp_path / "inputs" / "note.txt")
        assert len(list((tmp_path / "results").iterdir())) == number + 1


@pytest.mark.parametrize("content, model", [(b"\0\1\2", "auto"), (b"Words.", "face"), (b"\x89PNG\r\n\x1a\n", "auto")])
def test_what_cannot_be_read_is_named_as_it_came(read, content, model):
    with pytest.raises(DemeanorError, match="upload|broken"):
        read(content, "broken.mp4", model=model)
