"""Scores of moments against counts by hand, scikit-learn and a bootstrap of whole people."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from source.core import config
from source.core.errors import DemeanorError
from source.data.moments import Moment
from source.evaluation.metrics import calibration_error
from source.evaluation.moments import ALL, FUSED, Asked, reading_of, score_moments
from source.evaluation.reports.moments import moment_columns, moment_rows
from source.results.prediction import Prediction, Reading
from tests.support.video_predictions import toy_prediction

LABELS = ("happy", "sad", "neutral")


def sure(label, confidence=0.9):
    rest = (1 - confidence) / (len(LABELS) - 1)
    return {one: confidence if one == label else rest for one in LABELS}


def moment(accepted, person="", file="a.mp4", **times):
    return Moment(Path(file), tuple(accepted.split("|")) if accepted else (), person=person, **times)


def scored(*cases):
    """Cases: accepted labels, reading."""
    moments = [moment(accepted, file=f"{at}.mp4") for at, (accepted, _) in enumerate(cases)]
    return score_moments(moments, [reading for _, reading in cases], LABELS, "neutral", "here")


def test_coverage_error_and_calm_people_are_counted():
    _, beside = scored(
        ("happy", Reading(sure("happy"))),
        ("sad|happy", Reading(sure("happy"))),
        ("sad", Reading(sure("happy", 0.5))),
        ("neutral", Reading(sure("sad", 0.6))),
        ("neutral|sad", Reading(sure("sad", 0.8))),
        ("neutral", Reading(sure("happy", 0.35))),
        ("happy", Reading({})),
        ("", Reading(sure("happy"))),
        ("", Reading(sure("happy", 0.35))),
    )
    (row,) = beside["rows"]
    assert (beside["moments"], beside["unread"], beside["unclear"]) == (7, 1, {"moments": 2, "answered": 1})
    assert row["n"] == 7 and row["coverage"] == pytest.approx(5 / 7)
    assert row["wrong"] == pytest.approx(2 / 5)
    assert (row["sure_share"], row["sure_accuracy"]) == (pytest.approx(3 / 7), 1.0)
    assert row["false_calm"] == pytest.approx(1 / 3), "neutral|sad answered sad is right, happy at 35 % no answer"


def test_scores_are_scikit_learns_where_a_moment_has_one_label():
    draw = np.random.default_rng(0)
    truth, shares = draw.integers(0, 3, 200), draw.dirichlet(np.ones(3), 200)
    cases = [
        (LABELS[at], Reading(dict(zip(LABELS, row.tolist(), strict=True))))
        for at, row in zip(truth, shares, strict=True)
    ]
    metrics, beside = scored(*cases)
    (row,) = beside["rows"]
    assert metrics.uar == row["uar"] == pytest.approx(reference.balanced_accuracy_score(truth, shares.argmax(1)))
    assert metrics.confusion == reference.confusion_matrix(truth, shares.argmax(1)).tolist()
    assert metrics.ece == pytest.approx(row["ece"]) == pytest.approx(calibration_error(shares, truth))
    answered = shares.max(1) >= config.NOT_SURE_BELOW
    assert row["wrong"] == pytest.approx(1 - reference.accuracy_score(truth[answered], shares.argmax(1)[answered]))
    for name in ("uar", "ece", "coverage", "wrong", "sure_share", "sure_accuracy", "false_calm"):
        low, high = row["ci95"][name]
        assert low <= high and (name == "ece" or low <= row[name] <= high)


@given(st.lists(st.sets(st.sampled_from(range(3)), min_size=1), min_size=1, max_size=12), st.integers(0, 10**6))
def test_a_moment_is_scored_under_a_label_of_its_own_and_under_the_answer_if_that_is_one(accepted, seed):
    shares = np.random.default_rng(seed).dirichlet(np.ones(3), len(accepted))
    moments = [moment("|".join(LABELS[at] for at in labels)) for labels in accepted]
    given = Asked(moments, [""] * len(moments), LABELS, None).truths(shares)
    for truth, labels, answer in zip(given, accepted, shares.argmax(1), strict=True):
        assert truth in labels and (truth == answer) == (answer in labels)


def test_intervals_are_over_people_where_all_are_known_else_over_files():
    answers = [Reading(sure("happy" if at < 20 else "sad")) for at in range(40)]
    people = [moment("happy", "one" if at < 20 else "two", f"{at}.mp4") for at in range(40)]
    by_people = score_moments(people, answers, LABELS, "neutral", "")[1]
    files = [moment("happy", "one", f"{at}.mp4") for at in range(40)]
    by_files = score_moments(files, answers, LABELS, "neutral", "")[1]
    assert (by_people["resampled"], by_files["resampled"]) == ("people", "files")
    assert by_people["rows"][0]["ci95"]["wrong"] == [0.0, 1.0], "each of the two is all right or all wrong"
    low, high = by_files["rows"][0]["ci95"]["wrong"]
    assert 0.3 < low < 0.4 and 0.6 < high < 0.7


def test_each_modality_and_each_set_of_them_is_scored_by_itself():
    alone = {"face": sure("sad"), "audio": sure("happy")}
    _, beside = scored(
        ("happy", Reading(sure("happy"), modalities=alone)),
        ("happy", Reading(sure("sad"), modalities={"face": sure("sad")})),
        ("sad", Reading(sure("sad"), modalities={"face": sure("sad")})),
    )
    rows = {(row["given"], row["answer"]): row for row in beside["rows"]}
    assert set(rows) == {
        (ALL, FUSED), (ALL, "face"), (ALL, "audio"), ("face + audio", FUSED), ("face + audio", "face"),
        ("face + audio", "audio"), ("face", FUSED), ("face", "face"),
    }  # fmt: skip
    assert rows[ALL, "face"]["wrong"] == pytest.approx(2 / 3) and rows[ALL, "audio"]["coverage"] == pytest.approx(1 / 3)
    assert rows["face", FUSED]["n"] == 2 and rows["face + audio", "audio"]["wrong"] == 0


def test_a_part_is_the_mean_of_what_is_said_within_it():
    made = toy_prediction(30.0, people=1)
    assert reading_of(made, moment("happy")) is made.overall
    middle = made.readings[5]
    centre = (middle.start_seconds + middle.end_seconds) / 2
    inside = moment("happy", start_seconds=centre - 0.4, end_seconds=centre + 0.4)
    assert reading_of(made, inside).probabilities == middle.probabilities
    two = reading_of(made, moment("happy", start_seconds=centre - 0.5, end_seconds=centre + 1.0))
    for label, share in two.probabilities.items():
        both = made.readings[5].probabilities[label], made.readings[6].probabilities[label]
        assert share == pytest.approx((both[0] * 1.0 + both[1] * 0.5) / 1.5)
    assert set(two.modalities) == {*made.readings[5].modalities, *made.readings[6].modalities}
    assert not reading_of(made, moment("happy", start_seconds=99.0)).probabilities


def test_between_two_sentences_nothing_is_said():
    said = [
        Reading(sure("sad"), start_seconds=1.0, end_seconds=2.0),
        Reading(sure("happy"), start_seconds=6.0, end_seconds=7.0),
    ]
    text = Prediction("a.srt", "text", LABELS, tuple(said), seconds=9.0)
    assert not reading_of(text, moment("sad", start_seconds=3.0, end_seconds=5.0)).probabilities
    assert reading_of(text, moment("sad", start_seconds=1.5, end_seconds=5.0)).likeliest == "sad"


def test_of_several_people_the_named_one_is_read_else_the_largest_face():
    small, large = Reading(sure("sad"), 0, (0, 0, 9, 9)), Reading(sure("happy"), 1, (10, 0, 40, 40))
    picture = Prediction("a.png", "face", LABELS, (small, large), (50, 50))
    assert reading_of(picture, Moment(Path("a.png"), ("sad",))) is large
    assert reading_of(picture, Moment(Path("a.png"), ("sad",), face=0)) is small
    assert not reading_of(picture, Moment(Path("a.png"), ("sad",), face=2)).probabilities
    video = toy_prediction(30.0, people=2)
    asked = reading_of(video, Moment(Path("a.mp4"), ("sad",), face=1))
    assert asked.person == 1 and asked.probabilities != video.overall.probabilities


def test_nothing_to_read_is_one_sentence():
    with pytest.raises(DemeanorError, match="nothing to read in any of the 1 moments"):
        scored(("happy", Reading({})))


def test_a_row_of_the_table_of_moments_says_what_was_right():
    read = Reading(sure("sad"), modalities={"face": sure("sad")})
    moments, readings = [moment("happy|sad", start_seconds=1.5), moment("")], [read, Reading({})]
    first, second = moment_rows(moments, readings)
    assert set(first) | set(second) <= set(moment_columns(LABELS, readings))
    assert (first["right"], first["labels"], first["start"], first["face_likeliest"]) == (
        "true",
        "happy|sad",
        "1.5",
        "sad",
    )
    assert "right" not in second and second["emotion"]
