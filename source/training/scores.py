"""Scores of predicted labels against the true ones, from the counts of a confusion matrix."""

import numpy as np


def scores_of(answers: np.ndarray, truth: np.ndarray, classes: int) -> dict[str, float]:
    """Return accuracy, uar, macro_f1 and weighted_f1 of answers (N,) against truth (N,), both label indices."""
    return scores_from_confusion(confusion_counts(answers, truth, classes))


def confusion_counts(answers: np.ndarray, truth: np.ndarray, classes: int) -> np.ndarray:
    """Return (classes, classes) int64: a row for each true label, a column for each predicted one."""
    confusion = np.zeros((classes, classes), np.int64)
    np.add.at(confusion, (truth, answers), 1)
    return confusion


def scores_from_confusion(confusion: np.ndarray) -> dict[str, float]:
    """Return the scores of `scores_of`; UAR and macro F1 are means over the labels that occur."""
    support, hits = confusion.sum(1), confusion.diagonal()
    occurs = support > 0
    recall, f1 = hits[occurs] / support[occurs], (2 * hits / np.maximum(confusion.sum(0) + support, 1))[occurs]
    return {
        "accuracy": float(hits.sum() / max(support.sum(), 1)),
        "uar": float(recall.mean()) if occurs.any() else 0.0,
        "macro_f1": float(f1.mean()) if occurs.any() else 0.0,
        "weighted_f1": float((f1 * support[occurs]).sum() / max(support.sum(), 1)),
    }


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the softmax over the last axis, as scipy.special does, whose import takes a third of a second."""
    shares = np.exp(logits - np.max(logits, -1, keepdims=True))
    return shares / shares.sum(-1, keepdims=True)
