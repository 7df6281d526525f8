"""Metrics against scikit-learn and scipy, never against ourselves."""

from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as reference

from source.data.clips import Clip
from source.evaluation.metrics import calibration_error, fit_temperature, measure
from source.evaluation.testing import groups_of, people_of
from source.training.scores import softmax

LABELS = tuple("abcdefg")


def drawn(n=400, seed=0, scale=1.0):
    draw = np.random.default_rng(seed)
    truth = draw.integers(0, 7, n)
    logits = draw.normal(size=(n, 7))
    logits[np.arange(n), truth] += 1.5
    return logits * scale, truth


def test_scores_are_scikit_learns():
    logits, truth = drawn()
    ours, answers = measure(softmax(logits), truth, LABELS), logits.argmax(1)
    assert ours.accuracy == pytest.approx(reference.accuracy_score(truth, answers))
    assert ours.uar == pytest.approx(reference.balanced_accuracy_score(truth, answers))
    assert ours.macro_f1 == pytest.approx(reference.f1_score(truth, answers, average="macro"))
    assert ours.weighted_f1 == pytest.approx(reference.f1_score(truth, answers, average="weighted"))
    assert ours.confusion == reference.confusion_matrix(truth, answers).tolist()
    table = reference.classification_report(truth, answers, target_names=LABELS, output_dict=True)
    for label in LABELS:
        assert ours.per_class[label]["precision"] == pytest.approx(table[label]["precision"])
        assert ours.per_class[label]["f1"] == pytest.approx(table[label]["f1-score"])


def test_precision_is_not_accuracy():
    truth, probabilities = np.array([0, 0, 0, 1]), np.eye(2)[[0, 0, 1, 1]]
    ours = measure(probabilities, truth, ("a", "b"))
    assert ours.accuracy == 0.75 and ours.per_class["a"]["precision"] == 1.0 and ours.per_class["b"]["precision"] == 0.5


def test_a_label_that_does_not_occur_counts_neither_way():
    truth, probabilities = np.array([0, 0, 1, 1]), np.eye(3)[[0, 0, 1, 2]]
    ours = measure(probabilities, truth, ("a", "b", "c"))
    assert ours.uar == 0.75


def test_the_interval_holds_the_score_and_narrows_with_n():
    small, large = (measure(softmax(drawn(n)[0]), drawn(n)[1], LABELS) for n in (100, 2000))
    for result in (small, large):
        low, high = result.ci95["accuracy"]
        assert low <= result.accuracy <= high
    assert np.diff(large.ci95["accuracy"]) < np.diff(small.ci95["accuracy"])
    # the normal approximation of a proportion's interval
    width = 2 * 1.96 * np.sqrt(large.accuracy * (1 - large.accuracy) / 2000)
    assert np.diff(large.ci95["accuracy"]) == pytest.approx(width, rel=0.15)


def test_clips_of_one_person_widen_the_interval():
    truth = np.repeat(np.arange(20) % 2, 50)
    answers = np.where(np.repeat(np.arange(20) < 14, 50), truth, 1 - truth)  # six people always misread
    alone = measure(np.eye(2)[answers], truth, ("a", "b"))
    grouped = measure(np.eye(2)[answers], truth, ("a", "b"), people=np.repeat(np.arange(20), 50))
    assert np.diff(grouped.ci95["accuracy"]) > 3 * np.diff(alone.ci95["accuracy"])


def test_temperature_calibrates_what_is_too_sure():
    logits, truth = drawn(3000, scale=4.0)
    temperature = fit_temperature(logits, truth)
    assert temperature == pytest.approx(4.0, rel=0.35)
    assert calibration_error(softmax(logits / temperature), truth) < 0.04 < calibration_error(softmax(logits), truth)


def test_calibration_error_of_a_known_case():
    probabilities = np.tile([0.9, 0.1], (100, 1))
    truth = np.array([0] * 60 + [1] * 40)
    assert calibration_error(probabilities, truth) == pytest.approx(0.3)


def test_abstaining_and_parts_are_reported():
    probabilities = np.array([[0.9, 0.1], [0.55, 0.45], [0.2, 0.8], [0.5, 0.5]])
    parts = {"corpus": ["x", "x", "y", "y"]}
    ours = measure(probabilities, np.array([0, 1, 1, 1]), ("a", "b"), not_sure_below=0.6, groups=parts)
    assert ours.coverage == 0.5 and ours.selective_accuracy == 1.0
    assert ours.within["corpus"]["x"]["n"] == 2 and ours.within["corpus"]["x"]["accuracy"] == 0.5


def test_one_person_alone_is_no_reason_for_an_interval_of_no_width():
    clips = [Clip(Path(f"{i}.wav"), "c", i, "sad", speaker="ann" if i < 8 else "bob") for i in range(10)]
    assert people_of(clips[:8]) is None and people_of(clips) == [("c", clip.speaker) for clip in clips]
    assert people_of([*clips, Clip(Path("x.wav"), "c", 10, "sad")]) is None


def test_parts_of_clips_name_speakers_of_several_corpora_apart():
    one, other = (Clip(Path("a.wav"), corpus, 0, "sad", speaker="01", sex="female") for corpus in ("x", "y"))
    unknown = Clip(Path("b.wav"), "y", 1, "sad")
    assert groups_of([one, other, unknown]) == {
        "corpus": ["x", "y", "y"], "sex": ["female", "female", ""], "speaker": ["x 01", "y 01", ""]
    }  # fmt: skip
    assert groups_of([one])["speaker"] == ["01"]


def test_each_part_is_scikit_learns_and_the_unknown_are_in_none():
    logits, truth = drawn()
    draw = np.random.default_rng(1)
    sexes, speakers = draw.choice(["female", "male", ""], 400), draw.choice([f"{i:02}" for i in range(9)], 400)
    parts = {"corpus": ["only"] * 400, "sex": sexes, "speaker": speakers, "accent": [""] * 400}
    within, answers = measure(softmax(logits), truth, LABELS, groups=parts).within, logits.argmax(1)
    assert (
        set(within) == {"sex", "speaker"} and set(within["sex"]) == {"female", "male"} and len(within["speaker"]) == 9
    )
    for kind, names in (("sex", sexes), ("speaker", speakers)):
        for name, ours in within[kind].items():
            inside = names == name
            assert ours["n"] == inside.sum()
            assert ours["accuracy"] == pytest.approx(reference.accuracy_score(truth[inside], answers[inside]))
            recalls = reference.recall_score(
                truth[inside], answers[inside], labels=np.unique(truth[inside]), average="macro"
            )
            assert ours["uar"] == pytest.approx(recalls)
    assert measure(softmax(logits), truth, LABELS, groups={"corpus": ["only"] * 400}).within is None


def test_accuracy_is_not_a_mean_of_batch_means():
    logits, truth = drawn(7)
    assert measure(softmax(logits), truth, LABELS).accuracy == pytest.approx((logits.argmax(1) == truth).sum() / 7)
