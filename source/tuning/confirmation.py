"""Confirmation of a study: whether the best settings beat the default by more than chance.

The UAR of the best of N trials is too good: it was chosen for it. So the top k settings and the default are trained
again with other seeds, which shows what `train` gives with them and how far that varies; and on folds of the train
split, each with the others to the end of the schedule, and tested on people on whom nothing was ever chosen.

A study of strangers leaves out each corpus again, with seeds that the search did not use: what is compared are the
corpora, each by its mean over the seeds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import mean, stdev
from typing import Any

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState

from ..core.hooks import Notify, OnProgress, silent
from ..core.units import percent
from ..data.dataset import Dataset
from ..evaluation.cross_validation.folds import corpus_folds, random_folds, speaker_folds, speakers_in
from ..evaluation.testing import logits_of
from ..training import checkpoint
from ..training.loop import fit
from ..training.scores import scores_of
from . import trial as trials
from . import workers
from .significance import compare_scores
from .study import RESULT
from .study_spec import StudySpec

CONFIRMED = "confirmed"  # prefix of the study's attributes that keep the UAR of finished reruns


@dataclass(frozen=True)
class Rerun:
    """A training of a trial's settings: with another seed, measured on val; or with a fold or a corpus held out."""

    trial: int
    settings: Any
    seed: int
    fold: int | None = None
    folds: int = 0
    corpus: str = ""

    @property
    def part(self) -> str:
        """What is measured, in words."""
        if self.corpus:
            return f"seed {self.seed} without {self.corpus}"
        return f"seed {self.seed}" if self.fold is None else f"seed {self.seed} fold {self.fold} of {self.folds}"

    @property
    def key(self) -> str:
        """The study's attribute that keeps its UAR."""
        return f"{CONFIRMED}: trial {self.trial}, {self.part}"


def top_trials(study: optuna.Study, study_spec: StudySpec, top_k: int) -> list[FrozenTrial]:
    """Return the default's trial, where it is complete, and the `top_k` others with the best UAR.

    Of a Pareto study only trials of its front count, as any other is beaten in both objectives.
    """
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    default, chosen = default_of(study, study_spec), study.best_trials if study_spec.second_objective else complete
    others = [trial for trial in chosen if default is None or trial.number != default.number]
    best = sorted(others, key=lambda trial: (-trial.values[0], trial.number))
    return [*([default] if default else []), *best[:top_k]]


