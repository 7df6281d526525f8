"""Answers to clips by models that were not trained on them, and how good they are.

For each fold a model is trained on all other folds to the end of its schedule, so that nothing is chosen on the fold it
answers. The answers of all folds are pooled and measured once. Probabilities are calibrated by the temperature that
fits the other folds' answers (cross-fitted), so that the calibration error is honest too.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...core import distributed
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
CONDITION, SHOWN = "condition ", "shown "  # before the names in a file of kept answers


@dataclass(frozen=True)
class Answers:
    """The logits of some clips, each array (N, labels), by models that were not trained on them."""

    conditions: dict[str, np.ndarray] = field(default_factory=dict)
    """By `ModelSpec.conditions`, in their order."""
    shown: dict[str, np.ndarray] = field(default_factory=dict)
    """By the modalities that were shown, the others masked; NaN for clips that lack a modality compared."""

    @property
    def first(self) -> np.ndarray:
        """Those under the first condition."""
        return next(iter(self.conditions.values()))


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
    condition: str = ""
    """Of the model, where it has several."""
    uar_of_seeds: tuple[float, ...] = ()
    """The model's pooled UAR with each seed."""


@dataclass(frozen=True)
class Trials:
    """Trainings on some clips, tested on others; finished answers are kept in `kept`, if any, for a run that resumes.

    All processes of an `accelerate launch` go through this alike; only the main one reads and writes.
    """

    spec: ModelSpec
    settings: Any
    dataset: Dataset
    kept: Path | None
    notify: Notify
    on_batch: OnProgress

    def answers(self, train: np.ndarray, held_out: np.ndarray, seed: int, speakers_apart: bool = True) -> Answers:
        """Train on the clips `train`; return the answers to `held_out`."""
        if self.kept is None:
            return self._train_and_answer(train, held_out, seed, speakers_apart)
        file = self.kept / f"{self._identity(train, held_out, seed)}.npz"
        answers = distributed.on_main_process(lambda: _read(file))
        if answers is None:
            answers = self._train_and_answer(train, held_out, seed, speakers_apart)
            distributed.on_main_process(lambda: _write(file, answers))
        return answers

    def _train_and_answer(self, train: np.ndarray, held_out: np.ndarray, seed: int, speakers_apart: bool) -> Answers:
        train_part, part = self.dataset.subset(train, "train"), self.dataset.subset(held_out, "held out")
        if speakers_apart:
            assert_disjoint(train_part.clips, part.clips)
        settings = self.settings.for_trial()
        result = fit(self.spec, settings, train_part, None, None, seed=seed, on_batch=self.on_batch)
        trained = checkpoint.from_fit(self.spec, settings, result, train_part, part, {})
        conditions = self.spec.conditions(part, self.settings)
        answers = Answers({name: logits_of(trained, clips) for name, clips in conditions.items()})
        subsets = self.spec.modality_subsets(part, self.settings)
        for name, clips in subsets.shown.items() if subsets else ():
            answers.shown[name] = np.full((len(part), len(trained.labels)), np.nan, np.float32)
            answers.shown[name][subsets.rows] = logits_of(trained, clips)
        return answers

    def _identity(self, train: np.ndarray, held_out: np.ndarray, seed: int) -> str:
        """Return a digest of all that the answers depend on."""
        stores = [(store.folder.name, store.manifest.sources) for store in self.dataset.stores]
        digest = hashlib.sha256(repr((repr(self.settings), self.dataset.grouping, stores, seed)).encode())
        for rows in (self.dataset.labels, train, held_out):
            digest.update(np.asarray(rows, np.int64).tobytes() + b"|")
        return digest.hexdigest()[:24]

    def held_out_answers(
        self, folds: Folds, seed: int, speakers_apart: bool = True, always: np.ndarray | None = None
    ) -> Answers:
        """Return the answers to the clips of all folds, each by the model trained on the others.

        folds: of clips 0 to N - 1, each once; always: clips beyond these that every model is trained on.
        """
        together, answers = np.sort(np.concatenate(folds)), Answers()
        for number, held_out in enumerate(folds, start=1):
            train = np.setdiff1d(together, held_out)
            train = train if always is None else np.concatenate([train, always])
            part = self.answers(train, held_out, seed, speakers_apart)
            for every, of_part in ((answers.conditions, part.conditions), (answers.shown, part.shown)):
                for name, logits in of_part.items():
                    empty = np.full((len(together), logits.shape[1]), np.nan, np.float32)
                    every.setdefault(name, empty)[held_out] = logits
            people = speakers_in([self.dataset.clips[row] for row in held_out])
            speakers = f"of {people} speaker{'s' * (people != 1)}" if speakers_apart else "(LEAKY random folds)"
            uar = percent(_uar(part.first.argmax(1), self.dataset.labels[held_out]))
            about = f"UAR {uar} on {len(held_out):,} clips {speakers}"
            self.notify(f"Fold {number} of {len(folds)}, seed {seed}: {about}.")
        return answers


