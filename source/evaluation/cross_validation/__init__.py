"""Cross-validation over speakers, and what makes its figure readable: baselines, the leaky split, other corpora."""

import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np

from ...core.errors import DemeanorError
from ...core.spec import ModelSpec
from ...data.clips import Clip
from ...data.dataset import Dataset, require_clips
from ..baselines import ABOUT
from .cross_corpus import Cell, across
from .folds import corpus_folds, random_folds, speaker_folds, speakers_in
from .held_out import Folds, Outcome, Trials, of_baselines, of_model

SCHEMA = "demeanor.validation/1"
KEPT = "finished_folds"  # in the output folder: finished folds' answers, until all are there
SCORED = ("n", "accuracy", "uar", "macro_f1", "weighted_f1", "ci95", "per_class", "confusion", "within")


@dataclass(frozen=True)
class Plan:
    """What is asked of a validation."""

    folds: int = 5
    seeds: int = 1
    seed: int = 0
    """The first of `seeds` consecutive ones; what is not repeated for each uses this one."""
    leaky: bool = False
    """Also on random folds, to show what a leak of speakers is worth."""
    across: bool = False
    """Also trained on each corpus and tested on each other."""


@dataclass(frozen=True)
class Validation:
    """What a validation came to."""

    folder: Path
    model: str
    dataset: Dataset
    settings: Any
    plan: Plan
    outcomes: tuple[Outcome, ...]
    """First the model's own, speakers apart; then its baselines; then the leaky ones."""
    across: dict[str, dict[str, Cell | None]] | None
    folds: Folds
    answers: dict[int, np.ndarray]
    """Seed -> the model's calibrated probabilities (N, labels), speakers apart."""
    seconds: float

    @property
    def clips(self) -> list[Clip]:
        return self.dataset.clips

    def to_dict(self) -> dict[str, Any]:
        """validation.json.

        schema, model, grouping, labels, corpora (-> number of clips), folds, seeds, settings, baselines, seconds;
        metrics: as in a test's metrics.json, of the model, first seed, speakers apart; over_seeds: uar (one a seed),
        mean, sd, or null for one seed; rows: for each method and kind of folds method, speakers_apart, SCORED and
        fold_scores (for each fold: fold, n, speakers, accuracy, uar, temperature); across: trained on -> tested on ->
        n, labels, uar, ci95, or null.
        """
        names = corpus_folds(self.clips)
        return {
            "schema": SCHEMA,
            "model": self.model,
            "grouping": self.dataset.grouping.name,
            "labels": list(self.dataset.grouping.labels),
            "corpora": {name: len(rows) for name, rows in names.items()},
            "folds": self.plan.folds,
            "seeds": list(self.answers),
            "settings": asdict(self.settings),
            "baselines": ABOUT,
            "seconds": round(self.seconds, 1),
            "metrics": self.outcomes[0].metrics.to_dict(),
            "over_seeds": _over_seeds(self.outcomes[0].uar_of_seeds),
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
    notify: Callable[[str], None],
    on_batch: Callable[[int, int], None],
) -> Validation:
    """Do what `plan` says with all of `examples`. Folds that are done are kept in `folder` until all are.

    DemeanorError, before any training, where a clip's speaker is not known or there are too few speakers or corpora.
    """
    folds, started = _checked(dataset, plan), time.perf_counter()
    if not resume:
        shutil.rmtree(folder / KEPT, ignore_errors=True)
    notify(f"{_trainings(dataset.clips, plan)} trainings of {settings.epochs} epochs.")
    trials = Trials(spec, settings, dataset, folder / KEPT, notify, on_batch)
    model, answers = of_model(trials, folds, range(plan.seed, plan.seed + plan.seeds), apart=True)
    outcomes = [model, *of_baselines(trials, folds, apart=True)]
    if plan.leaky:
        leaky = random_folds(dataset.clips, plan.folds, plan.seed)
        outcomes += [of_model(trials, leaky, [plan.seed], apart=False)[0], *of_baselines(trials, leaky, apart=False)]
    table = across(trials, plan.folds, plan.seed) if plan.across else None
    seconds = time.perf_counter() - started
    return Validation(folder, spec.name, dataset, settings, plan, tuple(outcomes), table, folds, answers, seconds)


def forget_folds(folder: Path) -> None:
    """Delete what a finished validation no longer needs."""
    shutil.rmtree(folder / KEPT, ignore_errors=True)


def _checked(dataset, plan):
    clips, labels = require_clips(dataset, "validate").clips, set(dataset.labels.tolist())
    corpora = corpus_folds(clips)
    if len(labels) < 2:
        raise DemeanorError(f"{', '.join(corpora)} shows only one label; there is nothing to tell apart.")
    if plan.across and len(corpora) < 2:
        raise DemeanorError(f"--across needs two corpora or more; there is only {', '.join(corpora)}.")
    return speaker_folds(clips, plan.folds)


def _trainings(clips, plan):
    """How many there are to do."""
    homes = [speakers_in([clips[row] for row in rows]) for rows in corpus_folds(clips).values()] if plan.across else []
    at_home = sum(min(speakers, plan.folds) for speakers in homes if speakers > 1)
    return plan.folds * (plan.seeds + plan.leaky) + len(homes) + at_home


def _over_seeds(uars):
    return {"uar": list(uars), "mean": mean(uars), "sd": stdev(uars)} if len(uars) > 1 else None


def _row(outcome):
    metrics = outcome.metrics.to_dict()
    how = {"method": outcome.method, "speakers_apart": outcome.speakers_apart}
    return how | {name: metrics[name] for name in SCORED} | {"fold_scores": list(outcome.fold_scores)}
