"""Width, styles, progress and on streams that play a terminal or a pipe."""

import io
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from source.cli import terminal
from source.cli.terminal import Progress, wrapped
from tests.support.typed import Screen

COMMAND = "python run.py face train --set learning_rate=0.001 batch_size=16 --resume"
WORDS = st.text(st.characters(categories=["L", "N"], max_codepoint=300), min_size=1, max_size=12)


@given(st.lists(WORDS, max_size=30), st.sampled_from([20, 50, 80, 300]), st.integers(0, 30))
@settings(max_examples=50)
def test_text_is_broken_between_words_and_nothing_is_lost(words, width, hang):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        lines = wrapped(" ".join(words), hang, Screen()).split("\n")
    assert " ".join(lines).split() == words
    fits = min(width - 1, terminal.MOST_COLUMNS)
    assert all(len(line) <= fits or len(line.split()) == 1 for line in lines)
    assert all(line.startswith(" " * min(hang, fits // 2)) for line in lines[1:])


@pytest.mark.parametrize("width", [50, 80])
def test_commands_and_paths_stay_whole_and_pipes_are_left_alone(monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    path = "/a/very/long/path/" + "folder/" * 20
    text = f"Nothing is preprocessed in {path} yet; do that with: {COMMAND}\nAnother line of the same message."
    lines = wrapped(text, stream=Screen()).split("\n")
    assert COMMAND in lines and path in lines and lines[-1] == "Another line of the same message."
    assert wrapped(text, stream=io.StringIO()) == text


@pytest.mark.parametrize("environment, styled", [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_is_for_terminals_that_want_it(monkeypatch, environment, styled):
    for name, value in ({"TERM": "xterm"} | environment).items():
        monkeypatch.setenv(name, value)
    assert terminal.styled("x", "bold") == "x"
    monkeypatch.setattr(sys, "stdout", Screen())
    assert (terminal.styled("x", "bold") != "x") == styled


# --- Progress --------------------------------------------------------------------------------------------------------


def on_a(monkeypatch, term):
    """stderr as a terminal of this kind."""
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(sys, "stderr", Screen())
    return sys.stderr


def test_a_bar_is_there_before_the_first_item_and_leaves_nothing(monkeypatch, capsys):
    screen = on_a(monkeypatch, "xterm")
    with Progress("clips", "Testing") as progress:
        assert "Testing: 0 clips" in screen.getvalue()
        progress(1, 100)
        assert "Testing:   1%" in screen.getvalue()
        progress.notify("Half.")
        progress.show("A result.")
    assert "Half.\n" in screen.getvalue() and screen.getvalue().endswith("\r")
    assert capsys.readouterr().out == "A result.\n"


def test_without_a_terminal_progress_is_lines_and_short_jobs_have_none(monkeypatch, capsys):
    with Progress("clips", "Testing") as progress:
        progress(1, 100)
        progress(2, 100)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(terminal, "SECONDS_BETWEEN_LINES", 0)
    with Progress("clips", "Testing") as progress:
        for done in range(1, 101):
            progress(done, 100)
    lines = capsys.readouterr().err.splitlines()
    assert any(line.startswith("Testing: 10 of 100, ") and line.endswith(" left") for line in lines)
    assert "\r" not in "".join(lines)


def test_a_dumb_terminal_gets_lines(monkeypatch):
    screen = on_a(monkeypatch, "dumb")
    monkeypatch.setattr(terminal, "SECONDS_BETWEEN_LINES", 0)
    with Progress("clips", "Testing") as progress:
        progress(1, 3), progress(2, 3)
    assert "Testing: 2 of 3, " in screen.getvalue() and "\r" not in screen.getvalue()


def test_progress_starts_anew_for_each_epoch_and_may_not_know_its_end():
    with Progress("batches") as progress:
        progress(1, 2), progress(2, 2)
        first = progress.bar
        progress(1, 2)
        assert progress.bar is not first and progress.bar.n == 1
        progress(8, 0)
        assert (progress.bar.n, progress.bar.total) == (8, None)
