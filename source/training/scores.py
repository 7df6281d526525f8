"""Scores of answers against the truth, from counts."""

import numpy as np


def scores_of(answers: np.ndarray, truth: np.ndarray, classes: int) -> dict[str, float]:
    """accuracy, uar, macro_f1 and weighted_f1 of answers (N,) against truth (N,), both label indices."""
    return scores_from_confusion(confusion_counts(answers, truth, classes))


def confusion_counts(answers: np.ndarray, truth: np.ndarray, classes: int) -> np.ndarray:
    confusion = np.zeros((classes, classes), np.int64)
    np.add.at(confusion, (truth, answers), 1)
    return confusion


def scores_from_confusion(confusion: np.ndarray) -> dict[str, float]:
    support, hits = confusion.sum(1), confusion.diagonal()
    occurs = support > 0
    recall, f1 = hits[occurs] / support[occurs], f1_from_confusion(confusion)[occurs]
    return {
        "accuracy": float(hits.sum() / max(support.sum(), 1)),
        "uar": float(recall.mean()) if occurs.any() else 0.0,
        "macro_f1": float(f1.mean()) if occurs.any() else 0.0,
        "weighted_f1": float((f1 * support[occurs]).sum() / max(support.sum(), 1)),
    }


def f1_from_confusion(confusion: np.ndarray) -> np.ndarray:
    return 2 * confusion.diagonal() / np.maximum(confusion.sum(0) + confusion.sum(1), 1)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Over the last axis."""
    from scipy.special import softmax as stable

    return stable(logits, axis=-1)
