"""Agreement with the answer and between raters, against scikit-learn and the package of alpha."""

import doctest
import json
from dataclasses import asdict

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, confusion_matrix

from source import api
from source.core.errors import DemeanorError
from source.data import label_names
from source.data.label_names import label_meant
from source.evaluation.agreement import agreement, alpha
from source.evaluation.raters import agreement_about, raters_in
from source.results.annotations import Mark
from source.results.export import FORMATS
from tests.support.kept import answers, keep, kept
from tests.support.video_predictions import toy_prediction

LABELS = ("happy", "sad", "angry")


def marks(*labels, seconds=1.0):
    """A mark of so many seconds for each label; "" is none."""
    return [Mark(at * seconds, (at + 1) * seconds, label) for at, label in enumerate(labels) if label]


def compared(answer, raters, end=10.0, **more):
    return agreement(answer, raters, LABELS, 0.0, end, **more)


@pytest.mark.parametrize("seed", range(4))
def test_kappa_and_confusion_are_scikit_learns(seed):
    draw = np.random.default_rng(seed)
    said, rated = draw.integers(0, 3, 40), draw.integers(0, 3, 40)
    rated = np.where(draw.random(40) < 0.5, said, rated)
    both = compared(marks(*(LABELS[n] for n in said)), {"Ann": marks(*(LABELS[n] for n in rated))}, 40.0)
    assert both.kappa["Ann"] == pytest.approx(cohen_kappa_score(rated, said))
    assert np.array(both.confusion["Ann"])[:, :3] == pytest.approx(confusion_matrix(rated, said))
    assert both.rated["Ann"].agreed == pytest.approx((rated == said).mean()) and both.seconds == pytest.approx(40)


def test_alpha_is_that_of_krippendorffs_own_example():
    """Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, part C: 4 observers, 12 units, nominal 0.743."""
    rows = ["1,2,3,3,2,1,4,1,2,,,", "1,2,3,3,2,2,4,1,2,5,,3", ",3,3,3,2,3,4,2,2,5,1,", "1,2,3,3,2,4,4,1,2,5,1,"]
    cells = [row.split(",") for row in rows]
    names = {str(at + 1): label for at, label in enumerate(("happy", "sad", "angry", "fear", "neutral"))}
    raters = {str(at): marks(*(names.get(cell, "") for cell in row), seconds=0.1) for at, row in enumerate(cells)}
    found = agreement([], raters, tuple(names.values()), 0.0, 1.2)  # a unit is a step
    data = np.array([[float(cell or "nan") for cell in row] for row in cells])
    assert found.alpha == pytest.approx(krippendorff.alpha(data, level_of_measurement="nominal"))
    assert round(found.alpha, 3) == 0.743 and found.alpha_seconds == pytest.approx(1.1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(-2, 3), min_size=12, max_size=12), min_size=2, max_size=5))
def test_alpha_is_the_packages(rows):
    codes = np.array(rows)
    shared = codes[:, (codes >= 0).sum(0) > 1]
    known = len(np.unique(shared[shared >= 0])) > 1
    data = np.where(codes >= 0, codes.astype(float), np.nan)
    reference = krippendorff.alpha(data, level_of_measurement="nominal") if known else None
    assert alpha(codes, 4) == (pytest.approx(reference, abs=1e-9) if known else None)


def test_not_sure_and_silence_are_said_and_do_not_count():
    answer = marks("happy", "not sure", "", "sad", "sad", "happy")
    found = compared(answer, {"Ann": marks("happy", "sad", "sad", "?", "", "boredom")}, 6.0).rated["Ann"]
    assert (found.both_seconds, found.not_sure_seconds, found.unlabelled_seconds) == pytest.approx((1, 1, 2))
    assert (found.answer_not_sure_seconds, found.answer_nothing_seconds) == pytest.approx((1, 1))
    assert found.unknown_seconds == {"boredom": 1.0} and found.kappa is None and found.agreed == 1.0
    assert np.array(found.confusion) == pytest.approx(np.array([[1, 0, 0, 0, 0], [0, 0, 0, 1, 1], [0] * 5]))


def test_excluded_stretches_and_what_lies_outside_do_not_count():
    answer, rater = marks("happy", "sad", "happy", "sad"), marks("happy", "happy", "happy", "sad", "sad", "sad")
    found = compared(answer, {"Ann": rater}, 4.0, excluded=[(1.0, 2.0)])
    assert (
        found.kappa["Ann"] == 1.0 and found.seconds == pytest.approx(3) and found.excluded_seconds == pytest.approx(1)
    )
    assert found.rated["Ann"].outside_seconds == pytest.approx(1.9) and any("beyond" in note for note in found.notes)


def test_where_marks_overlap_the_later_one_counts():
    rater = [Mark(0.0, 4.0, "happy"), Mark(1.0, 2.0, "sad")]
    found = compared(marks("happy", "sad", "happy", "happy"), {"Ann": rater}, 4.0)
    assert found.kappa["Ann"] == 1.0


def test_nothing_to_compare_is_no_number_and_no_error():
    found = compared([], {"Ann": [Mark(1.0, 1.0, "happy")], "Bo": []}, 3.0)
    assert found.alpha is None and found.kappa == {"Ann": None, "Bo": None} and found.kappa_between[0][2] is None
    assert compared([], {}, 0.0).raters == () and any("without a length" in note for note in found.notes)


