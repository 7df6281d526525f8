"""Hyperparameter tuning: an Optuna study, then an honest answer to whether its best is better, or lucky."""

import json
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import TrialState

from ..core import config
from ..core.command_line import command_for
from ..core.files import write_whole
from ..core.settings import BEST, listed
from . import trial as trials
from . import workers
from .confirmation import confirm, folds_of
from .reports.document import described, importances_of, rows_of, verdict_of
from .reports.study import write_trials, write_tuning
from .search_space import difference
from .study import open_study, retry_lost
from .study_spec import OnProgress, Work

JOINED = "The study has its trials; the machine that works on it without --join confirms the best."
SECONDS_BETWEEN_LOOKS = 2.0  # at trials of other machines


@dataclass(frozen=True)
class Plan:
    """How a study is worked on, and how its best is confirmed."""

    workers: int = 1
    """Processes of this machine that share the work."""
    join: bool = False
    """Only add trials to a study that another machine finishes."""
    finalists: int = 3
    """Settings that are held against the default; 0: the best is not confirmed."""
    folds: int = 5
    seeds: int = 3


@dataclass(frozen=True)
class Status:
    """How far a study is."""

    wanted: int
    trials: tuple[dict[str, Any], ...]
    """Rows as in study.json."""
    finished: int
    seconds: float
    """Since this process began."""
    seconds_left: float | None
    """At the pace so far; None before the first trial is finished."""


@dataclass(frozen=True)
class Tuned:
    """What a tuning came to."""

    folder: Path
    """Where study.json, trials.csv, report.md and the pictures are."""
    best: Path | None
    """The file that `train` reads; None where nothing was found or another machine finishes the study."""
    document: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """study.json: see `source.tuning.reports.document.described`."""
        return self.document


@dataclass(frozen=True)
class Place:
    """Where the results go."""

    home: Path
    """best_hyperparameters.json."""
    folder: Path
    """All else."""
    command: str
    """What was typed."""
    default: Any
    """The settings over which `train` reads the best ones."""
    found_by_train: bool = True
    """Whether `train` reads them in `home` by itself."""


OnStatus = Callable[[Status], None]
Notify = Callable[[str], None]


def tune(
    work: Work,
    plan: Plan,
    place: Place,
    *,
    notify: Notify,
    on_batch: OnProgress,
    on_status: OnStatus,
) -> Tuned:
    """Bring the study to its trials, confirm its best, and write the results. Stopped at any moment, it goes on."""
    if plan.finalists and not plan.join:
        folds_of(work.train, plan.folds)  # trouble with them is said before the search, not after it
    started, study = time.monotonic(), open_study(work)
    watch = _Watch(study, work, place.folder, on_status)
    with workers.crew(work, plan.workers) if plan.workers > 1 else nullcontext() as pool:
        if not _searched(study, work, pool, plan, watch, on_batch):
            notify("There are no settings left to try.")
        found = _confirmed(study, work, plan, pool, notify, on_batch)
    document = described(study, work) | {"importances": importances_of(study), "confirmation": found}
    document["verdict"] = verdict_of(found, document["trials"])
    document["seconds"] = round(time.monotonic() - started, 1)
    if plan.join:
        return Tuned(place.folder, None, document | {"verdict": JOINED})
    best, file = _best(document, work), None
    if best:
        found = difference(best[1], place.default)
        document["best"] = {"trial": best[0], "settings": found}
        document["train"] = _training_command(work, () if place.found_by_train else _assignments(work, best[1]))
        file = _write_best(place.home / BEST, found, notify)
    write_tuning(place.folder, document, place.command)
    return Tuned(place.folder, file, document)


class _Watch:
    """Tells how far the study is, and keeps trials.csv up to date."""

    def __init__(self, study: optuna.Study, work: Work, folder: Path, on_status: OnStatus):
        self.study, self.work, self.folder, self.on_status = study, work, folder, on_status
        self.started, self.before = time.monotonic(), _finished(rows_of(study))
        self.written = -1

    def __call__(self) -> None:
        rows = rows_of(self.study)
        finished = _finished(rows)
        if finished != self.written:
            write_trials(self.folder, described(self.study, self.work))
            self.written = finished
        seconds, done = time.monotonic() - self.started, finished - self.before
        left = seconds / done * max(self.work.trials - finished, 0) if done else None
        self.on_status(Status(self.work.trials, tuple(rows), finished, seconds, left))


def _finished(rows):
    return sum(row["state"] != "running" for row in rows)


def _searched(study, work, pool, plan, watch, on_batch):
    """Whether the study has its trials; then nobody is at work on one any more, unless another machine shall finish."""
    watch()
    while True:
        if pool is None:
            enough = trials.take_part(study, work, watch, on_batch)
        else:
            parts = [pool.submit(workers.in_worker, trials.take_part_as_worker) for _ in range(plan.workers)]
            enough = all([part.result() for part in workers.finished(parts, watch)])
        if plan.join or not _wait_for_others(study, work, watch):
            return enough


def _wait_for_others(study, work, watch):
    """Until no other process is at work on a trial; whether one was lost, so that there is work again."""
    while study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        time.sleep(SECONDS_BETWEEN_LOOKS)
        retry_lost(study)
        watch()
    return bool(study.get_trials(deepcopy=False, states=(TrialState.WAITING,))) and len(rows_of(study)) < work.trials


def _confirmed(study, work, plan, pool, notify, on_batch):
    if plan.join or not plan.finalists:
        return None
    return confirm(study, work, plan.finalists, plan.folds, plan.seeds, pool, notify, on_batch)


def _best(document, work):
    """Number and settings of the best trial: on the folds, or without them on val; None where none is finished."""
    complete = [row for row in document["trials"] if row["state"] == "complete"]
    if not complete:
        return None
    found = document["confirmation"]
    row = found["candidates"][0] if found else complete[0]
    return row["trial"], work.space.config_of(optuna.trial.FixedTrial(row["settings"]))


def _write_best(file, settings, notify):
    """best_hyperparameters.json; one that was there is kept beside it."""
    text = json.dumps(settings, indent=2, ensure_ascii=False) + "\n"
    if file.is_file() and file.read_text(encoding="utf-8") != text:
        kept = (file.with_suffix(f".previous{number if number > 1 else ''}.json") for number in count(1))
        there = file.replace(next(name for name in kept if not name.exists()))
        notify(f"The {BEST} that was in {file.parent} is kept there as {there.name}.")
    return write_whole(file, text)


def _training_command(work, assignments):
    corpora = ",".join(store.name for store in work.stores)
    words = [work.model, "train", "--corpora", corpora, "--seed", str(work.seed)]
    words += ["--grouping", work.grouping] if work.grouping != config.GROUPING else []
    return command_for(*words, *(["--set", *assignments] if assignments else []))


def _assignments(work, settings):
    """What was varied or held fast, as `--set` takes it."""
    names = {*work.fixed, *difference(settings, work.base), *work.space.default()}
    return [f"{setting.name}={setting.text}" for setting in listed(settings) if setting.name in names]
