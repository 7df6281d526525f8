"""Exports, read by the programs' own readers or by a reader of the format, and by us."""

import json
import xml.etree.ElementTree as ElementTree
from collections import defaultdict

import pympi
import pytest
import textgrids
from hypothesis import example, given, settings
from hypothesis import strategies as st

from source import api
from source.core import config
from source.core.errors import DemeanorError
from source.results.annotations import Correction, Mark
from source.results.export import FORMATS
from source.results.marks import read_marks
from source.results.prediction import Prediction, Reading
from source.results.tracks import tracks_of
from tests.support.kept import answers, keep, kept
from tests.support.video_predictions import toy_prediction

MARKS = (Mark(0.5, 4.25, "joke"), Mark(3.0, 5.0, 'says "so"'), Mark(7.0, 7.0, "knock"), Mark(9.0, 10.0, "", True))


@pytest.fixture(scope="module")
def result():
    corrected = {"1": Correction("What a day, &c. <b>", Reading({"happy": 1.0}))}
    raters = {"Eve": (Mark(0.0, 3.0, "happy"),)}
    return kept(toy_prediction(30.0), names={"0": "Ann"}, marks=MARKS, sentences=corrected, raters=raters, group="=1+1")


def read_back(result, form):
    return {track.name: track.marks for track in read_marks(FORMATS[form].write(result).encode(), 30.0)}


def test_the_tracks_are_the_answer_the_modalities_the_people_the_words_and_what_was_added(result):
    names = [track.name for track in tracks_of(result)]
    assert names == ["answer", "face", "voice", "words", "Ann", "person 1", "transcript", "marks", "excluded",
                     "rater Eve"]  # fmt: skip
    said = next(track for track in tracks_of(result) if track.name == "transcript")
    assert said.marks[1].label == "What a day, &c. <b>"


def test_answers_lie_where_they_are_and_pauses_have_none():
    prediction = answers([(0, 4, "happy", 0.9), (4, 8, "happy", 0.8), (8, 12, "", 0), (12, 16, "sad", 0.3)], pauses=[])
    [track] = tracks_of(kept(prediction, "voice"))
    assert track.marks == (Mark(0.0, 8.0, "happy"), Mark(12.0, 16.0, "happy"))  # 0.3 of sad is 0.7 of happy


def test_of_faces_without_a_fused_answer_it_is_who_is_seen_longest():
    faces = tuple(Reading({"happy": 0.9, "sad": 0.1} if person else {"happy": 0.1, "sad": 0.9}, person,
                          (0.0, 0.0, 9.0, 9.0), float(at), at + 1.0)
                  for at in range(6) for person in (0, 1) if person or at < 3)  # fmt: skip
    tracks = tracks_of(kept(Prediction("a.mp4", "face", ("happy", "sad"), faces, seconds=6.0), names={"1": "Ann"}))
    assert [(track.name, track.marks) for track in tracks] == [
        ("answer", (Mark(0.0, 6.0, "happy"),)), ("person 0", (Mark(0.0, 3.0, "sad"),)),
        ("Ann", (Mark(0.0, 6.0, "happy"),)),
    ]  # fmt: skip
    with pytest.raises(DemeanorError, match="no times"):
        tracks_of(kept(Prediction("a.png", "face", ("happy", "sad"), ())))
    assert tracks_of(kept(Prediction("a.mp4", "face", ("happy", "sad"), (), seconds=6.0))) == []


def test_elan_reads_its_document(result, tmp_path):
    file = tmp_path / "clip.eaf"
    file.write_text(FORMATS["eaf"].write(result), encoding="utf-8")
    document = pympi.Elan.Eaf(str(file))
    for track in tracks_of(result):
        if track.name not in ("marks",):
            found = [(begin, end, label) for begin, end, label in document.get_annotation_data_for_tier(track.name)]
            assert sorted(found) == [
                (round(m.begin_seconds * 1000), round(m.end_seconds * 1000), m.label) for m in track.marks
            ]
    assert document.get_annotation_data_for_tier("marks (2)") == [(3000, 5000, 'says "so"')]
    assert (7000, 7100, "knock") in document.get_annotation_data_for_tier("marks")
    assert document.get_linked_files()[0]["RELATIVE_MEDIA_URL"] == "./clip.mp4"


def test_elans_document_has_what_its_schema_asks_for(result):
    root = ElementTree.fromstring(FORMATS["eaf"].write(result))
    assert [child.tag for child in root][:2] == ["HEADER", "TIME_ORDER"] and root[-1].tag == "LINGUISTIC_TYPE"
    ids = [a.get("ANNOTATION_ID") for a in root.iter("ALIGNABLE_ANNOTATION")]
    assert len(set(ids)) == len(ids) == int(root.find("HEADER/PROPERTY").text)
    for tier in root.iter("TIER"):
        assert tier.get("LINGUISTIC_TYPE_REF") == root[-1].get("LINGUISTIC_TYPE_ID")


def test_praat_reads_its_textgrid(result, tmp_path):
    file = tmp_path / "clip.TextGrid"
    file.write_text(FORMATS["textgrid"].write(result), encoding="utf-8")
    grid = textgrids.TextGrid(str(file))
    for track in tracks_of(result):
        if track.name != "marks":
            spans = [(one.xmin, one.xmax, one.text) for one in grid[track.name] if one.text]
            assert spans == [(m.begin_seconds, m.end_seconds, m.label or m.label) for m in track.marks if m.label]
            edges = [(one.xmin, one.xmax) for one in grid[track.name]]
            assert edges[0][0] == 0 and edges[-1][1] == grid.xmax
            assert all(first[1] == second[0] for first, second in zip(edges, edges[1:], strict=False))
    assert [(point.xpos, point.text) for point in grid["marks (moments)"]] == [(7.0, "knock")]


