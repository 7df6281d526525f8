"""Moments labelled by eye: what a table may say, what is laid out to be filled in, and what is wrong in a sentence."""

import csv
from math import inf

import numpy as np
import pytest

from source.core.errors import DemeanorError
from source.core.spec import spec_of
from source.data.labels import grouping_named
from source.data.moments import TABLE, read_moments
from tests.support.toy import wav

AUDIO, SEVEN = spec_of("audio"), grouping_named("seven")


@pytest.fixture
def folder(tmp_path):
    wav(tmp_path / "a.wav", np.zeros(16_000 * 4), 16_000)
    wav(tmp_path / "b" / "c.wav", np.zeros(16_000 * 65), 16_000)
    return tmp_path


def moments(folder, text, spec=AUDIO, grouping=SEVEN):
    (folder / TABLE).write_text(text, encoding="utf-8")
    return read_moments(folder, spec, grouping)


def test_rows_become_moments(folder):
    rows = [
        "file,start,end,emotion,person",
        "a.wav,,,Happiness|surprise,Ann",
        "b/c.wav,0:05,9.5,calm,",
        "b/c.wav,60,,not sure,Ann",
        "a.wav,,,,",
    ]
    whole, part, open_end, unclear = moments(folder, "\n".join(rows))
    assert whole.accepted == ("happy", "surprise") and whole.whole and whole.person == "Ann"
    assert (part.source, part.start_seconds, part.end_seconds) == (folder / "b" / "c.wav", 5, 9.5)
    assert part.accepted == ("neutral",) and not part.whole
    assert (open_end.start_seconds, open_end.end_seconds) == (60, inf) and not open_end.accepted + unclear.accepted


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_spreadsheets_separators_and_decimal_commas_are_understood(folder, mark):
    rows = ("file,start,end,emotion", "b/c.wav,1.5,4.25,sad")
    text = "\ufeff" + "\r\n".join(row.replace(",", mark).replace(".5", ",5").replace(".25", ",25") for row in rows)
    (moment,) = moments(folder, text)
    assert (moment.start_seconds, moment.end_seconds, moment.accepted) == (1.5, 4.25, ("sad",))


def test_labels_are_those_of_the_models_grouping(folder):
    rows = "file,emotion\na.wav,fear|sad\na.wav,sad/fear"
    five = moments(folder, rows, grouping=grouping_named("five"))
    assert [moment.accepted for moment in five] == [("sad/fear",)] * 2
    (calm,) = moments(folder, "file,emotion\na.wav,calm", grouping=grouping_named("eight"))
    assert calm.accepted == ("calm",)


@pytest.mark.parametrize(
    "row, why",
    [
        ("x.wav,,,sad,", "row 3: there is no x.wav"),
        (",,,sad,", "names no file"),
        (f"{TABLE},,,sad,", "does not read"),
        ("a.wav,,,sulky,", "'sulky' is none of the labels: angry, disgust"),
        ("b/c.wav,9,8,sad,", "start, 9 s, is not before its end, 8 s"),
        ("b/c.wav,soon,8,sad,", "'soon' is no time"),
        ("a.wav,4,,sad,", "a.wav ends at 0:04.0, before"),
        ("a.wav,2,6,sad,", "a.wav ends at 0:04.0, before"),
        ("a.wav,,,sad,x", "'x' is no number of a person"),
    ],
)
def test_a_wrong_row_is_named_in_a_sentence(folder, row, why):
    with pytest.raises(DemeanorError, match=why):
        moments(folder, f"file,start,end,emotion,face\na.wav,,,sad,0\n{row}")


def test_a_picture_has_no_times(folder):
    (folder / "p.png").touch()
    with pytest.raises(DemeanorError, match="p.png is no recording; leave start and end empty"):
        moments(folder, "file,start,end,emotion\np.png,1,2,sad", spec_of("face"))


@pytest.mark.parametrize("text", ["", "file,label\na.wav,sad", "emotion\nsad"])
def test_another_table_is_refused(folder, text):
    with pytest.raises(DemeanorError, match="columns are file and emotion"):
        moments(folder, text)


def test_a_recording_is_no_table(folder):
    with pytest.raises(DemeanorError, match="a.wav is no table of labelled moments"):
        read_moments(folder / "a.wav", AUDIO, SEVEN)


def test_texts_are_for_the_model_that_reads_them(tmp_path):
    rows = 'text,emotion\n"Well, well.",neutral|surprise'
    (moment,) = moments(tmp_path, rows, spec_of("text"))
    assert moment.source == "Well, well." and moment.accepted == ("neutral", "surprise")
    with pytest.raises(DemeanorError, match="holds texts; the audio model reads files"):
        moments(tmp_path, rows)


def test_folders_of_emotions_need_no_table(folder):
    wav(folder / "joy" / "d.wav", np.zeros(16), 16_000)
    told = []
    (moment,) = read_moments(folder, AUDIO, SEVEN, told.append)
    assert len(told) == 1 and told[0].startswith("2 files are left out")
    assert moment.source == folder / "joy" / "d.wav" and moment.accepted == ("happy",) and moment.whole


def test_without_labels_a_table_of_moments_is_written_to_be_filled_in(folder):
    with pytest.raises(DemeanorError, match=f"{TABLE} was written with 4 of their moments"):
        read_moments(folder, AUDIO, SEVEN)
    with (folder / TABLE).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    short, *long = rows
    assert short["file"] == "a.wav" and not short["start"], "a short file is one moment"
    spans = [(float(row["start"]), float(row["end"])) for row in long]
    assert len(spans) == 3 and all(end - start == pytest.approx(4.0) for start, end in spans)
    assert np.ptp(np.diff([start for start, _ in spans])) < 0.2 and spans[0][0] > 0 and spans[-1][1] < 65
    with pytest.raises(DemeanorError, match="has no labels yet; fill in"):
        read_moments(folder, AUDIO, SEVEN)
    assert len(moments(folder, (folder / TABLE).read_text().replace("a.wav,,,,", "a.wav,,,sad,"))) == 4


def test_an_empty_folder_and_a_missing_one_are_named(tmp_path):
    with pytest.raises(DemeanorError, match="There are no recordings in"):
        read_moments(tmp_path, AUDIO, SEVEN)
    with pytest.raises(DemeanorError, match="There is no "):
        read_moments(tmp_path / "x", AUDIO, SEVEN)
