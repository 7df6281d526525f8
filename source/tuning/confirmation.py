"""Is the best of a study better, or lucky? The best few and the default, over several seeds and over folds.

The val UAR of the best of N trials is too good: it was chosen for it. So the finalists are trained anew with other
seeds, which says what `train` gives with them and how far that varies; and on folds of the train split, each trained
on the other folds to the end of its schedule and asked about clips of people on whom nothing was ever chosen.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean, stdev
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState

from ..core.units import percent
from ..data.dataset import Dataset
from ..evaluation.cross_validation.folds import random_folds, speaker_folds, speakers_in
from ..evaluation.testing import logits_of
from ..training import checkpoint
from ..training.loop import fit
from ..training.scores import scores_of
from . import trial as trials
from . import workers
from .significance import compared
from .study import RESULT
from .study_spec import OnProgress, Work

CONFIRMED = "confirmed"  # attributes of the study begin with it: the UAR of a training that is done


@dataclass(frozen=True)
class Again:
    """A training of a finalist: with another seed, measured on val; or with fold number `fold` held out."""

    trial: int
    settings: Any
    seed: int
    fold: int | None = None
    folds: int = 0

    @property
    def key(self) -> str:
        """Under which the study keeps its UAR."""
        part = f"seed {self.seed}" if self.fold is None else f"seed {self.seed} fold {self.fold} of {self.folds}"
        return f"{CONFIRMED}: trial {self.trial}, {part}"


def finalists(study: optuna.Study, work: Work, most: int) -> list[FrozenTrial]:
    """The default's trial, where it is finished, and at most so many others: those with the best val UAR.

    Of a Pareto study only trials of its front are taken, for what is beaten in both is no choice.
    """
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    default, chosen = default_of(study, work), study.best_trials if work.against else complete
    others = [trial for trial in chosen if default is None or trial.number != default.number]
    best = sorted(others, key=lambda trial: (-trial.values[0], trial.number))
    return [*([default] if default else []), *best[:most]]


def default_of(study: optuna.Study, work: Work) -> FrozenTrial | None:
    """The finished trial that has the default's settings; None where there is none."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return next((trial for trial in complete if trial.params == work.space.default()), None)


def confirm(
    study: optuna.Study,
    work: Work,
    most: int,
    folds: int,
    seeds: int,
    pool: Any,
    notify: Callable[[str], None],
    on_batch: OnProgress,
) -> dict[str, Any] | None:
    """Candidates, best first by the mean over the folds; None where there is nothing to compare.

    Trainings that the study knows of from an earlier run are not done again.
    """
    chosen = finalists(study, work, most)
    folds = len(folds_of(work.train, folds))
    plan = {trial.number: _plan(work, trial, folds, seeds) for trial in chosen}
    known = {_key_of_trial(work, trial): trial.values[0] for trial in chosen} | _known(study)
    todo = [again for all_of in plan.values() for again in all_of if again.key not in known]
    notify(f"Confirming the best: {len(todo)} trainings of {work.base.epochs} epochs at most.")
    default = default_of(study, work)
    for number, (again, uar) in enumerate(_done(study, work, todo, pool, on_batch), start=1):
        study.set_user_attr(again.key, uar)
        known[again.key] = uar
        whose = "the default" if default and again.trial == default.number else f"trial {again.trial}"
        notify(f"{number} of {len(todo)}: {whose}, {_part(again)}: UAR {percent(uar)}.")
    rows = [_candidate(trial, plan[trial.number], known) for trial in chosen]
    if not rows:
        return None
    _hold_against_default(rows, default)
    rows.sort(key=lambda row: (-row["fold_mean"], -row["val_mean"]))
    how = {"folds": folds, "speakers": _known_speakers(work.train), "clips": len(work.train)}
    return how | {"seeds": list(range(work.seed, work.seed + seeds)), "candidates": rows}


def run(work: Work, again: Again, on_batch: OnProgress) -> float:
    """Train, and the UAR on what was not trained on."""
    if again.fold is None:
        return trials.trained(work, again.settings, work.train, work.val, again.seed, None, on_batch)["val_uar"]
    held_out = folds_of(work.train, again.folds)[again.fold]
    rest = work.train.subset(np.setdiff1d(np.arange(len(work.train)), held_out), "train")
    part = work.train.subset(held_out, "held out")
    with TemporaryDirectory(prefix="demeanor_fold_", ignore_cleanup_errors=True) as folder:
        made = fit(work.spec, again.settings, rest, None, Path(folder), seed=again.seed, on_batch=on_batch)
    network = checkpoint.from_fit(work.spec, again.settings, made, rest, part, {})
    answers = logits_of(network, part).argmax(1)
    return scores_of(answers, part.labels, len(network.labels))["uar"]


def folds_of(train: Dataset, folds: int) -> list[np.ndarray]:
    """By speaker, as many as there are speakers at most; at random where speakers are not known."""
    if not _known_speakers(train):
        return random_folds(train.clips, folds, seed=0)
    most = max(speakers_in([clip for clip in train.clips if clip.corpus == corpus]) for corpus in _corpora(train))
    return speaker_folds(train.clips, min(folds, most))


def _known_speakers(train):
    most = [speakers_in([clip for clip in train.clips if clip.corpus == corpus]) for corpus in _corpora(train)]
    return all(clip.speaker for clip in train.clips) and max(most) > 1


def _corpora(train):
    return {clip.corpus for clip in train.clips}


def _plan(work, trial, folds, seeds):
    settings = work.space.config_of(optuna.trial.FixedTrial(trial.params))
    again = [Again(trial.number, settings, work.seed + extra) for extra in range(seeds)]
    return [*again, *(Again(trial.number, settings, work.seed + fold, fold, folds) for fold in range(folds))]


def _key_of_trial(work, trial):
    return Again(trial.number, None, work.seed).key


def _known(study):
    return {name: value for name, value in study.user_attrs.items() if name.startswith(CONFIRMED)}


def _done(
    study: optuna.Study, work: Work, todo: Sequence[Again], pool: Any, on_batch: OnProgress
) -> Iterator[tuple[Again, float]]:
    """Each with its UAR, as they are done: here, or by the processes of `pool`."""
    if pool is None:
        for again in todo:  # another process may have done it meanwhile
            known = study.user_attrs.get(again.key)
            yield again, run(work, again, on_batch) if known is None else known
        return
    whose = {pool.submit(workers.in_worker, run, again): again for again in todo}
    for future in workers.finished(list(whose), partial(on_batch, 0, 0)):
        yield whose[future], future.result()


def _part(again):
    return f"seed {again.seed}" if again.fold is None else f"fold {again.fold + 1} of {again.folds}"


def _candidate(trial, plan, known):
    val = [known[again.key] for again in plan if again.fold is None]
    held_out = [known[again.key] for again in plan if again.fold is not None]
    row = {"trial": trial.number, "default": False, "settings": trial.params, "val_uar": val, "fold_uar": held_out}
    for name, values in (("val", val), ("fold", held_out)):
        row |= {f"{name}_mean": mean(values), f"{name}_sd": stdev(values) if len(values) > 1 else 0.0}
    return row | {"parameters": trial.user_attrs[RESULT]["parameters"], "against_default": None}


def _hold_against_default(rows, default):
    """Into every other row how it compares with the default's."""
    home = next((row for row in rows if default and row["trial"] == default.number), None)
    for row in rows:
        row["default"] = row is home
        if home and row is not home:
            row["against_default"] = compared(row["fold_uar"], home["fold_uar"], len(rows) - 1)
