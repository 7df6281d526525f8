"""Answers to clips by models that were not trained on them, and how good they are.

For each fold a model is trained on all other folds to the end of its schedule, so that nothing is chosen on the fold it
answers. The answers of all folds are pooled and measured once. Probabilities are calibrated by the temperature that
fits the other folds' answers (cross-fitted), so that the calibration error is honest too.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...core.files import write_whole
from ...core.hooks import Notify, OnProgress
from ...core.spec import ModelSpec
from ...core.units import percent
from ...data.dataset import Dataset
from ...data.splits import assert_disjoint
from ...training import checkpoint
from ...training.loop import fit
from ...training.scores import scores_of, softmax
from .. import ablation
from ..baselines import BASELINES, held_out_answers, vectors
from ..metrics import Metrics, fit_temperature
from ..testing import logits_of, measure_clips, people_of
from .folds import speakers_in

Folds = Sequence[np.ndarray]  # indices of the clips of each
Answers = dict[str, np.ndarray]  # modalities shown -> logits (N, labels)
WHOLE = "whole"  # all modalities were shown


@dataclass(frozen=True)
class Outcome:
    """How good one method is on all clips, each answered by a model that was not trained on it."""

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
    """Trainings on some clips, tested on others; finished answers are kept in `kept` for a validation that resumes."""

    spec: ModelSpec
    settings: Any
    dataset: Dataset
    kept: Path
    notify: Notify
    on_batch: OnProgress

    def answers(self, train: np.ndarray, held_out: np.ndarray, seed: int, speakers_apart: bool = True) -> Answers:
        """Train on the clips `train`; return the logits of `held_out` with all modalities and with some masked."""
        file = self.kept / f"{self._identity(train, held_out, seed)}.npz"
        if not file.is_file():
            stream = io.BytesIO()
            np.savez(stream, allow_pickle=False, **self._train_and_answer(train, held_out, seed, speakers_apart))
            self.kept.mkdir(parents=True, exist_ok=True)
            write_whole(file, stream.getvalue())
        with np.load(file, allow_pickle=False) as arrays:
            return dict(arrays)

    def _train_and_answer(self, train: np.ndarray, held_out: np.ndarray, seed: int, speakers_apart: bool) -> Answers:
        """Return the logits of `held_out`; with masked modalities, NaN for clips that lack a modality compared."""
        train_part, part = self.dataset.subset(train, "train"), self.dataset.subset(held_out, "held out")
        if speakers_apart:
            assert_disjoint(train_part.clips, part.clips)
        result = fit(self.spec, self.settings, train_part, None, None, seed=seed, on_batch=self.on_batch)
        trained = checkpoint.from_fit(self.spec, self.settings, result, train_part, part, {})
        answers = {WHOLE: logits_of(trained, part)}
        subsets = self.spec.modality_subsets(part, self.settings)
        for name, clips in subsets.shown.items() if subsets else ():
            answers[name] = np.full((len(part), len(trained.labels)), np.nan, np.float32)
            answers[name][subsets.rows] = logits_of(trained, clips)
        return answers

    def _identity(self, train: np.ndarray, held_out: np.ndarray, seed: int) -> str:
        """Return a digest of all that the answers depend on."""
        stores = [(store.folder.name, store.manifest.sources) for store in self.dataset.stores]
        digest = hashlib.sha256(repr((repr(self.settings), self.dataset.grouping, stores, seed)).encode())
        for rows in (self.dataset.labels, train, held_out):
            digest.update(np.asarray(rows, np.int64).tobytes() + b"|")
        return digest.hexdigest()[:24]

    def held_out_answers(self, folds: Folds, seed: int, speakers_apart: bool = True, name: str = "Fold") -> Answers:
        """Return the logits of all clips, with all modalities and with some masked; NaN for clips not asked about.

        name: of a fold, in notices.
        """
        together, answers = np.sort(np.concatenate(folds)), {}
        for number, held_out in enumerate(folds, start=1):
            parts = self.answers(np.setdiff1d(together, held_out), held_out, seed, speakers_apart)
            for shown, logits in parts.items():
                empty = np.full((len(self.dataset), logits.shape[1]), np.nan, np.float32)
                answers.setdefault(shown, empty)[held_out] = logits
            people = speakers_in([self.dataset.clips[row] for row in held_out])
            speakers = f"of {people} speaker{'s' * (people != 1)}" if speakers_apart else "(LEAKY random folds)"
            uar = percent(_uar(parts[WHOLE].argmax(1), self.dataset.labels[held_out]))
            about = f"UAR {uar} on {len(held_out):,} clips {speakers}"
            self.notify(f"{name} {number} of {len(folds)}, seed {seed}: {about}.")
        return answers


def evaluate_model(
    trials: Trials, folds: Folds, seeds: Sequence[int], apart: bool
) -> tuple[Outcome, dict[int, np.ndarray]]:
    """Return how good the model is, and for each seed its calibrated probabilities, shape (N, labels)."""
    truth, temperatures, answers = trials.dataset.labels, {}, {}
    subsets = {seed: trials.held_out_answers(folds, seed, apart) for seed in seeds}
    logits = {seed: subsets[seed].pop(WHOLE) for seed in seeds}
    for seed in seeds:
        temperatures[seed] = cross_fitted(logits[seed], truth, folds)
        of_clips = np.ones(len(truth))
        for rows, temperature in zip(folds, temperatures[seed], strict=True):
            of_clips[rows] = temperature
        answers[seed] = softmax(logits[seed] / of_clips[:, None])
    first = seeds[0]
    metrics = _pooled(trials.dataset, answers[first], folds, apart, softmax(logits[first]))
    metrics = replace(metrics, ablation=ablate(trials, subsets[first], folds) if apart else None)
    rows = _fold_scores(trials.dataset, answers[first].argmax(1), folds)
    rows = tuple(row | {"temperature": value} for row, value in zip(rows, temperatures[first], strict=True))
    uars = tuple(_uar(answers[seed].argmax(1), truth) for seed in seeds)
    return Outcome(trials.spec.name, apart, metrics, rows, uars), answers


def evaluate_baselines(trials: Trials, folds: Folds, apart: bool) -> list[Outcome]:
    """Return how good the classical baselines are."""
    dataset, outcomes = trials.dataset, []
    inputs = vectors(trials.spec, trials.settings, dataset)
    for name in BASELINES:
        answers = held_out_answers(name, inputs, dataset.labels, folds)
        metrics = _pooled(dataset, np.eye(len(dataset.grouping.labels))[answers], folds, apart)
        outcomes.append(Outcome(name, apart, metrics, tuple(_fold_scores(dataset, answers, folds))))
        trials.notify(f"{name}{'' if apart else ', LEAKY random folds'}: UAR {percent(metrics.uar)}.")
    return outcomes


def ablate(trials: Trials, answers: Answers, folds: Folds) -> dict[str, Any] | None:
    """Measure what each modality is worth on the clips that have all; late fusion's weights fit the other folds."""
    dataset, subsets = trials.dataset, trials.spec.modality_subsets(trials.dataset, trials.settings)
    if subsets is None or not answers:
        return None
    rows = np.flatnonzero(~np.isnan(np.stack(list(answers.values()))).any((0, 2)))
    if not len(rows):
        return None
    truth, singles = dataset.labels[rows], [name for name in answers if ablation.PLUS not in name]
    logits = {name: values[rows] for name, values in answers.items()}
    alone, late = np.stack([logits[name] for name in singles]), np.zeros_like(next(iter(logits.values())))
    for inside in (np.isin(rows, fold) for fold in folds):
        if inside.any():
            weights = ablation.late_weights(alone[:, ~inside], truth[~inside])
            late[inside] = ablation.fuse_late(alone[:, inside], weights)
    logits[f"{ablation.LATE}, weights fitted to the other folds"] = late
    clips = [dataset.clips[row] for row in rows]
    corpora = [clip.corpus for clip in clips]
    return ablation.measure_subsets(logits, truth, people_of(clips), singles, subsets.note, corpora)