def test_boris_can_paste_events_that_start_and_stop(result):
    text = FORMATS["boris"].write(result)
    rows = [line.split("\t") for line in text.split("\n")]  # as BORIS splits what was pasted
    assert {len(row) for row in rows} == {6}
    assert [float(row[0]) for row in rows] == sorted(float(row[0]) for row in rows)
    running, found = {}, defaultdict(list)
    for at, subject, code, *_ in rows:  # as BORIS pairs the events of a state
        if (subject, code) in running:
            found[subject].append(Mark(running.pop((subject, code)), float(at), code))
        else:
            running[subject, code] = float(at)
    assert not running and "transcript" not in found
    for track in tracks_of(result):
        if track.name not in ("marks", "transcript", "excluded"):
            assert sorted(found[track.name], key=lambda m: m.begin_seconds) == list(track.marks)


def test_label_studio_finds_stretches_within_its_own_configuration(result):
    [task] = json.loads(FORMATS["labelstudio"].write(result))
    config_ = ElementTree.fromstring(task["meta"]["label_config"])
    controls = {one.get("name"): one for one in config_ if one.get("toName")}
    labels = {label.get("value") for label in config_.iter("Label")}
    [prediction] = task["predictions"]
    assert len({region["id"] for region in prediction["result"]}) == len(prediction["result"]) and "score" in prediction
    for region in prediction["result"]:
        control = controls[region["from_name"]]
        assert control.get("toName") == region["to_name"] and control.tag.lower() == region["type"]
        assert config_.find(f"*[@name='{region['to_name']}']").get("value").lstrip("$") in task["data"]
        assert set(region["value"].get("labels", ())) <= labels
        assert 0 <= region["value"]["start"] < region["value"]["end"] <= 30.0


def test_label_studio_takes_pictures_and_texts_too():
    faces = (Reading({"happy": 0.9, "sad": 0.1}, 0, (10.0, 20.0, 60.0, 120.0)),)
    picture = kept(Prediction("a.png", "face", ("happy", "sad"), faces, size=(200, 200)))
    [region] = json.loads(FORMATS["labelstudio"].write(picture))[0]["predictions"][0]["result"]
    assert {name: region["value"][name] for name in ("x", "y", "width", "height")} == {
        "x": 5.0, "y": 10.0, "width": 25.0, "height": 50.0,
    }  # fmt: skip
    said = tuple(Reading({"happy": 0.9, "sad": 0.1}, text=text) for text in ("What a day!", "So good."))
    text = kept(Prediction("typed words", "text", ("happy", "sad"), said, overall=said[0]))
    [task] = json.loads(FORMATS["labelstudio"].write(text))
    for region in task["predictions"][0]["result"]:
        value = region["value"]
        assert task["data"]["text"][value["start"] : value["end"]] == value["text"]
    for form in ("elan", "eaf", "boris", "textgrid"):
        for without_times in (picture, text):
            with pytest.raises(DemeanorError, match="no times"):
                FORMATS[form].write(without_times)


@pytest.mark.parametrize("form", ["elan", "eaf", "textgrid", "boris"])
def test_we_read_back_what_we_wrote(result, form):
    found = read_back(result, form)
    for track in tracks_of(result):
        if track.name in found and track.name not in ("marks", "excluded"):
            assert found[track.name] == track.marks


words = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
labelled = st.lists(st.tuples(st.floats(0, 900), st.floats(0.01, 60), words), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@example([(0.0, 1.0, '"'), (0.0, 1.0, "0")], "elan")  # a cell that begins with a quotation mark and has no other
@given(labelled, st.sampled_from(["elan", "eaf", "textgrid", "boris"]))
def test_any_marks_make_a_readable_file_with_their_times(marks, form):
    given_marks = tuple(Mark(begin, begin + length, label) for begin, length, label in marks)
    prediction = answers([(0, 4, "happy", 0.9), (4, 8, "sad", 0.8)])
    found = read_back(kept(prediction, marks=given_marks, names={"0": "x" * 50}), form)
    assert found["answer"] == (Mark(0.0, 4.0, "happy"), Mark(4.0, 8.0, "sad"))
    times = sorted(
        (mark.begin_seconds, mark.end_seconds) for name, marks in found.items() for mark in marks if name[:5] == "marks"
    )
    wanted = sorted((round(begin, 3), round(begin + length, 3)) for begin, length, label in marks)
    empty = sum(not "".join(label.split()) for _, _, label in marks)
    assert len(times) >= len(wanted) - empty and set(times) <= set(wanted)


def test_files_lie_beside_the_result_or_where_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "OUTPUT_FOLDER", tmp_path)
    folder = keep(toy_prediction(12.0), tmp_path / "clip").folder
    assert [api.export("clip", form) for form in api.export_formats()] == [
        [folder / f"clip{one.ending}"] for one in FORMATS.values()
    ]
    [file] = api.export(folder / "result.json", "eaf", output=tmp_path / "new" / "place")
    assert file.parent == tmp_path / "new" / "place" and file.is_file()
    with pytest.raises(DemeanorError, match="There is no format"):
        api.export("clip", "pdf")
