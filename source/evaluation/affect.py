"""Sentiment, valence and arousal of an utterance, each from -1 to 1, read from a network's features.

They are fitted after training, in closed form (ridge regression, its strength chosen by leave-one-out on train), so
that corpora which give only these, or none of them, serve one and the same training.
"""

import numpy as np
import torch

from ..data.clips import AFFECT_DIMENSIONS
from ..data.dataset import Dataset
from ..data.store import Store
from ..training.checkpoint import Trained
from .baselines import vectors

STRENGTHS = np.logspace(0, 5, 11)  # of the ridge, features standardised


LEAST = 10  # clips that a dimension is fitted or measured on


MOST = 20_000  # clips of a corpus, about, that are looked at: more hardly change a regression


def fitted(trained: Trained, train: Dataset) -> Trained:
    """Fit the affect head, if the model has one, on the corpora of `train`, those without labels too."""
    head, parts = getattr(trained.network, "affect", None), [_with_affect(store, train) for store in train.stores]
    parts = [part for part in parts if len(part)]
    if head is None or not parts:
        return trained
    values = np.concatenate([values_of(part) for part in parts])
    features = np.concatenate([features_of(trained, part) for part in parts])
    for number in range(len(AFFECT_DIMENSIONS)):
        known = ~np.isnan(values[:, number])
        if known.sum() >= LEAST:
            weight, bias = _ridge(features[known], values[known, number])
            head.weight[number], head.bias[number], head.fitted[number] = torch.from_numpy(weight), bias, True
    return trained


def measured(trained: Trained, dataset: Dataset) -> dict[str, dict[str, float]]:
    """Measure the affect head on the split and the corpora of `dataset`: "dimension, corpus" -> see `agreement`.

    Beside it, where the model has a baseline, the correlation of what a ridge regression makes of that one on train.
    """
    head, results = getattr(trained.network, "affect", None), {}
    for store in dataset.stores if head is not None else ():
        part = _with_affect(store, dataset)
        if len(part):
            answers, truth = affect_of(trained, features_of(trained, part)), values_of(part)
            simple = _baseline(trained, part)
            for number, dimension in enumerate(AFFECT_DIMENSIONS):
                known = ~np.isnan(truth[:, number])
                if head.fitted[number] and known.sum() >= LEAST:
                    found = agreement(answers[known, number], truth[known, number])
                    other = agreement(simple[known, number], truth[known, number])["pearson"]
                    beside = {} if np.isnan(other) else {f"pearson of {trained.spec.baseline_name}": other}
                    results[f"{dimension}, {store.folder.name}"] = found | beside
    return results


def _with_affect(store: Store, like: Dataset) -> Dataset:
    """The clips of one corpus, of the split of `like`, that say where they lie; of very many, evenly taken ones."""
    part = Dataset([store], like.split, like.grouping, with_affect=True)
    return part.subset(np.arange(0, len(part), max(1, len(part) // MOST)), part.split)


def _baseline(trained: Trained, part: Dataset) -> np.ndarray:
    """Return what a ridge regression on the baseline's vectors says, (N, dimensions); NaN where it cannot."""
    answers = np.full((len(part), len(AFFECT_DIMENSIONS)), np.nan)
    train = Dataset(part.stores, "train", part.grouping, with_affect=True)
    if trained.spec.baseline_name and len(train):
        inputs, others = (vectors(trained.spec, trained.settings, dataset) for dataset in (train, part))
        truth = values_of(train)
        for number in range(len(AFFECT_DIMENSIONS)):
            known = ~np.isnan(truth[:, number])
            if known.sum() >= LEAST:
                weight, bias = _ridge(inputs[known], truth[known, number])
                answers[:, number] = others @ weight + bias
    return answers


def agreement(answers: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """n, Pearson's correlation, Lin's concordance (1989) and the mean absolute error of answers (N,), truth (N,)."""
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
    """What the network makes of each clip, before its head: (N, F) float32."""
    rows = [range(start, min(start + size, len(dataset))) for start in range(0, len(dataset), size)]
    with torch.inference_mode():
        parts = [trained.network.forward_features(**dataset.__getitems__(part).inputs) for part in rows]
    return torch.cat(parts).float().numpy()


def affect_of(trained: Trained, features: np.ndarray) -> np.ndarray:
    """(N, F) -> (N, len(AFFECT_DIMENSIONS)) float32."""
    with torch.inference_mode():
        return trained.network.affect(torch.from_numpy(np.ascontiguousarray(features))).numpy()


def values_of(dataset: Dataset) -> np.ndarray:
    """(N, len(AFFECT_DIMENSIONS)) where the corpora say the clips lie; not a number where they do not."""
    missing = dict.fromkeys(AFFECT_DIMENSIONS, np.nan)
    return np.array([list((missing | clip.affect).values()) for clip in dataset.clips], np.float64)


def _ridge(features: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, float]:
    from sklearn.linear_model import RidgeCV

    mean, spread = features.mean(0, dtype=np.float64), features.std(0, dtype=np.float64)
    spread = np.where(spread > 1e-6, spread, np.inf)
    ridge = RidgeCV(STRENGTHS).fit((features - mean) / spread, values)
    weight = ridge.coef_ / spread
    return weight.astype(np.float32), float(ridge.intercept_ - weight @ mean)
