"""What a file is by its content: no name leads astray."""

import numpy as np
import pytest
import soundfile
from PIL import Image

from source.core.errors import DemeanorError
from source.media.kind import kind_and_ending
from tests.support.video import ENCODERS, write_video
from tests.support.voice import RATE_HZ, spoken


def kind_of(file, name="without an ending"):
    unnamed = file.rename(file.with_name("upload"))
    return kind_and_ending(unnamed, name)


@pytest.mark.parametrize("ending", sorted(set(ENCODERS) - {".m4v"}))
def test_videos(tmp_path, ending):
    file = write_video(tmp_path / f"a{ending}", seconds=0.4, sound=spoken(0.4))
    assert kind_of(file) == ("video", ending)


def test_a_recording_without_a_picture_is_a_sound(tmp_path):
    file = write_video(tmp_path / "a.webm", seconds=0.4, size=None, sound=spoken(0.4))
    assert kind_of(file, "a.webm") == ("sound", ".weba")
    file = write_video(tmp_path / "a.mp4", seconds=0.4, size=None, sound=spoken(0.4))
    assert kind_of(file, "a.mp4") == ("sound", ".m4a")


@pytest.mark.parametrize("ending", [".wav", ".flac", ".ogg", ".mp3", ".aiff"])
def test_sounds(tmp_path, ending):
    soundfile.write(tmp_path / f"a{ending}", spoken(0.4), RATE_HZ)
    kind, found = kind_of(tmp_path / f"a{ending}", f"b{ending}")
    assert (kind, found) == ("sound", ending)


@pytest.mark.parametrize("ending", [".png", ".jpg", ".webp", ".tif", ".bmp", ".gif", ".avif", ".ppm"])
def test_pictures(tmp_path, ending):
    Image.fromarray(np.full((20, 20, 3), 90, np.uint8)).save(tmp_path / f"a{ending}")
    assert kind_of(tmp_path / f"a{ending}", "film.mp4") == ("picture", ending)


@pytest.mark.parametrize(
    "content, name, ending",
    [
        ("What a day!", "a.md", ".md"),
        ("What a day!", "film.mp4", ".txt"),
        ("Träume", "", ".txt"),
        ("<!DOCTYPE html><p>Hello", "evil.mp4", ".html"),
        ("WEBVTT\n\n00:00.000 --> 00:01.000\nHi", "x", ".vtt"),
        ("1\n00:00:00,000 --> 00:00:01,000\nHi\n", "x", ".srt"),
        ("%PDF-1.7", "a.txt", ".pdf"),
    ],
)
def test_texts(tmp_path, content, name, ending):
    (tmp_path / "upload").write_text(content, encoding="utf-8")
    assert kind_and_ending(tmp_path / "upload", name) == ("text", ending)


def test_texts_of_older_encodings(tmp_path):
    (tmp_path / "upload").write_bytes("Träume".encode("latin-1"))
    assert kind_and_ending(tmp_path / "upload", "a.txt") == ("text", ".txt")
    (tmp_path / "upload").write_bytes("Träume".encode("utf-16"))
    assert kind_and_ending(tmp_path / "upload", "a") == ("text", ".txt")


@pytest.mark.parametrize("content", [b"\0\1\2\3" * 900, b"PK\3\4" + bytes(900), b""])
def test_what_is_nothing_is_a_sentence(tmp_path, content):
    (tmp_path / "upload").write_bytes(content)
    with pytest.raises(DemeanorError):
        kind_and_ending(tmp_path / "upload", "a.mp4")