@pytest.mark.parametrize(
    ("written", "label"),
    [("Happy", "happy"), ("joy", "happy"), (" hapy", "happy"), ("anger", "angry"), ("ANGRY!", "angry"),
     ("unhappy", None), ("3", "happy"), ("boredom", None), ("", None), ("not sure", None), ("surprised", None),
     ("unafraid", None)],
)  # fmt: skip
def test_a_label_is_known_by_its_name_a_spelling_or_a_slip(written, label):
    assert label_meant(written, LABELS) == label


def test_the_examples_in_the_docstrings():
    assert doctest.testmod(label_names).failed == 0


def test_groups_of_emotions_and_a_mapping_are_known():
    five = ("sad/fear", "neutral", "happy", "angry", "surprise/disgust")
    assert [label_meant(text, five) for text in ("fear", "disgusted", "sad/fear")] == ["sad/fear", five[4], "sad/fear"]
    assert label_meant("Sarcastic", LABELS, {"sarcastic": "Angry"}) == "angry"
    assert label_names.label_meant("happy", LABELS, {"happy": "none"}) is None


def test_several_files_each_of_a_rater_and_those_kept_with_the_result(tmp_path):
    folder = keep(answers([(0, 4, "happy", 0.9), (4, 8, "sad", 0.8)]), tmp_path / "voice").folder
    (tmp_path / "Ann.csv").write_text("begin,end,label\n0,4,joy\n4,8,sad\n")
    (tmp_path / "Bo.txt").write_text("emotion\t\t0.0\t8.0\thappy\n")
    assert (
        api.rate(folder, "Eve", b"0,5,happy\n5,8,gloomy\n", mapping={"Gloomy": "sad"}).raters["Eve"][1].label == "sad"
    )
    found = api.agree(folder, [tmp_path / "Ann.csv", tmp_path / "Bo.txt"])
    assert found.raters == ("Eve", "Ann", "Bo") and found.kappa["Ann"] == 1.0 and found.kappa["Bo"] == 0.0
    assert found.rated["Ann"].read_as == {"joy": "happy"} and len(found.kappa_between) == 3
    assert not api.forget_rater(folder, "Eve").raters
    for wrong in (["nothing.csv"], [folder / "result.json"]):
        with pytest.raises(DemeanorError, match="result.json|nothing.csv"):
            api.agree(folder, wrong)
    with pytest.raises(DemeanorError, match="no rater"):
        api.forget_rater(folder, "Eve")


@pytest.mark.parametrize("name", ["..", ".", " ", "--", "Ann" * 50])
def test_a_rater_has_a_name_that_can_be_part_of_an_address(tmp_path, name):
    folder = keep(answers([(0, 4, "happy", 0.9)]), tmp_path / "voice").folder
    with pytest.raises(DemeanorError):
        api.rate(folder, name, b"0,5,happy\n")
    assert list(api.rate(folder, "a/b\\c", b"0,5,happy\n").raters) == ["a-b-c"]


def test_a_file_of_several_raters_and_a_tier_by_its_name(tmp_path):
    result = kept(toy_prediction(12.0))
    table = b"rater,begin,end,label\nAnn,0,2,happy\nBo,1,2,sad\nwords,0,1,such a day\n"
    assert list(raters_in(table, "file", result)) == ["Ann", "Bo"]
    assert list(raters_in(table, "file", result, tier="bo")) == ["file"]
    for tier in ("Eve", "words "):
        with pytest.raises(DemeanorError, match="Ann, Bo, words"):
            raters_in(table, "file", result, tier=tier)
    with pytest.raises(DemeanorError, match="None of its tiers"):
        raters_in(b"begin,end,one,two\n0,1,x,y\n", "file", result)


spans = st.lists(
    st.tuples(st.floats(0.3, 20), st.sampled_from([*LABELS, ""]), st.floats(0.34, 1)), min_size=2, max_size=12
).filter(lambda rows: len({label for _, label, share in rows if label}) > 1)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(spans, st.sampled_from(["elan", "eaf", "boris", "textgrid", "labelstudio"]), st.floats(0, 500))
def test_whatever_was_exported_and_read_again_agrees_wholly(rows, form, start):
    edges = [start, *(start + sum(length for length, _, _ in rows[: at + 1]) for at in range(len(rows)))]
    windows = [(*edges[at : at + 2], label, share) for at, (_, label, share) in enumerate(rows)]
    result = kept(answers(windows, LABELS, start_seconds=start))
    [(name, read)] = raters_in(FORMATS[form].write(result).encode(), "again", result).items()
    again = agreement_about(result, {name: read}).rated[name]
    assert again.kappa in (1.0, None) and again.agreed in (1.0, None)
    assert again.answer_nothing_seconds == again.answer_not_sure_seconds == again.outside_seconds == 0


def test_the_document_is_json():
    found = compared(marks("happy", "sad"), {"Ann": marks("happy", "happy")}, 2.0)
    assert json.loads(json.dumps(asdict(found)))["kappa"] == {"Ann": 0.0}
