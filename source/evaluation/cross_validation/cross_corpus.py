"""Train on one corpus, test on another: how far the model carries over."""

from typing import Any

import numpy as np

from ...data.dataset import Dataset
from ...training.scores import softmax
from ..metrics import measure
from ..testing import people_of
from .folds import corpus_folds, speaker_folds, speakers_in
from .held_out import WHOLE, Trials

Cell = dict[str, Any]  # n, labels, uar and ci95 of the UAR


def cross_corpus(trials: Trials, folds: int, seed: int) -> dict[str, dict[str, Cell | None]]:
    """Train on each corpus and test on all; return trained on -> tested on -> the result over their shared labels.

    Only the shared labels can be answered. A corpus is tested on itself by folds over its speakers, at most as many
    as it has speakers. None where there are no two shared labels or no two speakers.
    """
    dataset, result = trials.dataset, {}
    corpora = corpus_folds(dataset.clips)
    for home, rows in corpora.items():
        others = np.setdiff1d(np.arange(len(dataset)), rows)
        abroad = np.zeros((len(dataset), len(dataset.grouping.labels)), np.float32)
        abroad[others] = trials.answers(rows, others, seed)[WHOLE]
        at_home = _within_corpus(trials, rows, folds, seed)
        trials.notify(f"Trained on {home} and tested on the other corpora.")
        result[home] = {
            name: _cell(dataset, at_home if name == home else abroad, rows, tested) for name, tested in corpora.items()
        }
    return result


def _within_corpus(trials: Trials, rows: np.ndarray, folds: int, seed: int) -> np.ndarray | None:
    """Return logits, shape (N, labels), of the corpus's clips by folds over its speakers; None for a single speaker."""
    clips = trials.dataset.subset(rows, "").clips
    folds = min(folds, speakers_in(clips))
    if folds < 2:
        return None
    at_home = [rows[fold] for fold in speaker_folds(clips, folds)]
    return trials.held_out_answers(at_home, seed, name=f"{clips[0].corpus} alone, fold")[WHOLE]


def _cell(dataset: Dataset, logits: np.ndarray | None, trained: np.ndarray, tested: np.ndarray) -> Cell | None:
    shared = np.intersect1d(dataset.labels[trained], dataset.labels[tested])
    if logits is None or len(shared) < 2:
        return None
    rows = tested[np.isin(dataset.labels[tested], shared)]
    truth, people = np.searchsorted(shared, dataset.labels[rows]), people_of(dataset.subset(rows, "").clips)
    names = [dataset.grouping.labels[label] for label in shared]
    metrics = measure(softmax(logits[rows][:, shared]), truth, names, people=people)
    return {"n": metrics.n, "labels": names, "uar": metrics.uar, "ci95": metrics.ci95["uar"]}
