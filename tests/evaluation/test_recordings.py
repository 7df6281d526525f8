"""Recordings side by side: means over their time, and intervals over recordings and people."""

import csv
import io
import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from source import api
from source.core import config
from source.core.errors import DemeanorError
from source.evaluation.recordings import compare, comparison_csv
from source.evaluation.recordings.measures import _overlap
from source.results.annotations import Mark
from source.results.circumplex import valence_arousal
from source.results.prediction import Prediction, Reading
from tests.support.kept import answers, keep, kept
from tests.support.video_predictions import toy_prediction

LABELS = ("happy", "sad", "neutral")


def voice(*shares, name="voice", **annotated):
    """A recording whose windows of 4 s, one behind the other, are happy with these probabilities."""
    spans = [(4 * at, 4 * at + 4, "happy", share) for at, share in enumerate(shares)]
    return kept(answers(spans, LABELS), name, **annotated)


def case(results, **how):
    (only,) = compare({str(at): one for at, one in enumerate(results)}, **how).cases
    return only


def test_means_and_shares_are_over_the_time_of_the_recording():
    spans = [(0, 4, "happy", 0.9), (4, 8, "sad", 0.5), (8, 12, "neutral", 0.36), (12, 16, "", 0)]
    found = case([kept(answers(spans, LABELS))])
    assert found.means["happy"].mean == pytest.approx((0.9 + 0.25 + 0.32) / 3)
    shares = {name: one.mean for name, one in found.shares.items()}
    assert shares == pytest.approx({"happy": 0.25, "sad": 0.25, "neutral": 0, "not sure": 0.25, "nothing": 0.25})
    mean = {label: found.means[label].mean for label in LABELS}
    assert found.means["valence"].mean == pytest.approx(valence_arousal(mean)[0], abs=1e-3)  # an expectation is linear


def test_overlapping_windows_count_once():
    """Windows of 4 s, one a second: each second belongs to the window whose middle is nearest."""
    spans = [(at, at + 4, "happy", 0.9 if at < 3 else 0.5) for at in range(7)]
    found = case([kept(answers(spans, LABELS))])
    assert found.means["happy"].mean == pytest.approx((4.5 * 0.9 + 5.5 * 0.5) / 10)


def test_excluded_stretches_leave_means_and_shares():
    marks = (Mark(0.0, 3.0, "joke"), Mark(4.0, 8.0, "noise", True), Mark(6.0, 8.0, "", True))
    found = compare({"a": voice(0.9, 0.4, 0.6, marks=marks)})
    assert found.cases[0].means["happy"].mean == pytest.approx(0.75) and found.recordings[0].excluded_seconds == 4
    assert sum(one.mean for one in found.cases[0].shares.values()) == pytest.approx(1)
    assert any("excluded" in note for note in found.notes)


def test_an_interval_is_students_over_recordings_and_not_over_windows():
    values = [0.5, 0.6, 0.7, 0.55]
    results = [voice(*[value] * 50, participant="Ann") for value in values]
    found = case(results, by="participant")
    low, high = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    one = found.means["happy"]
    assert (one.mean, one.low, one.high, one.n) == pytest.approx((np.mean(values), low, high, 4))
    assert found.name == "Ann" and found.recordings == 4


def test_people_are_the_cases_of_a_group_however_many_recordings_they_have():
    by_person = {"Ann": [0.9] * 5, "Bo": [0.5], "Cy": [0.6, 0.4]}
    results = [voice(value, participant=name, group="B") for name, all_ in by_person.items() for value in all_]
    one = case(results, by="group").means["happy"]
    assert (one.mean, one.n) == (pytest.approx((0.9 + 0.5 + 0.5) / 3), 3) and one.low is not None


@pytest.mark.parametrize("by", ["participant", "group"])
def test_of_too_few_there_is_no_interval_and_it_says_so(by):
    found = compare({str(at): voice(0.5 + at / 10, participant="Ann", group="B") for at in range(2)}, by=by)
    assert all(one.low is one.high is None for one in found.cases[0].means.values())
    assert any("Too few" in note for note in found.notes)


def test_who_is_not_named_is_a_participant_of_their_own():
    found = compare({"a": voice(0.9), "b": voice(0.5), "c": voice(0.6, participant="Ann", group="B")}, by="participant")
    assert [one.recordings for one in found.cases] == [1, 1, 1] and found.cases[2].name == "Ann"
    grouped = compare({"a": voice(0.9), "b": voice(0.5), "c": voice(0.6, group="B")}, by="group").cases
    assert [(one.name, one.n) for one in grouped] == [("no group", 2), ("B", 1)]


def test_a_change_is_against_a_recording_or_a_stretch_of_each():
    results = {"a": voice(0.4, 0.8, 0.8), "b": voice(0.5, 0.5, 0.7)}
    found = compare(results, baseline="a")
    assert found.cases[0].changes is None and found.baseline == "voice.wav (1)"
    assert found.cases[1].changes["happy"].mean == pytest.approx(1.7 / 3 - 2 / 3)
    stretch = compare(results, baseline=(0.0, 4.0))
    assert [one.changes["happy"].mean for one in stretch.cases] == pytest.approx([0.4, 0.1])
    assert stretch.cases[0].means == compare(results).cases[0].means  # the answers stay
    beyond = compare(results, baseline=(50.0, 60.0))
    assert all(one.changes is None for one in beyond.cases) and any("baseline" in note for note in beyond.notes)


