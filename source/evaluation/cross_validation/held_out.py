"""Answers to clips by models that were not trained on them, and how good they are.

For each fold a model is trained on all other folds to the end of its schedule, so that nothing is chosen on the fold it
answers. The answers of all folds are pooled and measured once. Probabilities are calibrated by the temperature that
fits the other folds' answers (cross-fitted), so that the calibration error is honest too.
"""

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ...core import config
from ...core.files import write_whole
from ...core.spec import ModelSpec
from ...core.units import percent
from ...data.dataset import Dataset
from ...data.splits import assert_disjoint
from ...training import checkpoint
from ...training.loop import fit
from ...training.scores import softmax
from .. import ablation
from ..baselines import BASELINES, held_out_answers, vectors
from ..metrics import Metrics, fit_temperature, measure
from ..testing import logits_of, parts_of, people_of
from .folds import speakers_in

Folds = Sequence[np.ndarray]  # indices of the clips of each
Answers = dict[str, np.ndarray]  # what of the clips was shown -> logits (N, labels)
WHOLE = "whole"  # all that there is of the clips was shown


@dataclass(frozen=True)
class Outcome:
    """What one method came to on all clips, each answered by a model that was not trained on it."""

    method: str
    """The model's name or one of BASELINES."""
    speakers_apart: bool
    """False: random folds, LEAKY."""
    metrics: Metrics
    """Of the first seed; a baseline answers without probabilities, so that its calibration means nothing."""
    fold_scores: tuple[dict[str, Any], ...]
    """For each fold: fold (from 1), n, speakers, accuracy, uar and, of the model, temperature."""
    uar_of_seeds: tuple[float, ...] = ()
    """The model's pooled UAR with each seed."""


@dataclass(frozen=True)
class Trials:
    """Trains on some clips and answers others; keeps the answers in `kept`, so that a stopped validation goes on."""

    spec: ModelSpec
    settings: Any
    dataset: Dataset
    kept: Path
    notify: Callable[[str], None]
    on_batch: Callable[[int, int], None]

    def logits(self, train: np.ndarray, held_out: np.ndarray, seed: int) -> np.ndarray:
        """Logits (len(held_out), labels) of a model trained on the clips `train`; both are indices of examples."""
        return self.answers(train, held_out, seed)[WHOLE]

    def answers(self, train: np.ndarray, held_out: np.ndarray, seed: int, speakers_apart: bool = True) -> Answers:
        """The same, and those with some modalities hidden, where the model has several."""
        file = self.kept / f"{self._identity(train, held_out, seed)}.npz"
        if not file.is_file():
            stream = io.BytesIO()
            np.savez(stream, allow_pickle=False, **self._trained_and_asked(train, held_out, seed, speakers_apart))
            self.kept.mkdir(parents=True, exist_ok=True)
            write_whole(file, stream.getvalue())
        with np.load(file, allow_pickle=False) as arrays:
            return dict(arrays)

    def _trained_and_asked(self, train, held_out, seed, speakers_apart):
        parts = self.dataset.subset(train, "train"), self.dataset.subset(held_out, "held out")
        if speakers_apart:
            assert_disjoint(parts[0].clips, parts[1].clips)
        with TemporaryDirectory(prefix="demeanor_fold_", ignore_cleanup_errors=True) as folder:
            result = fit(self.spec, self.settings, parts[0], None, Path(folder), seed=seed, on_batch=self.on_batch)
        trained = checkpoint.from_fit(self.spec, self.settings, result, *parts, {})
        return {WHOLE: logits_of(trained, parts[1])} | self._with_less(trained, parts[1])

    def _with_less(self, trained, part):
        """What is shown -> logits, not numbers for clips that lack one of the modalities compared."""
        shown, answers = self.spec.modality_subsets(part, self.settings), {}
        for name, clips in shown.shown.items() if shown else ():
            answers[name] = np.full((len(part), len(trained.labels)), np.nan, np.float32)
            answers[name][shown.rows] = logits_of(trained, clips)
        return answers

    def _identity(self, train, held_out, seed):
        """Of all that the answer depends on."""
        stores = [(store.folder.name, store.manifest.sources) for store in self.dataset.stores]
        digest = hashlib.sha256(repr((repr(self.settings), self.dataset.grouping, stores, seed)).encode())
        for rows in (self.dataset.labels, train, held_out):
            digest.update(np.asarray(rows, np.int64).tobytes() + b"|")
        return digest.hexdigest()[:24]

    def held_out_logits(self, folds: Folds, seed: int, name: str = "Fold") -> np.ndarray:
        """Logits (N, labels) of all clips in `folds`, in the order of examples, zero for clips in none of them."""
        return np.nan_to_num(self.held_out_answers(folds, seed, name=name)[WHOLE])

    def held_out_answers(self, folds: Folds, seed: int, speakers_apart: bool = True, name: str = "Fold") -> Answers:
        """The same, and those with some modalities hidden; not numbers for clips that nobody was asked about.

        name: what a fold is called where its result is said.
        """
        together, found = np.sort(np.concatenate(folds)), {}
        for number, held_out in enumerate(folds, start=1):
            parts = self.answers(np.setdiff1d(together, held_out), held_out, seed, speakers_apart)
            for shown, logits in parts.items():
                empty = np.full((len(self.dataset), logits.shape[1]), np.nan, np.float32)
                found.setdefault(shown, empty)[held_out] = logits
            how_good = self._how_good(parts[WHOLE], held_out, speakers_apart)
            self.notify(f"{name} {number} of {len(folds)}, seed {seed}: {how_good}.")
        return found

    def _how_good(self, logits, held_out, speakers_apart):
        part = self.dataset.subset(held_out, "")
        uar, people = _uar(logits.argmax(1), part.labels), speakers_in(part.clips)
        whose = f"of {people} speaker{'s' * (people != 1)}" if speakers_apart else "(LEAKY random folds)"
        return f"UAR {percent(uar)} on {len(part):,} clips {whose}"


