"""Trials: trainings with suggested settings, measured on val or on corpora left out, until there are enough."""

import time
import timeit
from collections.abc import Callable
from contextlib import suppress
from statistics import mean, median
from typing import Any

import optuna
import torch
from optuna.exceptions import UpdateFinishedTrialError

from ..core.errors import DemeanorError
from ..core.hooks import OnProgress, silent
from ..core.threads import one_thread
from ..data.dataset import Dataset
from ..evaluation.cross_validation.held_out import Trials
from ..evaluation.cross_validation.left_out import answer_left_out, uar_of_conditions
from ..evaluation.testing import logits_of
from ..training import checkpoint
from ..training.loop import Epoch, Fit, fit
from ..training.scores import scores_of
from . import study as studies
from .storage import one_at_a_time
from .study_spec import StudySpec

PLANNED = "planned"  # attribute of a trial: its most epochs, of all its trainings together
CORPORA = "corpora"  # attribute of a trial that is scored by strangers: how many corpora are left out
MOST_TWINS = 100  # in a row, after which the settings are exhausted
TIMED = 15  # forward passes, of which the median is taken

OnEpochEnd = Callable[[int, Epoch], None]
Report = Callable[[int, float | None, dict[str, Any]], None]  # takes a step's number, its UAR and the scores so far


def run_trials(study: optuna.Study, study_spec: StudySpec, on_change: Callable[[], None], on_batch: OnProgress) -> bool:
    """Run trials until the study has all; return False where the settings run out before.

    on_change: called after each epoch and trial. The settings of a trial that is stopped are queued again.
    """
    twins = 0
    while twins < MOST_TWINS:
        studies.retry_lost(study)
        trial = studies.next_trial(study, study_spec.trials, one_at_a_time(study_spec.storage))
        if trial is None:
            return True
        twins = 0 if _run_trial(study, trial, study_spec, on_change, on_batch) else twins + 1
        on_change()
    return False


def run_trials_in_worker(study_spec: StudySpec, on_batch: OnProgress) -> bool:
    """Open the study in this process and run its trials."""
    return run_trials(studies.open_study(study_spec), study_spec, lambda: None, on_batch)


def _run_trial(
    study: optuna.Study, trial: optuna.Trial, study_spec: StudySpec, on_change: Callable[[], None], on_batch: OnProgress
) -> bool:
    """Run a trial; return False where an earlier one had the same settings."""
    try:
        settings = study_spec.space.settings_of_trial(trial)
        if trial.user_attrs.get(studies.DEATHS, 0) >= studies.MOST_DEATHS:
            why = f"{studies.MOST_DEATHS} processes were killed while training these settings"
            raise DemeanorError(f"{why}, perhaps for lack of memory.")
        other = studies.twin(study, trial)
        if other is not None:
            studies.drop(study, trial, f"the settings of trial {other}")
            return False
        second, report = study_spec.second_objective, _reporting(trial, study_spec, on_change)
        with studies.heartbeat(trial):
            if study_spec.objective == "strangers":
                trial.set_user_attr(CORPORA, study_spec.steps)
                trial.set_user_attr(PLANNED, settings.epochs * study_spec.steps)
                on_change()
                result = leave_out_trial(study_spec, settings, report, on_batch)
            else:
                trial.set_user_attr(PLANNED, settings.epochs)
                on_change()
                train, val, seed = study_spec.train, study_spec.val, study_spec.seed
                result = train_trial(study_spec, settings, train, val, seed, _on_epoch_end(report), on_batch)
        trial.set_user_attr(studies.RESULT, result)
        study.tell(trial, [result["uar"], *([result[second]] if second else [])])
    except optuna.TrialPruned:
        study.tell(trial, state=optuna.trial.TrialState.PRUNED)
    except (DemeanorError, MemoryError, torch.OutOfMemoryError) as error:
        studies.fail(study, trial, str(error) or type(error).__name__)
    except UpdateFinishedTrialError:
        pass  # another process took this one for dead, and has queued the settings again
    except BaseException:
        with suppress(UpdateFinishedTrialError):
            studies.drop(study, trial, "stopped")
            studies.queue_again(study, trial, trial.user_attrs.get(studies.DEATHS, 0))
        raise
    return True