def test_a_group_against_another_is_within_people_where_they_are_in_both():
    before, after = [0.5, 0.6, 0.7, 0.4], [0.6, 0.8, 0.7, 0.6]
    values = [(when, at, value) for when, row in (("before", before), ("after", after)) for at, value in enumerate(row)]
    results = {f"{when}{at}": voice(value, participant=f"P{at}", group=when) for when, at, value in values}
    base, change = compare(results, by="group", baseline="group:before").cases
    one = change.changes["happy"]
    low, high = stats.ttest_rel(after, before).confidence_interval()
    assert base.changes is None and (one.mean, one.low, one.high, one.n) == pytest.approx((0.125, low, high, 4))
    results |= {"x": voice(0.1, participant="P9", group="after")}  # who is in one group alone has no change
    assert compare(results, by="group", baseline="group:before").cases[1].changes["happy"] == one


def test_groups_of_different_people_are_compared_by_welchs_interval():
    first, second = [0.5, 0.6, 0.7, 0.4], [0.6, 0.85, 0.9]
    results = {f"{name}{at}": voice(value, participant=f"{name}{at}", group=name)
               for name, values in (("A", first), ("B", second)) for at, value in enumerate(values)}  # fmt: skip
    found = compare(results, by="group", baseline="group:A")
    one, low_high = found.cases[1].changes["happy"], stats.ttest_ind(second, first, equal_var=False)
    low, high = low_high.confidence_interval()
    assert (one.mean, one.low, one.high) == pytest.approx((np.mean(second) - np.mean(first), low, high))
    assert any("Welch" in note for note in found.notes)
    few = compare({key: results[key] for key in ("A0", "A1", "B0")}, by="group", baseline="group:B").cases[0]
    assert few.changes["happy"].low is None
    for by, name in (("group", "group:C"), ("recording", "group:A")):
        with pytest.raises(DemeanorError):
            compare(results, by=by, baseline=name)


def test_the_course_has_parts_and_a_path_of_a_bounded_number():
    (one,) = compare({"a": kept(toy_prediction(3000.0))}).recordings
    assert 100 < len(one.parts) == len(one.path) <= 600
    assert one.parts[0].begin == 0 and one.parts[-1].end == pytest.approx(3000)
    assert all(first.end == second.begin for first, second in zip(one.parts, one.parts[1:], strict=False))
    later = compare({"a": kept(toy_prediction(20.0).shifted(80.0))}).recordings[0]
    assert later.parts[0].begin == 0 and later.parts[-1].end == pytest.approx(20)


def test_texts_count_by_words_and_pictures_by_faces():
    said = tuple(Reading({"happy": share, "sad": 1 - share}, text=text) for share, text in ((0.9, "a b c"), (0.5, "d")))
    text = kept(Prediction("a.txt", "text", ("happy", "sad"), said, overall=said[0]))
    found = compare({"a": text})
    assert found.cases[0].means["happy"].mean == pytest.approx(0.8) and found.recordings[0].parts == ()
    faces = tuple(Reading({"happy": share, "sad": 1 - share}, person) for person, share in enumerate((0.9, 0.5)))
    picture = kept(Prediction("a.png", "face", ("happy", "sad"), faces, size=(9, 9)))
    assert compare({"a": picture}).cases[0].means["happy"].mean == pytest.approx(0.7)
    nothing = compare({"a": kept(Prediction("a.png", "face", ("happy", "sad"), (), size=(9, 9)))}).cases[0]
    assert nothing.means == {} and nothing.shares == {}


def test_what_cannot_be_compared_is_a_sentence():
    other = kept(answers([(0, 4, "happy", 0.9)], ("happy", "sad")))
    for wrong, said in (
        (lambda: compare({}), "1 to 500"), (lambda: compare({"a": voice(0.5)}, by="age"), "no cases by 'age'"),
        (lambda: compare({"a": voice(0.5), "b": other}), "different labels"),
        (lambda: compare({"a": voice(0.5)}, baseline="b"), "none of the results"),
        (lambda: compare({"a": voice(0.5)}, baseline=(4.0, 4.0)), "ends after"),
    ):  # fmt: skip
        with pytest.raises(DemeanorError, match=said):
            wrong()


def test_the_document_is_json_and_the_table_no_formula():
    results = {str(at): voice(0.5, 0.6, participant="=cmd()", group="@B") for at in range(3)}
    found = compare(results, by="participant", baseline=(0.0, 4.0))
    json.dumps(asdict(found), allow_nan=False)
    rows = list(csv.DictReader(io.StringIO(comparison_csv(found))))
    assert {row["case"] for row in rows} == {"'=cmd()"} and {row["measure"] for row in rows} == {
        "mean", "share of time", "change",
    }  # fmt: skip
    assert all(row["low"] and row["n"] == "3" for row in rows)


def test_results_are_named_as_for_export_and_a_run_stands_for_all_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "OUTPUT_FOLDER", tmp_path)
    for name in ("one", "run/a", "run/b"):
        keep(toy_prediction(12.0, source=f"{name[-1]}.mp4"), tmp_path / name)
    (tmp_path / "run" / "result.json").write_text("[]")
    assert [one.name for one in api.compare(["one", "run"], baseline="one").cases] == ["e.mp4", "a.mp4", "b.mp4"]
    assert api.compare(["run"], baseline="one").baseline == "e.mp4"
    assert api.compare({"x": "one"}, baseline="0:02-0:05").baseline == "2-5 s"
    with pytest.raises(DemeanorError, match="no result"):
        api.compare(["run"], baseline="other")


edges = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted).map(tuple)


@settings(max_examples=100, deadline=None)
@given(edges, st.lists(edges, max_size=5))
def test_overlaps_count_each_second_once(stretch, others):
    seconds = sum(any(a <= at < b for a, b in others) for at in range(*stretch))
    assert _overlap(stretch, others) == seconds
