"""The classical baselines: what they are given, and that nothing of the held-out fold reaches their training."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import source
from source.core.spec import spec_of
from source.data.dataset import Dataset
from source.data.labels import grouping_named
from source.evaluation import baselines as baseline
from source.evaluation.baselines import BASELINES, SEED, held_out_answers, vectors
from source.face import SPEC
from tests.support.toy import CONFIG, face_store


@pytest.fixture(autouse=True)
def few_trees(monkeypatch):
    monkeypatch.setattr(baseline, "TREES", 5)


def drawn(count=120, size=6):
    draw = np.random.default_rng(0)
    truth = np.arange(count) % 3
    inputs = draw.normal(size=(count, size)) * 10.0 ** np.arange(size)  # scales as far apart as MFCC's
    inputs[:, 0] += truth
    folds = np.array_split(draw.permutation(count), 4)
    return inputs.astype(np.float32), truth, folds


def test_they_are_scikit_learns_on_what_was_scaled_by_the_training_folds():
    inputs, truth, folds = drawn()
    models = {
        "SVM": SVC(C=3, gamma="scale", class_weight="balanced"),
        "random forest": RandomForestClassifier(5, class_weight="balanced", random_state=SEED),
    }
    assert tuple(models) == BASELINES
    for name, model in models.items():
        expected = np.empty_like(truth)
        for held_out in folds:
            train = np.setdiff1d(np.arange(len(truth)), held_out)
            scaler = StandardScaler().fit(inputs[train])
            model.fit(scaler.transform(inputs[train]), truth[train])
            expected[held_out] = model.predict(scaler.transform(inputs[held_out]))
        assert (held_out_answers(name, inputs, truth, folds) == expected).all()


@pytest.mark.parametrize("name", BASELINES)
def test_a_held_out_clip_has_no_say_in_what_the_others_of_its_fold_are_told(name):
    inputs, truth, folds = drawn()
    before = held_out_answers(name, inputs, truth, folds)
    changed, others = inputs.copy(), folds[0][1:]
    changed[folds[0][0]] *= 1e6  # a scaler that saw the held-out fold would flatten all else
    after = held_out_answers(name, changed, truth, folds)
    assert (before[others] == after[others]).all()
    assert (before != held_out_answers(name, inputs[::-1], truth, folds)).any()


def test_one_label_in_all_training_folds_is_the_answer():
    inputs, truth = np.eye(4, dtype=np.float32), np.array([0, 0, 1, 1])
    answers = held_out_answers("SVM", inputs, truth, [np.array([0, 1]), np.array([2, 3])])
    assert answers.tolist() == [1, 1, 0, 0]


def test_vectors_are_read_in_chunks_and_in_order(tmp_path):
    store = face_store(tmp_path)
    dataset = Dataset([store], None, grouping_named("seven")).subset([5, 2, 40, 7, 0], "")
    made = vectors(SPEC, CONFIG, dataset, size=2)
    assert made.shape == (5, 52 + 478 * 3) and made.dtype == np.float32
    assert (made[:, :52] == store.arrays["blendshapes"][[5, 2, 40, 7, 0]]).all()
    assert (made[2, 52:].reshape(478, 3) == store.arrays["landmarks"][40]).all()


@pytest.mark.parametrize("model", source.MODELS)
def test_every_model_says_what_its_baselines_are_given(model):
    assert callable(spec_of(model).baseline_features)