def _reporting(trial: optuna.Trial, study_spec: StudySpec, on_change: Callable[[], None]) -> Report:
    """Return what reports a trial's UAR after each step, and prunes the trial where the pruner says so."""
    reports = study_spec.second_objective is None  # Optuna prunes where there is one objective
    prunes = reports and trial.params != study_spec.space.default()  # the others are compared with that
    started = time.perf_counter()

    def report(step: int, uar: float | None, scores: dict[str, Any]) -> None:
        if reports and uar is not None:
            trial.report(uar, step)
        if prunes and scores["epochs"] < trial.user_attrs[PLANNED] and trial.should_prune():
            spent = {"seconds": round(time.perf_counter() - started, 1)}
            trial.set_user_attr(studies.RESULT, scores | spent)
            raise optuna.TrialPruned
        on_change()

    return report


def _on_epoch_end(report: Report) -> OnEpochEnd:
    """Return the `on_epoch_end` of a training that is scored on val."""
    history = []

    def on_epoch_end(epoch: int, metrics: Epoch) -> None:
        history.append(metrics)
        report(epoch, metrics.val_uar, _scores_of_best(Fit(history)) | {"epochs": epoch})

    return on_epoch_end


def leave_out_trial(study_spec: StudySpec, settings: Any, report: Report, on_batch: OnProgress) -> dict[str, Any]:
    """Leave out each corpus in turn; return their UAR, each as the mean over the conditions, and what they cost."""
    started, roles, uars, scores = time.perf_counter(), study_spec.roles, {}, {}
    for number, corpus in enumerate(roles.left_out, start=1):
        uars[corpus] = uar_left_out(study_spec, settings, corpus, study_spec.seed, on_batch)
        scores = {"uar": mean(uars.values()), "corpora": dict(uars), "epochs": number * settings.epochs}
        report(number, scores["uar"], scores)
    network = _untrained(study_spec, settings)
    scores |= {"seconds": round(time.perf_counter() - started, 1), "parameters": network.parameters}
    if study_spec.second_objective == "milliseconds":
        scores["milliseconds"] = milliseconds(network, roles.dataset)
    return scores


def uar_left_out(study_spec: StudySpec, settings: Any, corpus: str, seed: int, on_batch: OnProgress) -> float:
    """Return the UAR of a corpus by a training on all others, as the mean over the conditions."""
    roles = study_spec.roles
    trials = Trials(study_spec.spec, settings, roles.dataset, None, silent, on_batch)
    return mean(uar_of_conditions(roles, corpus, answer_left_out(trials, roles, corpus, seed)).values())


def _untrained(study_spec: StudySpec, settings: Any) -> checkpoint.Trained:
    """Return a model of these settings as it is before training, of which only the cost is of interest."""
    dataset = study_spec.roles.dataset
    weights = study_spec.spec.build(settings, len(dataset.grouping.labels)).state_dict()
    begun = Fit([Epoch(0, 0.0, None, None, None, 0.0, 0.0)], dict(weights))
    return checkpoint.from_fit(study_spec.spec, settings, begun, dataset, dataset, {})


def train_trial(
    study_spec: StudySpec,
    settings: Any,
    train: Dataset,
    val: Dataset,
    seed: int,
    on_epoch_end: OnEpochEnd = silent,
    on_batch: OnProgress = silent,
) -> dict[str, Any]:
    """Train as `source.api.train` does, and return the scores on val, the epochs, the seconds and the cost."""
    started, spec = time.perf_counter(), study_spec.spec
    result = fit(spec, settings, train, val, None, seed=seed, on_epoch_end=on_epoch_end, on_batch=on_batch)
    network = spec.fit_after_training(checkpoint.from_fit(spec, settings, result, train, val, {}), train, val)
    scores = scores_of(logits_of(network, val).argmax(1), val.labels, len(network.labels))
    seconds = round(time.perf_counter() - started, 1)
    measured = {f"val_{name}": scores[name] for name in ("uar", "accuracy", "macro_f1", "weighted_f1")}
    measured["uar"] = scores["uar"]
    measured |= {"epochs": len(result.history), "seconds": seconds, "parameters": network.parameters}
    if study_spec.second_objective == "milliseconds":
        measured["milliseconds"] = milliseconds(network, val)
    return _scores_of_best(result) | measured


def _scores_of_best(result: Fit) -> dict[str, Any]:
    best = result.best
    scores = {
        "uar": best.val_uar,
        "val_uar": best.val_uar,
        "val_accuracy": best.val_accuracy,
        "val_loss": best.val_loss,
    }
    return scores | {"best_epoch": best.epoch}


def milliseconds(network: checkpoint.Trained, dataset: Dataset) -> float:
    """Measure the milliseconds of an answer to one clip on one thread; the median of several."""
    inputs = {name: value.numpy() for name, value in dataset[0].inputs.items()}
    with one_thread():
        seconds = timeit.repeat(lambda: network.logits(inputs), repeat=TIMED, number=1)
    return round(1000 * median(seconds), 2)
