"""A recording while it is played, as a panel on a terminal and as lines elsewhere."""

import io

import pytest
from rich.console import Console

from source.cli.live_view import LiveView
from source.results.live import Now
from source.results.prediction import Reading

LABELS = ("happy", "sad")


def reading(start, happy, text=""):
    shares = dict(zip(LABELS, (happy, 1 - happy), strict=True))
    return Reading(
        shares, start_seconds=start, end_seconds=start + 4, text=text, valence=0.4, arousal=-0.2,
        modalities={"face": shares, "audio": {"happy": 0.2, "sad": 0.8}},
    )  # fmt: skip


def shown(view, stream, now):
    before = len(stream.getvalue())
    view(now)
    return stream.getvalue()[before:]


@pytest.mark.parametrize("columns", [48, 80, 200])
def test_the_panel_shows_the_newest_answer_each_modality_affect_and_words(columns):
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=columns, color_system=None)
    with LiveView("a film.mp4", console) as view:
        text = shown(view, stream, Now(61.0, 120.0, 3.2, [reading(56, 0.1), reading(57, 0.7, "What a day!")]))
        for part in (
            "1:01 of 2:00",
            "3 s behind",
            "happy 70 %",
            "sad",
            "20 %",
            "voice",
            "words",
            "valence",
            "+0.4",
            "day!",
        ):
            assert part in text
        assert max(map(len, text.replace("\x1b[2K", "").split("\n"))) <= columns + 20, (
            "nothing is wider than the terminal"
        )
        text = shown(view, stream, Now(62.0, 120.0, 0.0, [reading(58, 0.2)]))
        assert "sad 80 %" in text and "behind" not in text and "What a day!" in text, "the last words stay"


def test_before_there_is_an_answer_and_without_a_length(capsys):
    with LiveView("a.mp4") as view:
        view(Now(0.1, None, 0.0, []))
    assert "nothing to read" in capsys.readouterr().err


def test_without_a_terminal_there_is_a_line_now_and_then(capsys):
    with LiveView("a.mp4") as view:
        for at in range(50):
            view(Now(at / 10, 10.0, 0.0, [reading(at / 10, 0.7, "Well.")]))
    out, err = capsys.readouterr()
    assert not out and 2 <= err.count("\n") <= 4
    assert 'happy 70 %  (face happy 70 %, voice sad 80 %)  "Well."' in err


def test_a_revised_reading_replaces_the_one_of_the_same_start(capsys):
    with LiveView("a.mp4") as view:
        view(Now(0.0, 10.0, 0.0, [reading(0, 0.9)]))
        view(Now(5.0, 10.0, 0.0, [reading(0, 0.1)]))
    assert "sad 90 %" in capsys.readouterr().err.splitlines()[-1]
