"""One trial: a training with suggested settings, measured on val; and trials until there are enough."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import optuna
import torch
from optuna.exceptions import UpdateFinishedTrialError

from ..core.errors import DemeanorError
from ..core.threads import one_thread
from ..data.dataset import Dataset
from ..evaluation.testing import logits_of
from ..training import checkpoint
from ..training.loop import Epoch, Fit, fit
from ..training.scores import scores_of
from .storage import one_at_a_time
from .study import (
    DEATHS,
    MOST_DEATHS,
    RESULT,
    drop,
    fail,
    next_trial,
    open_study,
    queue_again,
    retry_lost,
    signs_of_life,
    twin,
)
from .study_spec import OnProgress, Work

PLANNED = "planned"  # attribute of a trial: its epochs at most
MOST_TWINS = 100  # in a row, after which there are no settings left to try
TIMED = 15  # forward passes, of which the median counts

OnEpochEnd = Callable[[int, Epoch], None]


def take_part(study: optuna.Study, work: Work, on_change: Callable[[], None], on_batch: OnProgress) -> bool:
    """Try settings until the study has its trials; returns whether it has: settings may run out before.

    on_change: called after each epoch and trial. What a process was at when it was stopped is queued anew.
    """
    twins = 0
    while twins < MOST_TWINS:
        retry_lost(study)
        trial = next_trial(study, work.trials, one_at_a_time(work.storage))
        if trial is None:
            return True
        twins = 0 if _tried(study, trial, work, on_change, on_batch) else twins + 1
        on_change()
    return False


def take_part_as_worker(work: Work, on_batch: OnProgress) -> bool:
    """Do as `take_part` on the study of `work`, opened in this process."""
    return take_part(open_study(work), work, lambda: None, on_batch)


def _tried(study, trial, work, on_change, on_batch):
    """Whether it was worth a training: no trial before had the same settings."""
    try:
        settings = work.space.config_of(trial)
        if trial.user_attrs.get(DEATHS, 0) >= MOST_DEATHS:
            raise DemeanorError(f"{MOST_DEATHS} processes were killed over these settings, perhaps for want of memory.")
        other = twin(study, trial)
        if other is not None:
            drop(study, trial, f"the settings of trial {other}")
            return False
        trial.set_user_attr(PLANNED, settings.epochs)
        on_change()
        with signs_of_life(trial):
            result = trained(work, settings, work.train, work.val, work.seed, _Watch(trial, work, on_change), on_batch)
        trial.set_user_attr(RESULT, result)
        study.tell(trial, [result["val_uar"], *([result[work.against]] if work.against else [])])
    except optuna.TrialPruned:
        study.tell(trial, state=optuna.trial.TrialState.PRUNED)
    except (DemeanorError, MemoryError, torch.OutOfMemoryError) as reason:
        fail(study, trial, str(reason) or type(reason).__name__)
    except UpdateFinishedTrialError:
        pass  # another process took this one for dead, and has queued the settings anew
    except BaseException:
        with suppress(UpdateFinishedTrialError):
            drop(study, trial, "stopped")
            queue_again(study, trial, trial.user_attrs.get(DEATHS, 0))
        raise
    return True


class _Watch:
    """`on_epoch_end` of a trial: reports its val UAR, and gives it up where the pruner says so."""

    def __init__(self, trial: optuna.Trial, work: Work, on_change: Callable[[], None]):
        self.trial, self.on_change = trial, on_change
        self.reports = work.against is None  # Optuna prunes where there is one objective
        self.prunes = self.reports and trial.params != work.space.default()  # all others are held against that
        self.history: list[Epoch] = []
        self.started = time.perf_counter()

    def __call__(self, epoch: int, metrics: Epoch) -> None:
        self.history.append(metrics)
        if self.reports:
            self.trial.report(metrics.val_uar, epoch)
        if self.prunes and epoch < self.trial.user_attrs[PLANNED] and self.trial.should_prune():
            fields = {"epochs": epoch, "seconds": round(time.perf_counter() - self.started, 1)}
            self.trial.set_user_attr(RESULT, _at_best(Fit(self.history)) | fields)
            raise optuna.TrialPruned
        self.on_change()


def trained(
    work: Work,
    settings: Any,
    train: Dataset,
    val: Dataset,
    seed: int,
    on_epoch_end: OnEpochEnd | None = None,
    on_batch: OnProgress | None = None,
) -> dict[str, Any]:
    """Train as `source.api.train` does, and what it came to: the scores are those that it would say of val."""
    started = time.perf_counter()
    with TemporaryDirectory(prefix="demeanor_trial_", ignore_cleanup_errors=True) as folder:
        how = {"seed": seed, "on_epoch_end": on_epoch_end, "on_batch": on_batch}
        made = fit(work.spec, settings, train, val, Path(folder), **how)
    network = work.spec.fit_after_training(checkpoint.from_fit(work.spec, settings, made, train, val, {}), val)
    answers = logits_of(network, val).argmax(1)
    scores = scores_of(answers, val.labels, len(network.labels))
    seconds = round(time.perf_counter() - started, 1)
    found = {f"val_{name}": scores[name] for name in ("uar", "accuracy", "macro_f1", "weighted_f1")}
    cost = {"milliseconds": milliseconds(network, val)} if work.against == "milliseconds" else {}
    how_long = {"epochs": len(made.history), "seconds": seconds, "parameters": network.parameters}
    return _at_best(made) | found | how_long | cost


def _at_best(fit):
    best = fit.best
    named = {"val_uar": best.val_uar, "val_accuracy": best.val_accuracy, "val_loss": best.val_loss}
    return named | {"best_epoch": best.epoch}


def milliseconds(network: checkpoint.Trained, dataset: Dataset) -> float:
    """What an answer to one clip takes on one thread: the median of several."""
    inputs = {name: value.numpy() for name, value in dataset[0].inputs.items()}
    taken = []
    with one_thread():
        for _ in range(TIMED):
            started = time.perf_counter()
            network.logits(inputs)
            taken.append(1000 * (time.perf_counter() - started))
    return round(sorted(taken)[TIMED // 2], 2)
