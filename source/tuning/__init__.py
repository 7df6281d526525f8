"""Hyperparameter tuning: an Optuna study, then a test of whether its best is better than the default, or lucky."""

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
from ..core.hooks import Notify, OnProgress
from ..core.serialise import json_text
from ..core.settings import BEST_SETTINGS, list_settings
from . import workers
from .confirmation import confirm, parts_of
from .reports.document import describe_study, importances_of, rows_of, verdict_of
from .reports.study import write_trials, write_tuning
from .search_space import difference
from .study import open_study, retry_lost
from .study_spec import StudySpec
from .trial import run_trials, run_trials_in_worker

JOINED = "The study has its trials; the machine that runs it without --join confirms the best."
POLL_SECONDS = 2.0  # between looks at trials of other machines

OnStatus = Callable[["Status"], None]
Document = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """How a study is run, and how its best is confirmed."""

    workers: int = 1
    """Processes of this machine that share the trials."""
    join: bool = False
    """Only add trials to a study that another machine finishes."""
    top_k: int = 3
    """The best settings that are compared with the default; 0: the best is not confirmed."""
    folds: int = 5
    seeds: int = 3


@dataclass(frozen=True)
class Status:
    """How far a study is."""

    wanted: int
    """Trials of the whole study."""
    trials: tuple[dict[str, Any], ...]
    """Rows as in study.json."""
    finished: int
    seconds: float
    """Since this process began."""
    seconds_left: float | None
    """At the pace so far; None before the first trial is finished."""


@dataclass(frozen=True)
class Tuned:
    """The result of a tuning."""

    folder: Path
    """The folder of study.json, trials.csv, report.md and the charts."""
    best: Path | None
    """The file that `train` reads; None where no trial was finished or another machine finishes the study."""
    document: Document

    def to_dict(self) -> Document:
        """Return study.json: see `source.tuning.reports.document.describe_study`."""
        return self.document


@dataclass(frozen=True)
class Place:
    """Where the results go."""

    home: Path
    """Folder of best_hyperparameters.json."""
    folder: Path
    """Folder of all else."""
    command: str
    """What was typed."""
    default: Any
    """The settings over which `train` reads the best ones."""
    found_by_train: bool = True
    """Whether `train` reads the best settings from `home` by itself."""


def tune(
    study_spec: StudySpec, plan: Plan, place: Place, *, notify: Notify, on_batch: OnProgress, on_status: OnStatus
) -> Tuned:
    """Run the study's trials, confirm the best, and write the results; a stopped study goes on where it was.

    Raises DemeanorError where the study was begun with other settings or clips, or folds cannot be made.
    """
    if plan.top_k and not plan.join:
        parts_of(study_spec, plan.folds)  # raises before the search what it would raise after it
    started, study = time.monotonic(), open_study(study_spec)
    monitor = _Monitor(study, study_spec, place.folder, on_status)
    confirmation = None
    with workers.worker_pool(study_spec, plan.workers) if plan.workers > 1 else nullcontext() as pool:
        if not _search(study, study_spec, pool, plan, monitor, on_batch):
            notify("There are no settings left to try.")
        if plan.top_k and not plan.join:
            confirmation = confirm(study, study_spec, plan.top_k, plan.folds, plan.seeds, pool, notify, on_batch)
    document = describe_study(study, study_spec)
    document |= {"importances": importances_of(study), "confirmation": confirmation}
    document["verdict"] = JOINED if plan.join else verdict_of(document)
    document["seconds"] = round(time.monotonic() - started, 1)
    if plan.join:
        return Tuned(place.folder, None, document)
    best = _write_best(document, study_spec, place, notify)
    write_tuning(place.folder, document, place.command)
    return Tuned(place.folder, best, document)


