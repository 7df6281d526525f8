"""Scores, calibration and abstention from sums over clips, so that draws of people are a matrix product."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .metrics import BINS, RESAMPLES

SCORES = ("uar", "accuracy", "ece", "coverage", "selective_accuracy")  # as `Metrics` has them
AT_ONCE = 100  # draws


def clip_sums(probabilities: np.ndarray, truth: np.ndarray, not_sure_below: float) -> np.ndarray:
    """Return what is summed over clips, (N, S) float64, of probabilities (N, C) and true label indices (N,).

    The cell of the confusion matrix, C * C; the bin of confidence, BINS, then confidence and being right in it, BINS
    each; whether there is an answer, and whether it is right.
    """
    answers, confidence = probabilities.argmax(1), probabilities.max(1)
    right, sure = (answers == truth).astype(float), (confidence >= not_sure_below).astype(float)
    classes = probabilities.shape[1]
    cells = np.eye(classes**2)[truth * classes + answers]
    bins = np.eye(BINS)[np.minimum((confidence * BINS).astype(int), BINS - 1)]
    answered = np.stack([sure, sure * right], 1)
    return np.hstack([cells, bins, bins * confidence[:, None], bins * right[:, None], answered])


def scores_of_sums(sums: np.ndarray, classes: int) -> dict[str, np.ndarray]:
    """Return the SCORES, each (...,), of sums (..., S); selective accuracy is NaN where nothing was answered."""
    cells, bins, answered = _split(sums, classes)
    support, hits = cells.sum(-1), np.diagonal(cells, axis1=-2, axis2=-1)
    occurs, (inside, confidence, right) = support > 0, np.moveaxis(bins, -2, 0)
    recall = hits / np.where(occurs, support, 1)
    count = support.sum(-1)
    with np.errstate(invalid="ignore"):
        return {
            "uar": recall.sum(-1) / occurs.sum(-1),
            "accuracy": hits.sum(-1) / count,
            "ece": np.abs(confidence - right).sum(-1) / inside.sum(-1),
            "coverage": answered[..., 0] / count,
            "selective_accuracy": answered[..., 1] / answered[..., 0],
        }


def confusion_of_sums(sums: np.ndarray, classes: int) -> list[list[int]]:
    """Return the confusion matrix of sums (S,): rows are the truth, columns the answers."""
    return _split(sums, classes)[0].round().astype(int).tolist()


def reliability_of_sums(sums: np.ndarray, classes: int) -> list[dict[str, float]]:
    """Return confidence, accuracy and share of the clips for each bin of sums (S,) that has any, as `Metrics` does."""
    inside, confidence, right = _split(sums, classes)[1]
    return [
        {"confidence": float(c / n), "accuracy": float(r / n), "share": float(n / inside.sum())}
        for n, c, r in zip(inside, confidence, right, strict=True)
        if n > 0
    ]


def _split(sums: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return cells (..., C, C), bins (..., 3, BINS) and answered (..., 2) of sums (..., S)."""
    cells, bins, answered = np.split(sums, [classes**2, classes**2 + 3 * BINS], axis=-1)
    return cells.reshape(*sums.shape[:-1], classes, classes), bins.reshape(*sums.shape[:-1], 3, BINS), answered


def drawn_sums(sums: np.ndarray, people: Sequence[Any] | None) -> np.ndarray:
    """Return the sums (RESAMPLES, S) over draws of people with replacement, of sums over clips (N, S).

    people (N,): who shows each clip; None: every clip by itself.
    """
    if people is not None:
        _, owner = np.unique([repr(person) for person in people], return_inverse=True)
        of_people = np.zeros((owner.max() + 1, sums.shape[1]))
        np.add.at(of_people, owner, sums)
        sums = of_people
    draw, count = np.random.default_rng(0), len(sums)
    times = (draw.multinomial(count, np.full(count, 1 / count), AT_ONCE) for _ in range(RESAMPLES // AT_ONCE))
    return np.concatenate([drawn @ sums for drawn in times])


def interval(values: np.ndarray) -> list[float] | None:
    """Return the 95 % interval of values (RESAMPLES,) over the draws; None where they are all NaN."""
    known = values[~np.isnan(values)]
    return [float(end) for end in np.percentile(known, (2.5, 97.5))] if len(known) else None
