"""Classical baselines: what a support vector machine and a random forest make of one vector a clip.

Their settings are fixed, never searched: searching them on the folds that they are measured on would flatter them, and
searching them elsewhere would need folds within folds.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..core.spec import ModelSpec
from ..data.dataset import Dataset

SEED, TREES = 0, 500  # of the forest
ABOUT = (
    f"SVM: radial basis function, C = 3, gamma 1 / (D x variance); random forest: {TREES} trees; both with balanced "
    "class weights, over one vector a clip (scikit-learn), each dimension standardised on the training folds alone."
)


def support_vector_machine() -> Any:
    """An untrained scikit-learn pipeline; its scaler is fitted with it, on what it is trained on."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    return make_pipeline(StandardScaler(), SVC(kernel="rbf", C=3.0, gamma="scale", class_weight="balanced"))


def random_forest() -> Any:
    """An untrained scikit-learn pipeline; see `support_vector_machine`."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    forest = RandomForestClassifier(TREES, class_weight="balanced", random_state=SEED, n_jobs=-1)
    return make_pipeline(StandardScaler(), forest)


BASELINES: dict[str, Callable[[], Any]] = {"SVM": support_vector_machine, "random forest": random_forest}


def vectors(spec: ModelSpec, settings: Any, dataset: Dataset, size: int = 512) -> np.ndarray:
    """One vector a clip as `spec.summarise` makes them, `size` clips read at a time: (N, D) float32."""
    rows = np.arange(len(dataset))
    batches = (dataset.__getitems__(rows[start : start + size]) for start in range(0, len(rows), size))
    arrays = ({name: value.numpy() for name, value in batch.inputs.items()} for batch in batches)
    return np.concatenate([spec.baseline_features(array, settings) for array in arrays])


def simple_answers(spec: ModelSpec, settings: Any, train: Dataset, part: Dataset) -> dict[str, np.ndarray]:
    """What can be said of the clips of `part` without the model: method -> (N,) label indices.

    The commonest label of `train`; and logistic regressions, learnt on `train`, on what `spec.summarise` gives: one in
    which every clip counts alike, one in which every label does.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    inputs, others = vectors(spec, settings, train), vectors(spec, settings, part)
    found = {"always the commonest label": np.full(len(part), np.bincount(train.labels).argmax())}
    for weights, counted in ((None, "clips"), ("balanced", "labels")):
        regression = make_pipeline(StandardScaler(), LogisticRegression(class_weight=weights, max_iter=1000))
        name = f"logistic regression on {spec.baseline_name}, all {counted} alike"
        found[name] = _answers(lambda made=regression: made, inputs, train.labels, others)
    return found


def held_out_answers(
    baseline: Callable[[], Any], inputs: np.ndarray, truth: np.ndarray, folds: Sequence[np.ndarray]
) -> np.ndarray:
    """Answers (N,), each by a classifier trained on the other folds: inputs (N, D), truth (N,) of label indices."""
    answers = np.empty_like(truth)
    for held_out in folds:
        train = np.setdiff1d(np.arange(len(truth)), held_out)
        answers[held_out] = _answers(baseline, inputs[train], truth[train], inputs[held_out])
    return answers


def _answers(baseline, inputs, truth, others):
    if len(np.unique(truth)) == 1:  # there is nothing to tell apart
        return np.full(len(others), truth[0])
    return baseline().fit(inputs, truth).predict(others)