class _Monitor:
    """Reports how far the study is, and keeps trials.csv up to date."""

    def __init__(self, study: optuna.Study, study_spec: StudySpec, folder: Path, on_status: OnStatus) -> None:
        self.study, self.study_spec, self.folder, self.on_status = study, study_spec, folder, on_status
        self.started, self.before = time.monotonic(), _count_finished(rows_of(study))
        self.written = -1

    def __call__(self) -> None:
        rows = rows_of(self.study)
        finished = _count_finished(rows)
        if finished != self.written:
            write_trials(self.folder, describe_study(self.study, self.study_spec))
            self.written = finished
        seconds, done = time.monotonic() - self.started, finished - self.before
        left = seconds / done * max(self.study_spec.trials - finished, 0) if done else None
        self.on_status(Status(self.study_spec.trials, tuple(rows), finished, seconds, left))


def _count_finished(rows: list[dict[str, Any]]) -> int:
    return sum(row["state"] != "running" for row in rows)


def _search(
    study: optuna.Study, study_spec: StudySpec, pool: Any, plan: Plan, monitor: _Monitor, on_batch: OnProgress
) -> bool:
    """Run trials until the study has all, and wait for those of other processes; False: settings ran out before."""
    monitor()
    while True:
        if pool is None:
            enough = run_trials(study, study_spec, monitor, on_batch)
        else:
            shares = [pool.submit(workers.in_worker, run_trials_in_worker) for _ in range(plan.workers)]
            enough = all([share.result() for share in workers.finished(shares, monitor)])
        if plan.join or not _wait_for_others(study, study_spec, monitor):
            return enough


def _wait_for_others(study: optuna.Study, study_spec: StudySpec, monitor: _Monitor) -> bool:
    """Wait until no other process runs a trial; return whether one was lost, so that its settings wait again."""
    while study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        time.sleep(POLL_SECONDS)
        retry_lost(study)
        monitor()
    waiting = study.get_trials(deepcopy=False, states=(TrialState.WAITING,))
    return bool(waiting) and len(rows_of(study)) < study_spec.trials


def _write_best(document: Document, study_spec: StudySpec, place: Place, notify: Notify) -> Path | None:
    """Write best_hyperparameters.json and complete the document; an earlier file is kept under another name.

    The best trial is that of the confirmation, or without one that of the search; None where no trial is complete.
    """
    complete = [row for row in document["trials"] if row["state"] == "complete"]
    if not complete:
        return None
    row = document["confirmation"]["candidates"][0] if document["confirmation"] else complete[0]
    settings = study_spec.space.settings_of_trial(optuna.trial.FixedTrial(row["settings"]))
    changes = difference(settings, place.default)
    document["best"] = {"trial": row["trial"], "settings": changes}
    document["train"] = _training_command(study_spec, None if place.found_by_train else settings)
    file, text = place.home / BEST_SETTINGS, json_text(changes) + "\n"
    if file.is_file() and file.read_text(encoding="utf-8") != text:
        names = (file.with_suffix(f".previous{number if number > 1 else ''}.json") for number in count(1))
        kept = file.replace(next(name for name in names if not name.exists()))
        notify(f"The earlier {BEST_SETTINGS} in {file.parent} is now {kept.name}.")
    return write_whole(file, text)


def _training_command(study_spec: StudySpec, settings: Any | None) -> str:
    """Return the command that trains with the best settings; settings: to name in it, if `train` does not find them."""
    corpora = ",".join(store.name for store in study_spec.stores)
    words = [study_spec.model, "train", "--corpora", corpora, "--seed", str(study_spec.seed)]
    words += ["--grouping", study_spec.grouping] if study_spec.grouping != config.GROUPING else []
    if settings is not None:
        chosen = {*study_spec.fixed, *difference(settings, study_spec.base), *study_spec.space.default()}
        listed = (setting for setting in list_settings(settings) if setting.name in chosen)
        assignments = [f"{setting.name}={setting.text}" for setting in listed]
        words += ["--set", *assignments] if assignments else []
    return command_for(*words)
