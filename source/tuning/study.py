"""An Optuna study that several processes work on, and that survives them: who runs what, what counts, what is lost."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict
from typing import Any

import optuna
import psutil
from optuna.trial import FrozenTrial, TrialState

from ..core.command_line import without_passwords
from ..core.errors import DemeanorError
from ..core.renamed import with_current_names
from .sampler import RepeatableSampler, pruner_named
from .storage import open_storage
from .study_spec import Work

OF = "of"  # attribute of the study: what it was begun with
RESULT = "result"  # attribute of a trial: what its training came to; see `source.tuning.trial`
OWNER = "owner"  # attribute of a trial: the process that is at work on it
SEEN = "seen"  # attribute of a trial: when its process last gave a sign of life
WHY = "why"  # attribute of a failed trial
DROPPED = "dropped"  # attribute of a trial that does not count: why not
DEATHS = "deaths"  # attribute of a trial: how many processes died at its settings
MOST_DEATHS = 3  # after which it is taken to be the settings that kill
SECONDS_BETWEEN_SIGNS = 20  # of life, that a process gives of its trial
SECONDS_UNTIL_LOST = 120  # without a sign
FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)


def open_study(work: Work) -> optuna.Study:
    """The study, new or begun before; the first trial of a new one has the default's settings.

    DemeanorError where it was begun with something else, for then its trials could not be compared.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    directions = ["maximize"] if work.against is None else ["maximize", "minimize"]
    how = {"sampler": RepeatableSampler(work.seed), "pruner": pruner_named(work.pruner, work.base.epochs)}
    storage = open_storage(work.storage)
    study = optuna.create_study(
        storage=storage, study_name=work.study, directions=directions, load_if_exists=True, **how
    )
    asked, begun = _identity(work), with_current_names(study.user_attrs.get(OF, {}))
    if not begun:
        study.set_user_attr(OF, asked)
    elif begun != asked:
        raise DemeanorError(_other(work, begun, asked))
    study.enqueue_trial(work.space.default(), skip_if_exists=True)  # at each call, for one may be stopped before it
    return study


def _identity(work):
    """What makes trials comparable, as plain values; the same on every machine that has the same clips."""
    settings = {"settings": asdict(work.base), "held": sorted(work.fixed)}
    how = {"grouping": work.grouping, "seed": work.seed, "against": work.against}
    return json.loads(json.dumps({"model": work.model, "corpora": work.corpora} | how | settings))


def _other(work, begun, asked):
    where = f"The study {work.study} in {without_passwords(work.storage)}"
    name = next(name for name in asked if begun.get(name) != asked[name])
    old, new = begun.get(name), asked[name]
    if name == "settings":
        name = next(key for key in new if old.get(key) != new[key])
        old, new = old.get(name), new[name]
    return f"{where} was begun with {name} {old}, not {new}; ask for that again, or begin another with --study NAME."


# --- Which trials count ------------------------------------------------------------------------------------------


def counts(trial: FrozenTrial) -> bool:
    """Whether it is one of the study's total: finished, failed for its settings, or under way."""
    return trial.state in (*FINISHED, TrialState.RUNNING) or WHY in trial.user_attrs


def counted(study: optuna.Study) -> list[FrozenTrial]:
    """The trials that count, by number."""
    return [trial for trial in study.get_trials(deepcopy=False) if counts(trial)]


def next_trial(study: optuna.Study, total: int, asking: AbstractContextManager[Any]) -> optuna.Trial | None:
    """A new trial of this process; None where `total` are there. asking: see `storage.one_at_a_time`.

    Of two processes that ask at the same time for the last one, the one whose trial has the higher number steps back.
    """
    if len(counted(study)) >= total:
        return None
    with asking:
        trial = study.ask()
    trial.set_user_attr(OWNER, _owner())
    trial.set_user_attr(SEEN, time.time())
    if sum(other.number < trial.number for other in counted(study)) < total:
        return trial
    drop(study, trial, "one too many")
    return None


def twin(study: optuna.Study, trial: optuna.Trial) -> int | None:
    """The number of an earlier trial with the same settings; None where there is none."""
    earlier = (other for other in counted(study) if other.number < trial.number)
    return next((other.number for other in earlier if other.params == trial.params), None)


def drop(study: optuna.Study, trial: Any, reason: str) -> None:
    """End a trial so that it does not count."""
    trial.set_user_attr(DROPPED, reason)
    study.tell(trial, state=TrialState.FAIL)


def fail(study: optuna.Study, trial: optuna.Trial, reason: str) -> None:
    """End a trial whose settings cannot be trained with; it counts, and is not tried again."""
    trial.set_user_attr(WHY, reason)
    study.tell(trial, state=TrialState.FAIL)


# --- Trials whose process is gone --------------------------------------------------------------------------------


@contextmanager
def signs_of_life(trial: optuna.Trial) -> Iterator[None]:
    """While this lasts, other processes can see that somebody is at work on the trial."""
    over = threading.Event()

    def sign() -> None:
        while not over.wait(SECONDS_BETWEEN_SIGNS):
            with suppress(Exception):  # a storage that is away for a moment; the next sign may reach it
                trial.set_user_attr(SEEN, time.time())

    thread = threading.Thread(target=sign, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def retry_lost(study: optuna.Study) -> None:
    """Queue anew the settings of trials whose process is gone, after `kill -9` for example."""
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if _lost(trial):
            with suppress(ValueError, optuna.exceptions.UpdateFinishedTrialError):  # another process was faster
                study.tell(trial.number, state=TrialState.FAIL)
                queue_again(study, trial, trial.user_attrs.get(DEATHS, 0) + 1)


def queue_again(study: optuna.Study, trial: Any, deaths: int = 0) -> None:
    """Queue the settings of a trial that ended before its time; deaths: of processes that were at them so far."""
    stopped = study.get_trials(deepcopy=False)[trial.number]
    settings = stopped.system_attrs.get("fixed_params", {}) | stopped.params  # it may not have got to all of them
    if settings:
        study.enqueue_trial(settings, user_attrs={DEATHS: deaths})


def _lost(trial):
    owner = trial.user_attrs.get(OWNER, {})
    if owner.get("host") == socket.gethostname():
        return not _runs(owner["pid"], owner["born"])
    return time.time() - trial.user_attrs.get(SEEN, trial.datetime_start.timestamp()) > SECONDS_UNTIL_LOST


def _owner():
    return {"host": socket.gethostname(), "pid": os.getpid(), "born": psutil.Process().create_time()}


def _runs(pid, born):
    """Whether this process runs, and is not another one that has its number by now."""
    try:
        return abs(psutil.Process(pid).create_time() - born) < 1
    except psutil.Error:
        return False
