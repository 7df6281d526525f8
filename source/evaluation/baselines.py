"""Classical baselines: a support vector machine and a random forest on one vector for each clip.

Their settings are fixed, not searched: a search on the folds that they are measured on would flatter them, and any
other search would need folds within folds.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..core.spec import ModelSpec
from ..data.dataset import Dataset

SEED, TREES = 0, 500  # of the forest
ABOUT = (
    f"SVM: radial basis function, C = 3, gamma 1 / (D x variance); random forest: {TREES} trees; both with balanced "
    "class weights, on one vector for each clip (scikit-learn), each dimension standardised on the training folds."
)


def _standardised(classifier: Any) -> Any:
    """Return an untrained pipeline whose scaler is fitted on what the classifier is trained on."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), classifier)


def support_vector_machine() -> Any:
    """Return an untrained scikit-learn pipeline."""
    from sklearn.svm import SVC

    return _standardised(SVC(kernel="rbf", C=3.0, gamma="scale", class_weight="balanced"))


def random_forest() -> Any:
    """Return an untrained scikit-learn pipeline."""
    from sklearn.ensemble import RandomForestClassifier

    return _standardised(RandomForestClassifier(TREES, class_weight="balanced", random_state=SEED, n_jobs=-1))


BASELINES: dict[str, Callable[[], Any]] = {"SVM": support_vector_machine, "random forest": random_forest}


def vectors(spec: ModelSpec, settings: Any, dataset: Dataset, size: int = 512) -> np.ndarray:
    """Return `spec.baseline_features` of each clip, shape (N, D) float32; `size` clips are read at a time."""
    rows = range(len(dataset))
    batches = (dataset.__getitems__(rows[start : start + size]) for start in range(0, len(rows), size))
    arrays = ({name: value.numpy() for name, value in batch.inputs.items()} for batch in batches)
    return np.concatenate([spec.baseline_features(array, settings) for array in arrays])


def simple_answers(spec: ModelSpec, settings: Any, train: Dataset, part: Dataset) -> dict[str, np.ndarray]:
    """Answer the clips of `part` without the model; return method -> label indices, shape (N,).

    The methods: the commonest label of `train`, and logistic regressions on the baseline features, trained on `train`
    with equal weights for clips and with equal weights for labels.
    """
    from sklearn.linear_model import LogisticRegression

    inputs, others = vectors(spec, settings, train), vectors(spec, settings, part)
    answers = {"always the commonest label": np.full(len(part), np.bincount(train.labels).argmax())}
    for weights, counted in ((None, "clips"), ("balanced", "labels")):
        regression = _standardised(LogisticRegression(class_weight=weights, max_iter=1000))
        name = f"logistic regression on {spec.baseline_name}, all {counted} alike"
        answers[name] = _answers(regression, inputs, train.labels, others)
    return answers


def held_out_answers(
    baseline: Callable[[], Any], inputs: np.ndarray, truth: np.ndarray, folds: Sequence[np.ndarray]
) -> np.ndarray:
    """Return label indices, shape (N,), each by a classifier trained on the other folds.

    inputs, shape (N, D); truth: label indices, shape (N,); folds: indices of the clips of each.
    """
    answers = np.empty_like(truth)
    for held_out in folds:
        train = np.setdiff1d(np.arange(len(truth)), held_out)
        answers[held_out] = _answers(baseline(), inputs[train], truth[train], inputs[held_out])
    return answers


def _answers(classifier: Any, inputs: np.ndarray, truth: np.ndarray, others: np.ndarray) -> np.ndarray:
    if len(np.unique(truth)) == 1:  # scikit-learn refuses to train on a single label
        return np.full(len(others), truth[0])
    return classifier.fit(inputs, truth).predict(others)
