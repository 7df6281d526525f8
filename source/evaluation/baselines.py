"""Classical baselines: a support vector machine and a random forest on one vector for each clip.

Their settings are fixed, not searched: a search on the folds that they are measured on would flatter them, and any
other search would need folds within folds.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..core.spec import ModelSpec
from ..data.dataset import Dataset

SEED, TREES = 0, 500  # of the forest
ABOUT = (
    f"SVM: radial basis function, C = 3, gamma 1 / (D x variance); random forest: {TREES} trees; both with balanced "
    "class weights, on one vector for each clip (scikit-learn), each dimension standardised on the training folds."
)


BASELINES = ("SVM", "random forest")


def _baseline(name: str) -> Any:
    """Return an untrained classifier, one of BASELINES."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.svm import SVC

    if name == "SVM":
        return SVC(kernel="rbf", C=3.0, gamma="scale", class_weight="balanced")
    return RandomForestClassifier(TREES, class_weight="balanced", random_state=SEED, n_jobs=-1)


def arrays_of(dataset: Dataset, size: int) -> Iterator[dict[str, np.ndarray]]:
    """Yield the inputs of `size` clips at a time."""
    for start in range(0, len(dataset), size):
        inputs = dataset.__getitems__(range(start, min(start + size, len(dataset)))).inputs
        yield {name: value.numpy() for name, value in inputs.items()}


def vectors(spec: ModelSpec, settings: Any, dataset: Dataset, size: int = 512) -> np.ndarray:
    """Return `spec.baseline_features` of each clip, shape (N, D) float32; `size` clips are read at a time."""
    return np.concatenate([spec.baseline_features(arrays, settings) for arrays in arrays_of(dataset, size)])


def simple_answers(spec: ModelSpec, settings: Any, train: Dataset, part: Dataset) -> dict[str, np.ndarray]:
    """Answer the clips of `part` without the model; return method -> label indices, shape (N,).

    The methods: the commonest label of `train`, and logistic regressions on the baseline features, trained on `train`
    with equal weights for clips and with equal weights for labels.
    """
    from sklearn.linear_model import LogisticRegression

    inputs, others = vectors(spec, settings, train), vectors(spec, settings, part)
    answers = {"always the commonest label": np.full(len(part), np.bincount(train.labels).argmax())}
    for weights, counted in ((None, "clips"), ("balanced", "labels")):
        regression = LogisticRegression(class_weight=weights, max_iter=1000)
        name = f"logistic regression on {spec.baseline_name}, all {counted} alike"
        answers[name] = _answers(regression, inputs, train.labels, others)
    return answers


def held_out_answers(baseline: str, inputs: np.ndarray, truth: np.ndarray, folds: Sequence[np.ndarray]) -> np.ndarray:
    """Return label indices, shape (N,), each by one of BASELINES trained on the other folds.

    inputs, shape (N, D); truth: label indices, shape (N,); folds: indices of the clips of each.
    """
    answers = np.empty_like(truth)
    for held_out in folds:
        train = np.setdiff1d(np.arange(len(truth)), held_out)
        answers[held_out] = _answers(_baseline(baseline), inputs[train], truth[train], inputs[held_out])
    return answers


def _answers(classifier: Any, inputs: np.ndarray, truth: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Answer `others` by the classifier, trained on inputs that are standardised on themselves."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if len(np.unique(truth)) == 1:  # scikit-learn refuses to train on a single label
        return np.full(len(others), truth[0])
    return make_pipeline(StandardScaler(), classifier).fit(inputs, truth).predict(others)
