"""Sentiment, valence and arousal of an utterance, each from -1 to 1, read from a network's features.

They are fitted after training, in closed form (ridge regression, its strength chosen by leave-one-out on train), so
that corpora with only these, or without them, can serve the same training.
"""

from collections.abc import Iterator

import numpy as np
import torch

from ..core.precision import in_bfloat16
from ..data.clips import AFFECT_DIMENSIONS
from ..data.dataset import Dataset
from ..data.store import Store
from ..training.checkpoint import Trained
from .baselines import vectors

STRENGTHS = np.logspace(0, 5, 11)  # of the ridge, features standardised
LEAST = 10  # clips that a dimension is fitted or measured on
MOST = 20_000  # clips read of a corpus, about: more hardly change a regression


def fit_affect(trained: Trained, train: Dataset) -> Trained:
    """Fit the affect head, if the model has one, on the corpora of `train`, including clips without a label."""
    head, parts = getattr(trained.network, "affect", None), [_with_affect(store, train) for store in train.stores]
    parts = [part for part in parts if len(part)]
    if head is None or not parts:
        return trained
    values = np.concatenate([values_of(part) for part in parts])
    features = np.concatenate([features_of(trained, part) for part in parts])
    for number, known in _measurable(values):
        weight, bias = _ridge(features[known], values[known, number])
        head.weight[number], head.bias[number], head.fitted[number] = torch.from_numpy(weight), bias, True
    return trained


def measure_affect(trained: Trained, dataset: Dataset) -> dict[str, dict[str, float]]:
    """Measure the affect head on the split and corpora of `dataset`; return "dimension, corpus" -> `agreement`.

    For a model with baseline features, each also has the correlation of a ridge regression on those, fitted on train.
    """
    head, results = getattr(trained.network, "affect", None), {}
    if head is None:
        return results
    for store in dataset.stores:
        part = _with_affect(store, dataset)
        if not len(part):
            continue
        answers, truth = affect_of(trained, features_of(trained, part)), values_of(part)
        baseline = _baseline_answers(trained, part)
        for number, known in _measurable(truth):
            if head.fitted[number]:
                result = agreement(answers[known, number], truth[known, number])
                other = agreement(baseline[known, number], truth[known, number])["pearson"]
                result |= {} if np.isnan(other) else {f"pearson of {trained.spec.baseline_name}": other}
                results[f"{AFFECT_DIMENSIONS[number]}, {store.folder.name}"] = result
    return results


def agreement(answers: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Return n, Pearson's correlation, Lin's concordance (1989) and mean absolute error; both arrays of shape (N,)."""
    spread = float(answers.std() * truth.std())
    covariance = float(((answers - answers.mean()) * (truth - truth.mean())).mean())
    apart = float(answers.var() + truth.var() + (answers.mean() - truth.mean()) ** 2)
    return {
        "n": len(truth),
        "pearson": covariance / spread if spread else 0.0,
        "ccc": 2 * covariance / apart if apart else 0.0,
        "mae": float(np.abs(answers - truth).mean()),
    }


def features_of(trained: Trained, dataset: Dataset, size: int = 256) -> np.ndarray:
    """Return the network's features before its head, shape (N, F) float32."""
    rows = [range(start, min(start + size, len(dataset))) for start in range(0, len(dataset), size)]
    with torch.inference_mode(), in_bfloat16():  # as `source.text.inference` reads
        parts = [trained.network.forward_features(**dataset.__getitems__(part).inputs) for part in rows]
    return torch.cat(parts).float().numpy()


def affect_of(trained: Trained, features: np.ndarray) -> np.ndarray:
    """Return the affect dimensions, shape (N, len(AFFECT_DIMENSIONS)) float32, of features of shape (N, F)."""
    with torch.inference_mode():
        return trained.network.affect(torch.from_numpy(np.ascontiguousarray(features))).numpy()


def values_of(dataset: Dataset) -> np.ndarray:
    """Return the corpora's affect dimensions, shape (N, len(AFFECT_DIMENSIONS)); NaN where a corpus has none."""
    missing = dict.fromkeys(AFFECT_DIMENSIONS, np.nan)
    return np.array([list((missing | clip.affect).values()) for clip in dataset.clips], np.float64)


def _measurable(values: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the number of each dimension that enough clips have, and which clips those are."""
    for number in range(len(AFFECT_DIMENSIONS)):
        known = ~np.isnan(values[:, number])
        if known.sum() >= LEAST:
            yield number, known


def _with_affect(store: Store, like: Dataset) -> Dataset:
    """Return the clips of one corpus, in the split of `like`, that have an affect dimension; about MOST at most."""
    part = Dataset([store], like.split, like.grouping, with_affect=True)
    return part.subset(np.arange(0, len(part), max(1, len(part) // MOST)), part.split)


def _baseline_answers(trained: Trained, part: Dataset) -> np.ndarray:
    """Answer by a ridge regression on the baseline features, shape (N, dimensions); NaN where it cannot."""
    answers = np.full((len(part), len(AFFECT_DIMENSIONS)), np.nan)
    train = Dataset(part.stores, "train", part.grouping, with_affect=True)
    if trained.spec.baseline_name and len(train):
        inputs, others = (vectors(trained.spec, trained.settings, dataset) for dataset in (train, part))
        truth = values_of(train)
        for number, known in _measurable(truth):
            weight, bias = _ridge(inputs[known], truth[known, number])
            answers[:, number] = others @ weight + bias
    return answers


def _ridge(features: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, float]:
    """Return weights, shape (F,), and bias of a ridge regression on standardised features."""
    from sklearn.linear_model import RidgeCV

    mean, spread = features.mean(0, dtype=np.float64), features.std(0, dtype=np.float64)
    spread = np.where(spread > 1e-6, spread, np.inf)
    ridge = RidgeCV(STRENGTHS).fit((features - mean) / spread, values)
    weight = ridge.coef_ / spread
    return weight.astype(np.float32), float(ridge.intercept_ - weight @ mean)