def of_model(trials: Trials, folds: Folds, seeds: Sequence[int], apart: bool) -> tuple[Outcome, dict[int, np.ndarray]]:
    """How the model does, and for each seed its calibrated probabilities (N, labels)."""
    truth, temperatures, answers = trials.dataset.labels, {}, {}
    found = {seed: trials.held_out_answers(folds, seed, apart) for seed in seeds}
    logits = {seed: found[seed].pop(WHOLE) for seed in seeds}
    for seed in seeds:
        temperatures[seed] = cross_fitted(logits[seed], truth, folds)
        answers[seed] = softmax(logits[seed] / _spread_over(folds, temperatures[seed])[:, None])
    first = seeds[0]
    how = {"not_sure_below": config.NOT_SURE_BELOW, "uncalibrated": softmax(logits[first])}
    metrics = _pooled(trials.dataset, answers[first], folds, apart, **how)
    metrics = replace(metrics, ablation=ablated(trials, found[first], folds) if apart else None)
    rows = _fold_scores(trials.dataset, answers[first].argmax(1), folds)
    rows = [row | {"temperature": value} for row, value in zip(rows, temperatures[first], strict=True)]
    uars = [_uar(answers[seed].argmax(1), truth) for seed in seeds]
    return Outcome(trials.spec.name, apart, metrics, tuple(rows), tuple(uars)), answers


def ablated(trials: Trials, answers: Answers, folds: Folds) -> dict[str, Any] | None:
    """What each modality is worth, on the clips that have all; late fusion's weights for a fold fit the other folds."""
    dataset, shown = trials.dataset, trials.spec.modality_subsets(trials.dataset, trials.settings)
    if shown is None or not answers:
        return None
    rows = np.flatnonzero(~np.isnan(np.stack(list(answers.values()))).any((0, 2)))
    if not len(rows):
        return None
    truth, singles = dataset.labels[rows], [name for name in answers if ablation.PLUS not in name]
    logits = {name: values[rows] for name, values in answers.items()}
    alone, late = np.stack([logits[name] for name in singles]), np.zeros_like(next(iter(logits.values())))
    for fold in folds:
        inside = np.isin(rows, fold)
        if inside.any():
            weights = ablation.late_weights(alone[:, ~inside], truth[~inside])
            late[inside] = ablation.late_fused(alone[:, inside], weights)
    clips = [dataset.clips[row] for row in rows]
    logits[f"{ablation.LATE}, weights fitted to the other folds"] = late
    corpora = [clip.corpus for clip in clips]
    return ablation.measured(logits, truth, people_of(clips), singles, shown.note, corpora)


def cross_fitted(logits: np.ndarray, truth: np.ndarray, folds: Folds) -> list[float]:
    """For each fold the temperature that fits the other folds' held-out logits."""
    others = [np.concatenate([other for other in folds if other is not fold]) for fold in folds]
    return [fit_temperature(logits[rows], truth[rows]) for rows in others]


def of_baselines(trials: Trials, folds: Folds, apart: bool) -> list[Outcome]:
    """How the classical baselines do."""
    dataset, outcomes = trials.dataset, []
    inputs = vectors(trials.spec, trials.settings, dataset)
    for name, baseline in BASELINES.items():
        answers = held_out_answers(baseline, inputs, dataset.labels, folds)
        metrics = _pooled(dataset, np.eye(len(dataset.grouping.labels))[answers], folds, apart)
        outcomes.append(Outcome(name, apart, metrics, tuple(_fold_scores(dataset, answers, folds))))
        trials.notify(f"{name}{'' if apart else ', LEAKY random folds'}: UAR {percent(metrics.uar)}.")
    return outcomes


def _pooled(dataset, probabilities, folds, apart, **how):
    how |= {"people": people_of(dataset.clips), "parts": parts_of(dataset.clips), "speakers_disjoint": apart}
    split = f"{len(folds)} {'folds of speakers' if apart else 'LEAKY random folds'}"
    return measure(probabilities, dataset.labels, dataset.grouping.labels, split=split, **how)


def _fold_scores(dataset, answers, folds):
    for number, rows in enumerate(folds, start=1):
        part = dataset.subset(rows, "")
        row = {"fold": number, "n": len(rows), "speakers": speakers_in(part.clips)}
        right = float((answers[rows] == part.labels).mean())
        yield row | {"accuracy": right, "uar": _uar(answers[rows], part.labels)}


def _uar(answers, truth):
    return float(np.mean([(answers[truth == label] == label).mean() for label in np.unique(truth)]))


def _spread_over(folds, values):
    """One value a fold -> one a clip."""
    result = np.ones(sum(map(len, folds)))
    for rows, value in zip(folds, values, strict=True):
        result[rows] = value
    return result
