"""An Optuna study that several processes share and that outlives them: owners, trials that count, lost trials."""

import copy
import json
import os
import socket
import threading
import time
from collections.abc import Container, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict
from typing import Any

import optuna
import psutil
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, TrialState

from ..core.command_line import without_passwords
from ..core.errors import DemeanorError
from ..core.renamed import RENAMED, current_name, with_current_names
from .sampler import RepeatableSampler, pruner_named
from .storage import open_storage
from .study_spec import StudySpec

OF = "of"  # attribute of the study: the conditions it was begun under
RESULT = "result"  # attribute of a trial: the scores of its training; see `source.tuning.trial`
OWNER = "owner"  # attribute of a trial: the process that runs it
SEEN = "seen"  # attribute of a trial: time of its process's last heartbeat
WHY = "why"  # attribute of a failed trial: the reason
DROPPED = "dropped"  # attribute of a trial that does not count: the reason
DEATHS = "deaths"  # attribute of a trial: how many processes died while training its settings
MOST_DEATHS = 3  # after which the settings are taken to be the cause
HEARTBEAT_SECONDS = 20
SECONDS_UNTIL_LOST = 120  # without a heartbeat
FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)
QUEUED = "fixed_params"  # Optuna's attribute of a trial: the settings that were queued for it


class Study(optuna.Study):
    """An Optuna study whose trials have the settings' names of today, also those of before version 0.2."""

    def get_trials(self, deepcopy: bool = True, states: Container[TrialState] | None = None) -> list[FrozenTrial]:
        """Return the trials by number."""
        return [_with_current_names(trial) for trial in super().get_trials(deepcopy, states)]


def open_study(study_spec: StudySpec) -> optuna.Study:
    """Open or create the study; the first trial of a new one has the default's settings.

    Raises DemeanorError where it was begun under other conditions, as its trials could not be compared.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage, name = open_storage(study_spec.storage), study_spec.study
    optuna.create_study(
        storage=storage,
        study_name=name,
        directions=["maximize", "minimize"] if study_spec.second_objective else ["maximize"],
        load_if_exists=True,
    )
    pruner = pruner_named(study_spec.pruner, study_spec.steps, study_spec.objective == "strangers")
    study = Study(name, storage, RepeatableSampler(study_spec.seed), pruner)
    conditions, begun = _conditions(study_spec), _begun_under(study)
    if not begun:
        study.set_user_attr(OF, conditions)
    elif begun != conditions:
        raise DemeanorError(_mismatch(study_spec, begun, conditions))
    _rename_queued(storage, name)
    study.enqueue_trial(study_spec.space.default(), skip_if_exists=True)  # each time, as the first may be stopped early
    return study


def _begun_under(study: optuna.Study) -> dict[str, Any]:
    """Return the conditions the study was begun under, with the settings' names of today; none for a new one."""
    begun = with_current_names(study.user_attrs.get(OF, {}))
    begun = {"objective": "val"} | begun if begun else {}  # the only one before version 0.3
    return begun | ({"held": sorted(map(current_name, begun["held"]))} if "held" in begun else {})


def _rename_queued(storage: BaseStorage, name: str) -> None:
    """Give queued settings their names of today in the storage too, from which Optuna takes them."""
    study = storage.get_study_id_from_name(name)
    for trial in storage.get_all_trials(study, deepcopy=False, states=(TrialState.WAITING,)):
        renamed = _with_current_names(trial)
        if renamed is not trial:
            identity = storage.get_trial_id_from_study_id_trial_number(study, trial.number)
            with suppress(optuna.exceptions.UpdateFinishedTrialError):  # another process was faster
                storage.set_trial_system_attr(identity, QUEUED, renamed.system_attrs[QUEUED])


def _with_current_names(trial: FrozenTrial) -> FrozenTrial:
    """Return the trial, or a copy of it where its settings have names of before."""
    queued = trial.system_attrs.get(QUEUED, {})
    if RENAMED.keys().isdisjoint([*trial.params, *queued]):
        return trial
    renamed = copy.copy(trial)
    renamed.params = with_current_names(trial.params)
    renamed.distributions = with_current_names(trial.distributions)
    renamed.system_attrs = trial.system_attrs | ({QUEUED: with_current_names(queued)} if queued else {})
    return renamed