def default_of(study: optuna.Study, study_spec: StudySpec) -> FrozenTrial | None:
    """Return the complete trial with the default's settings; None where there is none."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return next((trial for trial in complete if trial.params == study_spec.space.default()), None)


def confirm(
    study: optuna.Study,
    study_spec: StudySpec,
    top_k: int,
    folds: int,
    seeds: int,
    pool: Any,
    notify: Notify,
    on_batch: OnProgress,
) -> dict[str, Any] | None:
    """Rerun the top trials and the default; return them best first by the mean over the folds, None without any.

    Reruns whose UAR the study keeps from an earlier run are not repeated.
    """
    chosen, default = top_trials(study, study_spec, top_k), default_of(study, study_spec)
    if not chosen:
        return None
    folds, by_corpus = parts_of(study_spec, folds), study_spec.objective == "strangers"
    first = study_spec.seed + by_corpus  # with the search's own seed the best is in part the luckiest
    of_seeds = range(first, first + seeds)
    plan = {trial.number: _reruns(study_spec, trial, folds, of_seeds) for trial in chosen}
    known = {Rerun(trial.number, None, study_spec.seed).key: trial.values[0] for trial in chosen}
    known |= {name: value for name, value in study.user_attrs.items() if name.startswith(CONFIRMED)}
    missing = [rerun for reruns in plan.values() for rerun in reruns if rerun.key not in known]
    notify(f"Confirming the best: {len(missing)} trainings of {study_spec.base.epochs} epochs at most.")
    results = _run_all(study, study_spec, missing, pool, on_batch)
    for number, (rerun, uar) in enumerate(results, start=1):
        study.set_user_attr(rerun.key, uar)
        known[rerun.key] = uar
        name = "the default" if default and rerun.trial == default.number else f"trial {rerun.trial}"
        notify(f"{number} of {len(missing)}: {name}, {rerun.part}: UAR {percent(uar)}.")
    rows = [_candidate(trial, plan[trial.number], known) for trial in chosen]
    _compare_with_default(rows, default)
    rows.sort(key=lambda row: (-row["fold_mean"], -row["seed_mean"]))
    return {
        "folds": folds,
        "speakers": by_corpus or _has_speakers(study_spec.train),
        "clips": len(study_spec.datasets[0]),
        "seeds": list(of_seeds),
        "candidates": rows,
    }


def run(study_spec: StudySpec, rerun: Rerun, on_batch: OnProgress) -> float:
    """Train, and return the UAR on val, or on the fold or the corpus held out."""
    if rerun.corpus:
        return trials.uar_left_out(study_spec, rerun.settings, rerun.corpus, rerun.seed, on_batch)
    train = study_spec.train
    if rerun.fold is None:
        scores = trials.train_trial(study_spec, rerun.settings, train, study_spec.val, rerun.seed, silent, on_batch)
        return scores["uar"]
    held_out = folds_of(train, rerun.folds)[rerun.fold]
    rest = train.subset(np.setdiff1d(np.arange(len(train)), held_out), "train")
    part = train.subset(held_out, "held out")
    result = fit(study_spec.spec, rerun.settings, rest, None, None, seed=rerun.seed, on_batch=on_batch)
    network = checkpoint.from_fit(study_spec.spec, rerun.settings, result, rest, part, {})
    return scores_of(logits_of(network, part).argmax(1), part.labels, len(network.labels))["uar"]


def parts_of(study_spec: StudySpec, folds: int) -> int:
    """Return how many parts are held out in turn: corpora, or at most `folds` folds; raise DemeanorError for none."""
    if study_spec.objective == "strangers":
        return len(study_spec.roles.left_out)
    return len(folds_of(study_spec.train, folds))


def folds_of(train: Dataset, folds: int) -> list[np.ndarray]:
    """Split by speaker, at most as many folds as speakers; at random where speakers are unknown."""
    if not _has_speakers(train):
        return random_folds(train.clips, folds, seed=0)
    return speaker_folds(train.clips, min(folds, _most_speakers(train)))


def _has_speakers(train: Dataset) -> bool:
    return all(clip.speaker for clip in train.clips) and _most_speakers(train) > 1


def _most_speakers(train: Dataset) -> int:
    """Return the number of speakers of the corpus with the most."""
    return max(speakers_in([train.clips[row] for row in rows]) for rows in corpus_folds(train.clips).values())


def _reruns(study_spec: StudySpec, trial: FrozenTrial, folds: int, seeds: Sequence[int]) -> list[Rerun]:
    settings = study_spec.space.settings_of_trial(optuna.trial.FixedTrial(trial.params))
    if study_spec.objective == "strangers":
        corpora = study_spec.roles.left_out
        return [Rerun(trial.number, settings, seed, corpus=corpus) for seed in seeds for corpus in corpora]
    by_seed = [Rerun(trial.number, settings, seed) for seed in seeds]
    return by_seed + [Rerun(trial.number, settings, study_spec.seed + fold, fold, folds) for fold in range(folds)]


def _run_all(
    study: optuna.Study, study_spec: StudySpec, reruns: Sequence[Rerun], pool: Any, on_batch: OnProgress
) -> Iterator[tuple[Rerun, float]]:
    """Yield each with its UAR, as they finish: in this process, or in those of `pool`."""
    if pool is None:
        for rerun in reruns:  # another process may have finished it meanwhile
            known = study.user_attrs.get(rerun.key)
            yield rerun, run(study_spec, rerun, on_batch) if known is None else known
        return
    futures = {pool.submit(workers.in_worker, run, rerun): rerun for rerun in reruns}
    for future in workers.finished(list(futures), partial(on_batch, 0, 0)):
        yield futures[future], future.result()


def _candidate(trial: FrozenTrial, reruns: Sequence[Rerun], known: Mapping[str, float]) -> dict[str, Any]:
    corpora, seeds = dict.fromkeys(rerun.corpus for rerun in reruns), dict.fromkeys(rerun.seed for rerun in reruns)
    if "" in corpora:  # folds
        of_seeds = [known[rerun.key] for rerun in reruns if rerun.fold is None]
        held_out = [known[rerun.key] for rerun in reruns if rerun.fold is not None]
    else:
        of_seeds = [mean(known[rerun.key] for rerun in reruns if rerun.seed == seed) for seed in seeds]
        held_out = [mean(known[rerun.key] for rerun in reruns if rerun.corpus == corpus) for corpus in corpora]
    row = {"trial": trial.number, "default": False, "settings": trial.params}
    for name, values in (("seed", of_seeds), ("fold", held_out)):
        row |= {f"{name}_uar": values, f"{name}_mean": mean(values)}
        row |= {f"{name}_sd": stdev(values) if len(values) > 1 else 0.0}
    return row | {"parameters": trial.user_attrs[RESULT]["parameters"], "against_default": None}


def _compare_with_default(rows: Sequence[dict[str, Any]], default: FrozenTrial | None) -> None:
    """Add to every other row how it compares with the default's."""
    home = next((row for row in rows if default and row["trial"] == default.number), None)
    for row in rows:
        row["default"] = row is home
        if home and row is not home:
            row["against_default"] = compare_scores(row["fold_uar"], home["fold_uar"], len(rows) - 1)
