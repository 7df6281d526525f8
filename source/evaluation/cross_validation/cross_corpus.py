"""Trained on one corpus, tested on another: how far what was learned carries."""

from typing import Any

import numpy as np

from ...data.dataset import Dataset
from ...training.scores import softmax
from ..metrics import measure
from ..testing import people_of
from .folds import corpus_folds, speaker_folds, speakers_in
from .held_out import Trials

Cell = dict[str, Any]  # n, labels, uar and ci95 of the UAR


def across(trials: Trials, folds: int, seed: int) -> dict[str, dict[str, Cell | None]]:
    """Trained on -> tested on -> the result over the labels that both corpora have; only these can be answered.

    On the corpus that it was trained on: by folds over its speakers, as many as it has if they are fewer. None where
    two labels or two speakers are not to be had.
    """
    corpora = corpus_folds(trials.dataset.clips)
    result = {}
    for home, rows in corpora.items():
        abroad, at_home = _abroad(trials, rows, seed), _at_home(trials, rows, folds, seed)
        trials.notify(f"Trained on {home} and tested on the other corpora.")
        result[home] = {
            name: _cell(trials.dataset, at_home if name == home else abroad, rows, tested)
            for name, tested in corpora.items()
        }
    return result


def _abroad(trials: Trials, rows: np.ndarray, seed: int) -> np.ndarray:
    """Logits (N, labels) for all other clips, of one model trained on all clips of a corpus."""
    logits = np.zeros((len(trials.dataset), len(trials.dataset.grouping.labels)), np.float32)
    others = np.setdiff1d(np.arange(len(trials.dataset)), rows)
    logits[others] = trials.logits(rows, others, seed)
    return logits


def _at_home(trials: Trials, rows: np.ndarray, folds: int, seed: int) -> np.ndarray | None:
    clips = trials.dataset.subset(rows, "").clips
    folds = min(folds, speakers_in(clips))
    if folds < 2:
        return None
    at_home = [rows[fold] for fold in speaker_folds(clips, folds)]
    return trials.held_out_logits(at_home, seed, name=f"{clips[0].corpus} alone, fold")


def _cell(dataset: Dataset, logits: np.ndarray | None, trained: np.ndarray, tested: np.ndarray) -> Cell | None:
    shared = np.intersect1d(dataset.labels[trained], dataset.labels[tested])
    if logits is None or len(shared) < 2:
        return None
    rows = tested[np.isin(dataset.labels[tested], shared)]
    truth, people = np.searchsorted(shared, dataset.labels[rows]), people_of(dataset.subset(rows, "").clips)
    names = [dataset.grouping.labels[label] for label in shared]
    metrics = measure(softmax(logits[rows][:, shared]), truth, names, people=people)
    return {"n": metrics.n, "labels": names, "uar": metrics.uar, "ci95": metrics.ci95["uar"]}
