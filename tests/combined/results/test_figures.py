"""The timeline of a video, its pictures, captions and tables, and what the terminal says of it."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from source.cli import render_prediction as console
from source.combined.results import captions, circumplex, figures, table
from source.core import config
from source.core.figure import label_colours
from source.core.serialise import csv_text
from source.core.spec import spec_of
from source.results import video_timeline
from source.results.circumplex import PLACES
from source.results.prediction import Prediction, Reading
from source.results.video_timeline import (
    face_segments,
    mean_multimodal,
    merged_segments_of,
    prevailing,
    unimodal_segments,
)
from source.text.documents import read_document
from tests.support.video_predictions import PAUSE_SECONDS, SENTENCE_SECONDS, shares, toy_prediction

EMPTY = Prediction("a.mp4", "combined", ("happy", "sad"), ())


def reading(start: float, end: float, mood: str = "happy", person: int = 0, **more) -> Reading:
    return Reading(shares(mood, 3.0, config.EMOTIONS), person, None, start, end, **more)


def video(*readings: Reading, **more) -> Prediction:
    told = {"seconds": readings[-1].end_seconds, "overall": replace(readings[0], modalities={})}
    return Prediction("clip.mp4", "combined", config.EMOTIONS, readings, **(told | more))


# --- As a timeline -----------------------------------------------------------------------------------------------


def test_segments_cover_the_video_from_end_to_end_without_gap_or_overlap():
    parts = merged_segments_of(toy_prediction(29.3))
    edges = [part.start_seconds for part in parts] + [parts[-1].end_seconds]
    assert edges[0] == 0 and edges[-1] == 29.3 and edges == sorted(edges)
    assert all(first.end_seconds == then.start_seconds for first, then in zip(parts, parts[1:], strict=False))


def test_a_silent_video_has_its_answers_too():
    silent = [reading(t, t + 4, speech_seconds=0.0, modalities={"face": {"happy": 1.0}}) for t in range(5)]
    assert [part.emotion for part in merged_segments_of(video(*silent))] == ["happy"]


def test_joining_weighs_by_time_and_keeps_what_each_modality_said():
    one = Reading({"happy": 1.0}, 3, None, 0.0, 3.0, {"face": {"happy": 1.0}}, {"face": 0.4}, valence=0.8)
    two = Reading({"happy": 0.6}, 5, None, 3.0, 4.0, {"face": {"happy": 0.6}, "audio": {"happy": 0.2}}, {"audio": 0.8})
    both = mean_multimodal([one, replace(two, notes=("dark", "dark"))])
    assert both.probabilities == pytest.approx({"happy": 0.9}) and both.person == 3 and both.notes == ("dark",)
    assert both.modalities == {"face": pytest.approx({"happy": 0.9}), "audio": pytest.approx({"happy": 0.2})}
    assert both.attribution == pytest.approx({"face": 0.3, "audio": 0.2}) and both.valence == pytest.approx(0.8)


def test_of_an_hour_the_answer_that_lasts_is_shown_rather_than_the_mean_of_all():
    parts = [reading(0, 2, "sad"), reading(2, 5, "happy"), reading(5, 7, "fear")]
    one = prevailing(parts)
    assert (one.emotion, one.start_seconds, one.end_seconds) == ("happy", 0, 7)
    assert mean_multimodal(parts).emotion is None
    long = video(*(reading(t, t + 4, ("sad", "happy", "happy")[t % 3]) for t in range(900)))
    assert len(merged_segments_of(long, most=50)) == 1 and merged_segments_of(long, most=50)[0].emotion == "happy"


def test_whose_face_it_is_parts_segments():
    parts = merged_segments_of(video(*(reading(t, t + 1, person=t // 3) for t in range(6))))
    assert [(part.person, part.start_seconds, part.end_seconds) for part in parts] == [(0, 0, 3), (1, 3, 6)]


def test_no_word_is_said_twice():
    made = toy_prediction(30)
    said = " ".join(part.text for part in merged_segments_of(made)).split()
    assert said == " ".join(one.text for one in made.sentences).split()


def test_a_voice_says_nothing_in_a_pause_and_words_speak_where_they_are_said():
    made = toy_prediction(30)
    middle = SENTENCE_SECONDS + PAUSE_SECONDS / 2
    at = [part for part in unimodal_segments(made, "audio") if part.start_seconds <= middle < part.end_seconds]
    assert [part.probabilities for part in at] == [{}]
    spoken = [(one.start_seconds, one.end_seconds) for one in made.sentences]
    assert [(part.start_seconds, part.end_seconds) for part in unimodal_segments(made, "text")] == spoken
    for part, one in zip(unimodal_segments(made, "text"), made.sentences, strict=True):
        assert part.probabilities == one.modalities["text"] != one.probabilities


def test_a_face_that_leaves_and_comes_back_is_seen_twice():
    seen = [reading(t, t + 1, person=1) for t in (0, 1, 2, 7, 8)]
    made = replace(EMPTY, faces=(*seen, reading(4, 5, person=2)), seconds=10.0)
    assert [(part.start_seconds, part.end_seconds) for part in face_segments(made, 1, 60)] == [(0, 3), (7, 9)]
    assert video_timeline.most_seen(made, 1) == [1] and video_timeline.most_seen(made, 5) == [1, 2]


# --- Pictures ----------------------------------------------------------------------------------------------------


@pytest.fixture
def drawn(monkeypatch):
    """Keeps the figures from becoming files: their axes can be asked what is drawn."""
    for module in (figures, circumplex):
        monkeypatch.setattr(module, "titled_png", lambda figure, prediction: figure)


def test_the_rows_of_the_timeline_show_what_they_are_called(drawn):
    made = toy_prediction(30)
    axes = {one.get_ylabel(): one for one in figures.timeline(made).axes}
    assert list(axes) == ["answer", "probability", "face", "voice", "words", "mood", "#0", "#1"]
    colours, words = label_colours(made.labels), unimodal_segments(made, "text")
    bars = [(patch.get_x(), patch.get_width(), patch.get_facecolor()) for patch in axes["words"].patches]
    assert [bar[0] for bar in bars] == pytest.approx([part.start_seconds for part in words])
    assert [bar[1] for bar in bars] == pytest.approx([SENTENCE_SECONDS] * len(words))
    for (_, _, colour), part in zip(bars, words, strict=True):
        assert colour[:3] == pytest.approx([int(colours[part.emotion][at : at + 2], 16) / 255 for at in (1, 3, 5)])
    valence = axes["mood"].get_lines()[0].get_ydata()
    assert list(valence[1:-1]) == pytest.approx([one.valence for one in made.readings])


def test_a_part_is_drawn_from_its_beginning(drawn):
    made = toy_prediction(30).shifted(80)
    axes = figures.timeline(made).axes[-1]
    assert axes.get_xlim() == (80, 110)
    shown = dict(zip(axes.get_xticks(), (label.get_text() for label in axes.get_xticklabels()), strict=True))
    assert shown[80] == "1:20" and shown[110] == "1:50" and min(shown) == 80 and max(shown) == 110
    bar = circumplex.picture(made).axes[-1]
    assert bar.get_ylim() == pytest.approx((80, 110), abs=3)


def test_sentences_without_answers_of_their_own_are_marked(drawn):
    sentences = (reading(1, 2, text="Hello."), reading(3, 4, text="You!"))
    made = video(*(reading(t, t + 4, modalities={"face": {"happy": 1.0}}) for t in range(5)), sentences=sentences)
    assert [one.get_ylabel() for one in figures.timeline(made).axes] == ["answer", "probability", "face", "sentences"]


def test_the_path_runs_through_the_places_of_what_is_displayed(drawn):
    moods = ("happy", "sad", "angry")
    readings = [Reading({mood: 1.0}, 0, None, float(t), t + 1.0) for t, mood in enumerate(moods)]
    lost = Reading({}, 0, None, 3.0, 4.0)
    axes = circumplex.picture(video(*readings, lost)).axes[0]
    path = next(one for one in axes.collections if one.get_label().startswith("_") and len(one.get_offsets()) == 3)
    assert np.allclose(path.get_offsets(), [PLACES[mood] for mood in moods])
    assert np.allclose(path.get_array(), [0.5, 1.5, 2.5])
    star = next(one for one in axes.collections if one.get_label() == "overall")
    assert np.allclose(star.get_offsets(), [PLACES["happy"]])
    assert {text.get_text() for text in axes.texts} >= set(config.EMOTIONS)


def test_the_readings_own_mood_goes_before_what_their_probabilities_expect():
    own = Reading({"happy": 1.0}, valence=-0.5, arousal=0.25)
    assert circumplex.point_of(own) == (-0.5, 0.25) and circumplex.point_of(Reading({"happy": 1.0})) == PLACES["happy"]


@pytest.mark.parametrize(
    "made",
    [
        EMPTY,
        toy_prediction(4, people=0, modalities=()),
        toy_prediction(0.3, labels=("contempt", "other"), source="$x_1$ \udcff.mp4"),
    ],
    ids=["unreadable", "nothing to read", "labels without a place"],
)
def test_there_are_pictures_whatever_there_is(made):
    for content in (figures.timeline(made), circumplex.picture(made)):
        assert min(Image.open(io.BytesIO(content)).size) > 200


# --- Captions, tables, terminal ----------------------------------------------------------------------------------


def test_captions_come_back_as_they_were_said(tmp_path):
    made = toy_prediction(30)
    file = tmp_path / "transcript.srt"
    file.write_text(captions.srt(made), encoding="utf-8")
    read = read_document(file).utterances  # the text model's, which knows the answers in brackets from what is said
    assert [one.text for one in read] == [one.text for one in made.sentences]
    times = [(one.start_seconds, one.end_seconds) for one in made.sentences]
    assert [(one.start_seconds, one.end_seconds) for one in read] == [pytest.approx(pair) for pair in times]
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[2::4] == [f"[{one.summary}] {one.text}" for one in made.sentences]


def test_what_says_nothing_has_no_captions():
    assert captions.srt(EMPTY) == "" and captions.srt(replace(EMPTY, sentences=(Reading({}, text=" "),))) == ""


@pytest.mark.parametrize("made", [EMPTY, toy_prediction(30), toy_prediction(4, people=0, modalities=())])
def test_every_table_can_be_written(made):
    layout = spec_of("combined").layout
    tables = [(layout.columns, layout.rows), (layout.summary_columns, layout.summary_rows)]
    for columns, rows in (*tables, *table.TABLES.values()):
        names, rows = columns(made.labels), rows(made)
        assert len(set(names)) == len(names) and all(set(row) <= set(names) for row in rows)
        assert csv_text(names, rows).count("\n") == len(rows) + 1
    assert len(layout.rows(made)) == len(made.readings) and len(layout.summary_rows(made)) == 1


def test_a_row_tells_what_each_modality_said_and_gave():
    row = spec_of("combined").layout.rows(toy_prediction(30))[0]
    assert row["face_likeliest"] == "happy" and row["text_likeliest"] == "neutral" and row["person"] == 0
    assert (row["face_attribution"], row["text_attribution"]) == ("+0.3000", "-0.1200") and row["emotion"] == "not sure"
    silent = spec_of("combined").layout.rows(toy_prediction(4, modalities=("face",)))[0]
    assert "audio_likeliest" not in silent and silent["speech_seconds"] == "0.00"


def test_what_a_person_reads_on_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    made = toy_prediction(30)
    head, *lines = console.prediction_lines(made)
    assert head.startswith("clip.mp4: happy 65 %") and list(console.prediction_lines(made, brief=True)) == [head]
    assert lines[1] == "     0:07 to    0:14  #0  surprise 63 %          voice and words"
    assert lines[0].endswith("mostly face, then voice; words spoke against") and lines[2].endswith(
        "the face is turned ..."
    )
    assert lines[-1] == "     0:00 to    0:30  #1's face: surprise 51 %; small face" and len(lines) == 7
    alone = list(console.prediction_lines(toy_prediction(9, people=1, modalities=("face",))))
    assert alone[1].endswith("not sure (happy 33 %)  face alone") and "#" not in "".join(alone)


def test_a_long_video_is_cut_short_on_the_terminal_and_says_so():
    long = video(*(reading(t, t + 1, ("sad", "happy")[t % 2]) for t in range(50)))
    lines = list(console.prediction_lines(long))
    assert len(lines) == 22 and lines[-1] == "  ... 30 more; report.html shows all"
