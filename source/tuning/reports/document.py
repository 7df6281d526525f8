"""What a study came to, as plain values: study.json, and what its table, report and pictures are made of."""

import warnings
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from ..search_space import in_words
from ..study import OWNER, RESULT, WHY, counted
from ..study_spec import Work
from ..trial import PLANNED

SCHEMA = "demeanor.tuning/1"
STATES = {TrialState.COMPLETE: "complete", TrialState.PRUNED: "pruned", TrialState.RUNNING: "running"}
MEASURED = (
    *("val_uar", "val_accuracy", "val_macro_f1", "val_weighted_f1", "val_loss", "best_epoch"),
    *("epochs", "seconds", "parameters", "milliseconds"),
)
FEWEST_FOR_IMPORTANCES = 4  # complete trials
SIGNIFICANT = 0.05


def rows_of(study: optuna.Study) -> list[dict[str, Any]]:
    """A row a trial that counts, best first: complete ones, then pruned, running and failed ones."""
    order = ("complete", "pruned", "running", "failed")
    rows = [_row(trial) for trial in counted(study)]
    return sorted(rows, key=lambda row: (order.index(row["state"]), -(row["val_uar"] or 0), row["trial"]))


def _row(trial: FrozenTrial) -> dict[str, Any]:
    state = STATES.get(trial.state, "failed")
    values = dict.fromkeys(MEASURED) | trial.user_attrs.get(RESULT, {})
    if state == "running":
        seen = trial.intermediate_values
        values |= {"epochs": len(seen), "val_uar": max(seen.values(), default=None)}
    finished = trial.datetime_complete.isoformat(timespec="seconds") if trial.datetime_complete else ""
    about = {
        "host": trial.user_attrs.get(OWNER, {}).get("host", ""),
        "finished": finished,
        "why": trial.user_attrs.get(WHY, ""),
    }
    planned = trial.user_attrs.get(PLANNED)
    return {"trial": trial.number, "state": state} | values | {"of": planned} | about | {"settings": trial.params}


def described(study: optuna.Study, work: Work) -> dict[str, Any]:
    """The document as far as the trials go; `source.tuning.tune` fills in what comes after them."""
    return {
        "schema": SCHEMA,
        "model": work.model,
        "study": work.study.removeprefix(f"{work.model} "),
        "grouping": work.grouping,
        "labels": list(work.train.grouping.labels),
        "corpora": work.corpora,
        "clips": work.clips,
        "seed": work.seed,
        "pruner": "none" if work.against else work.pruner,
        "against": work.against,
        "fixed": {name: attrgetter(name)(work.base) for name in work.fixed},
        "ranges": _ranges(study, work),
        "default": work.space.default(),
        "trials": rows_of(study),
        "importances": None,
        "front": [trial.number for trial in study.best_trials] if work.against else None,
        "confirmation": None,
        "best": None,
        "verdict": "",
        "train": "",
        "seconds": 0.0,
    }


def _ranges(study, work):
    """Also of what is varied only together with other values than the default's."""
    tried = {name: part for trial in counted(study) for name, part in trial.distributions.items()}
    return {name: in_words(part) for name, part in (work.space.ranges() | tried).items()}


def importances_of(study: optuna.Study) -> dict[str, float] | None:
    """Setting -> its share of the variance of val UAR (fANOVA, Hutter et al. 2014); None for too few trials."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if len(complete) < FEWEST_FOR_IMPORTANCES or len({trial.values[0] for trial in complete}) < 2:
        return None
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        target = (lambda trial: trial.values[0]) if len(study.directions) > 1 else None
        return optuna.importance.get_param_importances(study, evaluator=evaluator, target=target)


def verdict_of(confirmation: Mapping[str, Any] | None, trials: Sequence[Mapping[str, Any]]) -> str:
    """Which settings are best, and whether by more than chance."""
    if confirmation is None:
        if not trials or trials[0]["state"] != "complete":
            return "No trial was finished: there is no best."
        best = f"Trial {trials[0]['trial']} has the best val UAR"
        return f"{best}. Nothing was confirmed: the best of many trials looks better than it is."
    first = confirmation["candidates"][0]
    if first["default"]:
        return "The default stands: no settings that were found do better than it on the folds."
    if first["against_default"] is None:
        return f"Trial {first['trial']} does best on the folds; the default was not finished, so it is held to nothing."
    gain, p = first["against_default"]["difference"], first["against_default"]["p"]
    better = f"Trial {first['trial']} does best on the folds, {100 * gain:+.1f} points over the default"
    if p < SIGNIFICANT:
        return f"{better}: more than chance (p = {p:.2g})."
    return f"{better}: that may be chance (p = {p:.2g})."