def _conditions(study_spec: StudySpec) -> dict[str, Any]:
    """Return what makes trials comparable, as plain values; the same on every machine that has the same clips."""
    return json.loads(json.dumps({
        "model": study_spec.model,
        "objective": study_spec.objective,
        "corpora": study_spec.corpora,
        "grouping": study_spec.grouping,
        "seed": study_spec.seed,
        "against": study_spec.second_objective,
        "settings": asdict(study_spec.base),
        "held": sorted(study_spec.fixed),
    }))  # fmt: skip


def _mismatch(study_spec: StudySpec, begun: Mapping[str, Any], conditions: Mapping[str, Any]) -> str:
    study = f"The study {study_spec.study} in {without_passwords(study_spec.storage)}"
    name = next(name for name in conditions if begun.get(name) != conditions[name])
    old, new = begun.get(name), conditions[name]
    if name == "settings" and old is not None:
        name = next(key for key in new if old.get(key) != new[key])
        old, new = old.get(name), new[name]
    name = "fixed settings" if name == "held" else name
    return f"{study} was begun with {name} {old}, not {new}; use that, or begin another study with --study NAME."


def counted(study: optuna.Study) -> list[FrozenTrial]:
    """Return the trials that count towards the total, by number: finished, failed for their settings, or running."""
    states, trials = (*FINISHED, TrialState.RUNNING), study.get_trials(deepcopy=False)
    return [trial for trial in trials if trial.state in states or WHY in trial.user_attrs]


def next_trial(study: optuna.Study, total: int, asking: AbstractContextManager[Any]) -> optuna.Trial | None:
    """Return a new trial of this process; None where there are `total`. asking: see `storage.one_at_a_time`.

    Of two processes that ask for the last trial at the same time, the one with the higher number drops its trial.
    """
    if len(counted(study)) >= total:
        return None
    with asking:
        trial = study.ask()
    trial.set_user_attr(OWNER, this_process())
    trial.set_user_attr(SEEN, time.time())
    if sum(other.number < trial.number for other in counted(study)) < total:
        return trial
    drop(study, trial, "one too many")
    return None


def twin(study: optuna.Study, trial: optuna.Trial) -> int | None:
    """Return the number of an earlier trial with the same settings; None where there is none."""
    earlier = (other for other in counted(study) if other.number < trial.number)
    return next((other.number for other in earlier if other.params == trial.params), None)


def drop(study: optuna.Study, trial: Any, reason: str) -> None:
    """End a trial so that it does not count."""
    trial.set_user_attr(DROPPED, reason)
    study.tell(trial, state=TrialState.FAIL)


def fail(study: optuna.Study, trial: optuna.Trial, reason: str) -> None:
    """End a trial whose settings cannot be trained; it counts, and is not tried again."""
    trial.set_user_attr(WHY, reason)
    study.tell(trial, state=TrialState.FAIL)


@contextmanager
def heartbeat(trial: optuna.Trial) -> Iterator[None]:
    """Show other processes, while this context lasts, that the trial is running."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(HEARTBEAT_SECONDS):
            with suppress(Exception):  # the storage may be away for a moment; the next beat may reach it
                trial.set_user_attr(SEEN, time.time())

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def retry_lost(study: optuna.Study) -> None:
    """Queue again the settings of trials whose process is gone, for example after `kill -9`."""
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if _is_lost(trial):
            with suppress(ValueError, optuna.exceptions.UpdateFinishedTrialError):  # another process was faster
                study.tell(trial.number, state=TrialState.FAIL)
                queue_again(study, trial, trial.user_attrs.get(DEATHS, 0) + 1)


def queue_again(study: optuna.Study, trial: Any, deaths: int = 0) -> None:
    """Queue the settings of a trial that was cut short; deaths: how many processes died while training them."""
    stopped = study.get_trials(deepcopy=False)[trial.number]  # perhaps before it drew all that were queued for it
    settings = stopped.system_attrs.get(QUEUED, {}) | stopped.params
    if settings:
        study.enqueue_trial(settings, user_attrs={DEATHS: deaths})


def this_process() -> dict[str, Any]:
    """Return what identifies this process among those of all machines."""
    return {"host": socket.gethostname(), "pid": os.getpid(), "born": psutil.Process().create_time()}


def _is_lost(trial: FrozenTrial) -> bool:
    owner, started = trial.user_attrs.get(OWNER, {}), trial.datetime_start
    if owner.get("host") != socket.gethostname():
        last = trial.user_attrs.get(SEEN, started.timestamp() if started else 0.0)
        return time.time() - last > SECONDS_UNTIL_LOST
    try:  # another process may have the number by now
        return abs(psutil.Process(owner["pid"]).create_time() - owner["born"]) >= 1
    except psutil.Error:
        return True