def cross_fitted(logits: np.ndarray, truth: np.ndarray, folds: Folds) -> list[float]:
    """Return for each fold the temperature that fits the other folds' held-out logits."""
    others = [np.concatenate([other for other in folds if other is not fold]) for fold in folds]
    return [fit_temperature(logits[rows], truth[rows]) for rows in others]


def _pooled(
    dataset: Dataset, probabilities: np.ndarray, folds: Folds, apart: bool, uncalibrated: np.ndarray | None = None
) -> Metrics:
    split = f"{len(folds)} {'folds of speakers' if apart else 'LEAKY random folds'}"
    labels = dataset.grouping.labels
    return measure_clips(probabilities, dataset.labels, labels, dataset.clips, split, apart, uncalibrated)


def _fold_scores(dataset: Dataset, answers: np.ndarray, folds: Folds) -> Iterator[dict[str, Any]]:
    for number, rows in enumerate(folds, start=1):
        part = dataset.subset(rows, "")
        row = {"fold": number, "n": len(rows), "speakers": speakers_in(part.clips)}
        right = float((answers[rows] == part.labels).mean())
        yield row | {"accuracy": right, "uar": _uar(answers[rows], part.labels)}


def _uar(answers: np.ndarray, truth: np.ndarray) -> float:
    return scores_of(answers, truth, max(answers.max(), truth.max()) + 1)["uar"]
