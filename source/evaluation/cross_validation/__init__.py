"""Cross-validation over speakers, with what puts its figure in proportion: baselines, leaky folds, other corpora."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np

from ...core.errors import DemeanorError
from ...core.hooks import Notify, OnProgress
from ...core.spec import ModelSpec
from ...data.clips import Clip
from ...data.dataset import Dataset, require_clips
from ..baselines import ABOUT
from .cross_corpus import Cell, cross_corpus
from .folds import corpus_folds, random_folds, speaker_folds, speakers_in
from .held_out import Folds, Outcome, Trials, evaluate_baselines, evaluate_model

SCHEMA = "demeanor.validation/1"
KEPT = "finished_folds"  # in the output folder: the answers of finished folds, until all are done
SCORED = ("n", "accuracy", "uar", "macro_f1", "weighted_f1", "ci95", "per_class", "confusion", "within")


@dataclass(frozen=True)
class Plan:
    """The options of a validation."""

    folds: int = 5
    seeds: int = 1
    seed: int = 0
    """The first of `seeds` consecutive ones; what is not repeated for each seed uses this one."""
    leaky: bool = False
    """Add random folds, to show what a leak of speakers is worth."""
    across: bool = False
    """Add training on each corpus and testing on each other."""


@dataclass(frozen=True)
class Validation:
    """The result of a validation."""

    folder: Path
    model: str
    dataset: Dataset
    settings: Any
    plan: Plan
    outcomes: tuple[Outcome, ...]
    """First the model, speakers apart; then its baselines; then the leaky ones."""
    across: dict[str, dict[str, Cell | None]] | None
    folds: Folds
    answers: dict[int, np.ndarray]
    """Seed -> the model's calibrated probabilities (N, labels), speakers apart."""
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return the document of validation.json.

        metrics: as in metrics.json of a test, of the model, first seed, speakers apart; over_seeds: uar of each seed,
        mean, sd, or None for one seed; rows: for each method and kind of folds method, speakers_apart, SCORED and
        fold_scores (for each fold: fold, n, speakers, accuracy, uar, temperature); across: trained on -> tested on ->
        n, labels, uar, ci95, or None.
        """
        uars = self.outcomes[0].uar_of_seeds
        return {
            "schema": SCHEMA,
            "model": self.model,
            "grouping": self.dataset.grouping.name,
            "labels": list(self.dataset.grouping.labels),
            "corpora": {name: len(rows) for name, rows in corpus_folds(self.dataset.clips).items()},
            "folds": self.plan.folds,
            "seeds": list(self.answers),
            "settings": asdict(self.settings),
            "baselines": ABOUT,
            "seconds": round(self.seconds, 1),
            "metrics": self.outcomes[0].metrics.to_dict(),
            "over_seeds": {"uar": list(uars), "mean": mean(uars), "sd": stdev(uars)} if len(uars) > 1 else None,
            "rows": [_row(outcome) for outcome in self.outcomes],
            "across": self.across,
        }


def validate(
    spec: ModelSpec,
    settings: Any,
    dataset: Dataset,
    folder: Path,
    plan: Plan,
    *,
    resume: bool = False,
    notify: Notify,
    on_batch: OnProgress,
) -> Validation:
    """Validate on all of `dataset` as `plan` says. Finished folds are kept in `folder` until all are done.

    Raises DemeanorError, before any training, where a speaker is unknown or there are too few speakers or corpora.
    """
    folds, started = _checked_folds(dataset, plan), time.perf_counter()
    if not resume:
        forget_folds(folder)
    notify(f"{_count_trainings(dataset.clips, plan)} trainings of {settings.epochs} epochs.")
    trials = Trials(spec, settings, dataset, folder / KEPT, notify, on_batch)
    model, answers = evaluate_model(trials, folds, range(plan.seed, plan.seed + plan.seeds), apart=True)
    outcomes = [model, *evaluate_baselines(trials, folds, apart=True)]
    if plan.leaky:
        leaky = random_folds(dataset.clips, plan.folds, plan.seed)
        outcomes.append(evaluate_model(trials, leaky, [plan.seed], apart=False)[0])
        outcomes += evaluate_baselines(trials, leaky, apart=False)
    table = cross_corpus(trials, plan.folds, plan.seed) if plan.across else None
    seconds = time.perf_counter() - started
    return Validation(folder, spec.name, dataset, settings, plan, tuple(outcomes), table, folds, answers, seconds)


def forget_folds(folder: Path) -> None:
    """Delete the kept answers of a finished validation."""
    shutil.rmtree(folder / KEPT, ignore_errors=True)


def _checked_folds(dataset: Dataset, plan: Plan) -> Folds:
    clips, labels = require_clips(dataset, "validate").clips, set(dataset.labels.tolist())
    corpora = corpus_folds(clips)
    if len(labels) < 2:
        raise DemeanorError(f"{', '.join(corpora)} shows only one label; a validation needs two or more.")
    if plan.across and len(corpora) < 2:
        raise DemeanorError(f"--across needs two corpora or more; there is only {', '.join(corpora)}.")
    return speaker_folds(clips, plan.folds)


def _count_trainings(clips: Sequence[Clip], plan: Plan) -> int:
    homes = [speakers_in([clips[row] for row in rows]) for rows in corpus_folds(clips).values()] if plan.across else []
    at_home = sum(min(speakers, plan.folds) for speakers in homes if speakers > 1)
    return plan.folds * (plan.seeds + plan.leaky) + len(homes) + at_home


def _row(outcome: Outcome) -> dict[str, Any]:
    metrics = outcome.metrics.to_dict()
    row = {"method": outcome.method, "speakers_apart": outcome.speakers_apart}
    return row | {name: metrics[name] for name in SCORED} | {"fold_scores": list(outcome.fold_scores)}
