"""Validation: on strangers, leaving out a corpus at a time, and at home, on folds of speakers beside simple methods."""

import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np

from ...core.errors import DemeanorError
from ...core.hooks import Notify, OnProgress
from ...core.spec import ModelSpec
from ...data.dataset import Dataset, require_clips
from ..baselines import ABOUT
from ..ordinary import is_ordinary
from .folds import corpus_folds, random_folds, speaker_folds
from .held_out import Folds, Outcome, Trials, evaluate_baselines, evaluate_model
from .left_out import Roles, require_corpora, roles_of
from .strangers import Strangers, measure_strangers

SCHEMA = "demeanor.validation/2"
FEWEST_CORPORA = 2  # one to leave out, and one to train and to calibrate on
KEPT = "finished_folds"  # in the output folder: the answers of finished trainings, until all are done
SCORED = ("n", "accuracy", "uar", "macro_f1", "weighted_f1", "ci95", "per_class", "confusion", "within")


@dataclass(frozen=True)
class Plan:
    """The options of a validation."""

    folds: int = 5
    """Of speakers; 0: none, for strangers alone."""
    seeds: int = 1
    seed: int = 0
    """The first of `seeds` consecutive ones; what is not repeated for each seed uses this one."""
    leaky: bool = False
    """Add random folds, to show what a leak of speakers is worth."""
    across: bool = False
    """Leave out each corpus in turn: strangers."""


@dataclass(frozen=True)
class Validation:
    """The result of a validation."""

    folder: Path
    model: str
    dataset: Dataset
    settings: Any
    plan: Plan
    outcomes: tuple[Outcome, ...]
    """First the model under each condition, speakers apart; then its baselines; then the leaky ones."""
    strangers: Strangers | None
    folds: Folds
    """Of the first clips of `dataset`; after these comes ordinary speech."""
    answers: dict[int, np.ndarray]
    """Seed -> the model's calibrated probabilities (N, labels) under the first condition, speakers apart."""
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return the document of validation.json.

        strangers: as in `Strangers.to_dict`, or None. Of the folds, None or empty where there are none: metrics: as in
        metrics.json of a test, of the model, first seed and condition, speakers apart; over_seeds: uar of each seed,
        mean, sd, or None for one seed; rows: for each method and kind of folds method, condition, speakers_apart,
        SCORED and fold_scores (for each fold: fold, n, speakers, accuracy, uar, temperature).
        """
        first = self.outcomes[0] if self.outcomes else None
        uars = first.uar_of_seeds if first else ()
        return {
            "schema": SCHEMA,
            "model": self.model,
            "grouping": self.dataset.grouping.name,
            "labels": list(self.dataset.grouping.labels),
            "corpora": {name: len(rows) for name, rows in corpus_folds(self.dataset.clips).items()},
            "folds": self.plan.folds,
            "seeds": list(range(self.plan.seed, self.plan.seed + self.plan.seeds)),
            "settings": asdict(self.settings),
            "baselines": ABOUT,
            "seconds": round(self.seconds, 1),
            "strangers": self.strangers.to_dict() if self.strangers else None,
            "metrics": first.metrics.to_dict() if first else None,
            "over_seeds": {"uar": list(uars), "mean": mean(uars), "sd": stdev(uars)} if len(uars) > 1 else None,
            "rows": [_row(outcome) for outcome in self.outcomes],
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
    """Validate on all of `dataset` as `plan` says. Finished trainings are kept in `folder` until all are done.

    Raises DemeanorError, before any training, where a speaker is unknown or there are too few speakers or corpora.
    """
    dataset, at_home = _ordinary_last(require_clips(dataset, "validate"))
    roles, started = roles_of(dataset), time.perf_counter()
    folds, seeds = _checked_folds(dataset, at_home, roles, plan), range(plan.seed, plan.seed + plan.seeds)
    always = roles.always[roles.always >= at_home]
    if not resume:
        forget_folds(folder)
    count = plan.seeds * (len(folds) + plan.across * len(roles.left_out)) + plan.leaky * len(folds)
    notify(f"{count} trainings of {settings.epochs} epochs.")
    trials = Trials(spec, settings, dataset, folder / KEPT, notify, on_batch)
    strangers = measure_strangers(trials, roles, seeds) if plan.across else None
    outcomes, answers = [], {}
    if folds:
        outcomes, answers = evaluate_model(trials, folds, seeds, apart=True, always=always)
        outcomes += evaluate_baselines(trials, folds, apart=True)
    if plan.leaky:
        leaky = random_folds(dataset.clips[:at_home], plan.folds, plan.seed)
        outcomes += evaluate_model(trials, leaky, [plan.seed], apart=False, always=always)[0]
        outcomes += evaluate_baselines(trials, leaky, apart=False)
    seconds = time.perf_counter() - started
    return Validation(folder, spec.name, dataset, settings, plan, tuple(outcomes), strangers, folds, answers, seconds)


def forget_folds(folder: Path) -> None:
    """Delete the kept answers of a finished validation."""
    shutil.rmtree(folder / KEPT, ignore_errors=True)


def _ordinary_last(dataset: Dataset) -> tuple[Dataset, int]:
    """Return the clips with ordinary speech, which no fold is measured on, at the end, and how many come before it."""
    ordinary = is_ordinary(dataset)
    return dataset.subset(np.argsort(ordinary, kind="stable"), dataset.split), int((~ordinary).sum())


def _checked_folds(dataset: Dataset, at_home: int, roles: Roles, plan: Plan) -> Folds:
    if len(set(dataset.labels.tolist())) < 2:
        there = ", ".join(corpus_folds(dataset.clips))
        raise DemeanorError(f"{there} shows only one label; a validation needs two or more.")
    if plan.across:
        require_corpora(roles, FEWEST_CORPORA, "validate across corpora")
    if not plan.folds and (plan.leaky or not plan.across):
        raise DemeanorError("Without folds there is only --across to validate by; give --folds N, or --across alone.")
    return speaker_folds(dataset.clips[:at_home], plan.folds) if plan.folds else []


def _row(outcome: Outcome) -> dict[str, Any]:
    metrics = outcome.metrics.to_dict()
    row = {"method": outcome.method, "condition": outcome.condition, "speakers_apart": outcome.speakers_apart}
    return row | {name: metrics[name] for name in SCORED} | {"fold_scores": list(outcome.fold_scores)}
