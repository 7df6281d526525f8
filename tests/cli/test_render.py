"""Results as the text that a person reads on the terminal."""

from dataclasses import replace

import pytest

from source.cli import render
from source.cli.render_prediction import clipped
from source.data.preprocessing import Preprocessed
from source.results.prediction import Prediction, Reading
from source.training.loop import Epoch
from tests.support.results import HAPPY, METRICS, SCORED, VALIDATED
from tests.support.tunings import confirmed, tuning


def test_a_prediction_is_a_line_a_face():
    two = Prediction(
        "in/a.jpg", "face", ("happy", "sad"), (HAPPY, Reading({"happy": 0.3, "sad": 0.2}, 1, (0, 0, 9, 9)))
    )
    assert list(render.prediction_lines(two)) == [
        "a.jpg #0: happy 93 % (face at 10, 20 to 111, 140; small face: 31 pixels)",
        "a.jpg #1: not sure (happy 30 %) (face at 0, 0 to 9, 9)",
    ]
    unplaced = Prediction("a.csv", "pulse", ("happy", "sad"), (replace(HAPPY, box=None),))
    assert list(render.prediction_lines(unplaced)) == ["a.csv: happy 93 %; small face: 31 pixels"]
    none = Prediction("a.jpg", "face", ("happy", "sad"), (), notes=("no face was found",))
    assert list(render.prediction_lines(none)) == ["a.jpg: no face was found"]


def recording(count, text="", speech=None, **fields):
    """A prediction of a model that has no name here: what is shown depends on what is there."""
    readings = tuple(
        Reading(
            {"happy": 0.9, "sad": 0.1} if second % 2 else {"happy": 0.2, "sad": 0.8},
            start_seconds=float(second), end_seconds=second + 1.0, speech_seconds=speech, text=text, **fields,
        )
        for second in range(count)
    )  # fmt: skip
    overall = Reading({"happy": 0.6, "sad": 0.4}, speech_seconds=speech, notes=("noisy",), **fields)
    return Prediction("in/a.x", "pulse", ("happy", "sad"), readings, seconds=float(count), overall=overall)


@pytest.mark.parametrize("fields", [{"speech": 1.0}, {"text": "Well."}, {"speech": 1.0, "modalities": {}}])
def test_long_things_are_a_head_and_a_list_that_is_cut(fields):
    for count, lines in ((2, 3), (21, 22), (30, 22)):
        head, *rest = render.prediction_lines(recording(count, **fields))
        assert head.startswith("a.x: happy 60 %") and head.endswith("noisy")
        assert len([head, *rest]) == lines and rest[0].startswith("     0:00") and "sad 80 %" in rest[0]
    assert rest[-1].startswith("  ... 10 more; ")
    assert list(render.prediction_lines(recording(30, **fields), brief=True)) == [head]


def test_people_of_a_video_are_listed_where_there_are_several():
    people = tuple(Reading({"sad": 1.0}, person, start_seconds=0.0, end_seconds=2.0) for person in range(2))
    video = replace(recording(2, speech=1.0, modalities={}), people=people)
    lines = list(render.prediction_lines(video))
    assert [line.split()[3] for line in lines[-2:]] == ["#0's", "#1's"] and "#0" in lines[1]
    assert not any("#" in line for line in render.prediction_lines(replace(video, people=people[:1])))


def test_a_clipped_line_has_no_codes_and_counts_wide_characters_twice():
    assert clipped("\x1b[2Jab\n", 10) == " [2Jab" and clipped("漢字漢字漢字", 9) == "漢字漢..."


@pytest.mark.parametrize("model, name, unit", [
    ("text", "typed words", "sentence"), ("text", "a.txt", "sentence"), ("text", "a.MP4", "second"),
    ("audio", "a.wav", "second"), ("face", "a.png", "picture"), ("audio", "", "recording"),
])  # fmt: skip
def test_progress_counts_what_the_file_has(tmp_path, model, name, unit):
    assert render.unit_of_progress(model, [name if " " in name else tmp_path / name]) == unit


def test_an_epoch_is_a_line():
    line = render.epoch_line(Epoch(12, 1.25, 1.5, 0.456, 0.401, 1e-3, 123.4))
    assert line == "epoch  12  train loss 1.250  val loss 1.500  accuracy 45.6 %  UAR 40.1 %  123 s"
    blind = render.epoch_line(Epoch(12, 1.25, None, None, None, 1e-3, 123.4))
    assert blind == "epoch  12  train loss 1.250  123 s"


def test_a_validation_names_what_is_leaky_and_how_far_seeds_differ():
    lines = render.validation_text(VALIDATED).splitlines()
    assert "speakers apart" in lines[1] and "65.1 %" in lines[1] and "50.0 % to 75.0 %" in lines[1]
    assert "LEAKY" in lines[2] and "90.0 %" in lines[2] and max(map(len, lines[:3])) < 80
    assert any(line.startswith("LEAKY: ") for line in lines) and "66.0 % ± 1.4 %" in " ".join(lines[4:])


@pytest.mark.parametrize("confirmation", [None, confirmed()])
@pytest.mark.parametrize("against", [None, "parameters"])
def test_a_tuning_ends_with_the_command_that_trains_with_its_best(confirmation, against):
    document = tuning(against=against, confirmation=confirmation)
    text = render.tuning_text(document)
    assert text.startswith(document["verdict"]) and text.endswith(document["train"])
    assert (f"Pareto front of val UAR and {against}" in text) == bool(against)
    assert document["train"] not in render.tuning_text(tuning(0))


def test_metrics_are_shown_with_intervals_and_labels():
    text = render.metrics_text(METRICS)
    assert "accuracy    68.3 %   95 % interval: 61.0 % to 69.0 %" in text
    assert "happy     70.0 %  60.0 %  65.0 %    600" in text


def test_counts_are_shown_by_split_and_emotion():
    lines = render.counts_text({"train": {"sad": 2, "happy": 1234}, "test": {"happy": 5}}).splitlines()
    assert [line.split() for line in lines] == [
        ["happy", "sad", "all"],
        ["train", "1,234", "2", "1,236"],
        ["test", "5", "0", "5"],
    ]


def test_preprocessing_says_what_was_left_out_and_how_fast_it_went(tmp_path):
    part = Preprocessed("A", tmp_path, 100, 3, 40)
    assert render.preprocessed_line(part).startswith("A: 100 clips, 3 unreadable")
    assert render.speed_line([part], 9.0).startswith("63 done in 9 s, 7 per second")
    assert "left" in render.speed_line([replace(part, done_before=103)], 9.0)


def test_scores_of_moments_fit_a_terminal_and_say_what_is_missing():
    text = render.score_text(SCORED)
    assert max(map(len, text.splitlines()[2:5])) < 80 and "–" in text, "of no sure answer there is no share"
    assert "nothing to read in 2 " in text and "5; of these 3 were answered" in text
