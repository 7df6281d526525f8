"""What the names after `predict` stand for, and what is printed of several."""

import io
import json
import sys

import pytest

from source.cli.main import main
from source.cli.predict import names_in
from source.core import config
from tests.support.typed import number_of


@pytest.fixture
def files(played):
    for name in ("a b.png", "x,y.png", "1.png", "2.png"):
        (config.INPUT_FOLDER / name).touch()
    (config.INPUT_FOLDER / "notes").mkdir()


@pytest.mark.parametrize(
    "words, source",
    [
        (["face", "1.png", "2.png"], ["1.png", "2.png"]),
        (["face", "*.png", "photo.jpg"], ["*.png", "photo.jpg"]),
        (["text", "I", "am", "happy"], "I am happy"),
        (["text", "I am happy.", "So sad."], ["I am happy.", "So sad."]),
        (["text", "notes", "happy"], ["notes", "happy"]),
    ],
)
def test_several_names_are_several_files_and_words_without_quotes_one_text(files, played, capsys, words, source):
    assert main([words[0], "predict", *words[1:], "--json"]) == 0
    assert played.calls[0][1] == [words[0], source]
    assert isinstance(json.loads(capsys.readouterr().out), list if isinstance(source, list) else dict)


@pytest.mark.parametrize("typed", ["I am happy.", "Open the file notes.txt", "photo.jpg", "two\nlines", ""])
def test_a_dash_is_what_stdin_holds_and_never_a_file(played, monkeypatch, capsys, typed):
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert main(["text", "predict", "-"]) == 0
    (_, (_, text), _) = played.calls[0]
    assert text == typed and type(text) is not str, "a text as such"
    assert main(["face", "predict", "-"]) == 1 and "There is no -" in capsys.readouterr().err


@pytest.mark.parametrize(
    "answer, names",
    [
        ("1.png 2.png", ["1.png", "2.png"]),
        ("1.png, 2.png", ["1.png", "2.png"]),
        ("'a b.png' 1.png", ["a b.png", "1.png"]),
        ("a b.png", ["a b.png"]),
        ("'a b.png'", ["a b.png"]),
        ("x,y.png", ["x,y.png"]),
        ("Well, I can't!", ["Well, I can't!"]),
        ("1.png is happy", ["1.png is happy"]),
    ],
)
def test_an_answer_in_the_menu_is_one_name_unless_each_part_is_there(files, answer, names):
    assert names_in(answer) == names


def test_files_can_be_chosen_by_their_numbers(files, played, session):
    session(number_of("face predict"), "1,2", "q")
    assert played.calls[0][1] == ["face", ["1.png", "2.png"]]