def evaluate_model(
    trials: Trials, folds: Folds, seeds: Sequence[int], apart: bool, always: np.ndarray | None = None
) -> tuple[list[Outcome], dict[int, np.ndarray]]:
    """Return how good the model is under each condition, and under the first its probabilities with each seed.

    The probabilities are calibrated, (N, labels). folds, always: see `Trials.held_out_answers`.
    """
    answers = {seed: trials.held_out_answers(folds, seed, apart, always) for seed in seeds}
    dataset, shares, outcomes = _asked(trials, folds), {}, []
    for condition in answers[seeds[0]].conditions:
        logits = {seed: answers[seed].conditions[condition] for seed in seeds}
        temperatures = {seed: cross_fitted(logits[seed], dataset.labels, folds) for seed in seeds}
        calibrated = {seed: _calibrated(logits[seed], folds, temperatures[seed]) for seed in seeds}
        shares = shares or calibrated
        metrics = _pooled(dataset, calibrated[seeds[0]], folds, apart, softmax(logits[seeds[0]]))
        if apart and not outcomes:
            metrics = replace(metrics, ablation=ablate(trials, answers[seeds[0]].shown, folds))
        rows = _fold_scores(dataset, calibrated[seeds[0]].argmax(1), folds)
        rows = [row | {"temperature": value} for row, value in zip(rows, temperatures[seeds[0]], strict=True)]
        uars = tuple(_uar(calibrated[seed].argmax(1), dataset.labels) for seed in seeds)
        outcomes.append(Outcome(trials.spec.name, apart, metrics, tuple(rows), condition, uars))
    return outcomes, shares


def evaluate_baselines(trials: Trials, folds: Folds, apart: bool) -> list[Outcome]:
    """Return how good the classical baselines are."""
    dataset, outcomes = _asked(trials, folds), []
    inputs = vectors(trials.spec, trials.settings, dataset)
    for name in BASELINES:
        answers = held_out_answers(name, inputs, dataset.labels, folds)
        metrics = _pooled(dataset, np.eye(len(dataset.grouping.labels))[answers], folds, apart)
        outcomes.append(Outcome(name, apart, metrics, tuple(_fold_scores(dataset, answers, folds))))
        trials.notify(f"{name}{'' if apart else ', LEAKY random folds'}: UAR {percent(metrics.uar)}.")
    return outcomes


def ablate(trials: Trials, shown: dict[str, np.ndarray], folds: Folds) -> dict[str, Any] | None:
    """Measure what each modality is worth on the clips that have all; late fusion's weights fit the other folds."""
    if not shown:
        return None
    dataset = _asked(trials, folds)
    subsets = trials.spec.modality_subsets(dataset, trials.settings)
    rows = np.flatnonzero(~np.isnan(np.stack(list(shown.values()))).any((0, 2)))
    if not len(rows):
        return None
    truth, singles = dataset.labels[rows], [name for name in shown if ablation.PLUS not in name]
    logits = {name: values[rows] for name, values in shown.items()}
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


def _calibrated(logits: np.ndarray, folds: Folds, temperatures: Sequence[float]) -> np.ndarray:
    of_clips = np.ones(len(logits))
    for rows, temperature in zip(folds, temperatures, strict=True):
        of_clips[rows] = temperature
    return softmax(logits / of_clips[:, None])


def _asked(trials: Trials, folds: Folds) -> Dataset:
    """Return the clips of the folds, 0 to N - 1."""
    return trials.dataset.subset(np.sort(np.concatenate(folds)), trials.dataset.split)


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


def _read(file: Path) -> Answers | None:
    if not file.is_file():
        return None
    with np.load(file, allow_pickle=False) as arrays:
        starting = [{n.removeprefix(key): arrays[n] for n in arrays if n.startswith(key)} for key in (CONDITION, SHOWN)]
    return Answers(*starting)


def _write(file: Path, answers: Answers) -> None:
    arrays = {CONDITION + name: logits for name, logits in answers.conditions.items()}
    arrays |= {SHOWN + name: logits for name, logits in answers.shown.items()}
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, stream.getvalue())
