"""A study as plain values: study.json, of which its table, report and charts are made."""

import warnings
from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from ...data.labels import grouping_named
from ..search_space import range_document
from ..study import OWNER, RESULT, WHY, counted
from ..study_spec import StudySpec
from ..trial import CORPORA, PLANNED
from .tables import MEASURED, score_name

SCHEMA = "demeanor.tuning/2"
STATES = {TrialState.COMPLETE: "complete", TrialState.PRUNED: "pruned", TrialState.RUNNING: "running"}
FEWEST_FOR_IMPORTANCES = 4  # complete trials
SIGNIFICANT = 0.05


def rows_of(study: optuna.Study) -> list[dict[str, Any]]:
    """Return a row for each trial that counts: complete ones, then pruned, running and failed ones, each best first."""
    order = ("complete", "pruned", "running", "failed")
    rows = [_row(trial) for trial in counted(study)]
    return sorted(rows, key=lambda row: (order.index(row["state"]), -(row["uar"] or 0), row["trial"]))


def _row(trial: FrozenTrial) -> dict[str, Any]:
    state, attributes = STATES.get(trial.state, "failed"), trial.user_attrs
    values = dict.fromkeys(MEASURED) | attributes.get(RESULT, {})
    values["uar"] = values["val_uar"] if values["uar"] is None else values["uar"]  # before version 0.3
    if state == "running":
        values |= _so_far(trial.intermediate_values, attributes)
    return {"trial": trial.number, "state": state} | values | {
        "of": attributes.get(PLANNED),
        "host": attributes.get(OWNER, {}).get("host", ""),
        "finished": trial.datetime_complete.isoformat(timespec="seconds") if trial.datetime_complete else "",
        "why": attributes.get(WHY, ""),
        "settings": trial.params,
    }  # fmt: skip


def _so_far(scores: Mapping[int, float], attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return UAR and epochs of a running trial: of the best epoch so far, or over the corpora left out so far."""
    corpora = attributes.get(CORPORA)
    if corpora:
        epochs = len(scores) * attributes[PLANNED] // corpora
        return {"epochs": epochs, "uar": scores[max(scores)] if scores else None}
    best = max(scores.values(), default=None)
    return {"epochs": len(scores), "uar": best, "val_uar": best}


def describe_study(study: optuna.Study, study_spec: StudySpec) -> dict[str, Any]:
    """Return the document of the trials; `source.tuning.tune` fills in what comes after them."""
    # Some settings are varied only together with other values than the default's.
    tried = {name: part for trial in counted(study) for name, part in trial.distributions.items()}
    ranges = study_spec.space.ranges() | tried
    return {
        "schema": SCHEMA,
        "model": study_spec.model,
        "study": study_spec.study.removeprefix(f"{study_spec.model} "),
        "grouping": study_spec.grouping,
        "labels": list(grouping_named(study_spec.grouping).labels),
        "objective": study_spec.objective,
        "corpora": study_spec.corpora,
        "clips": study_spec.clips,
        "seed": study_spec.seed,
        "pruner": "none" if study_spec.second_objective else study_spec.pruner,
        "against": study_spec.second_objective,
        "fixed": {name: attrgetter(name)(study_spec.base) for name in study_spec.fixed},
        "ranges": {name: range_document(part) for name, part in ranges.items()},
        "default": study_spec.space.default(),
        "trials": rows_of(study),
        "importances": None,
        "front": [trial.number for trial in study.best_trials] if study_spec.second_objective else None,
        "confirmation": None,
        "best": None,
        "verdict": "",
        "train": "",
        "seconds": 0.0,
    }


def importances_of(study: optuna.Study) -> dict[str, float] | None:
    """Return each setting's share of the UAR's variance (fANOVA, Hutter et al. 2014); None for too few trials."""
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    if len(complete) < FEWEST_FOR_IMPORTANCES or len({trial.values[0] for trial in complete}) < 2:
        return None
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        target = (lambda trial: trial.values[0]) if len(study.directions) > 1 else None
        return optuna.importance.get_param_importances(study, evaluator=evaluator, target=target)


def verdict_of(document: Mapping[str, Any]) -> str:
    """Say which settings are best, and whether by more than chance."""
    trials, confirmation = document["trials"], document["confirmation"]
    parts = "corpora left out" if document["objective"] == "strangers" else "folds"
    if confirmation is None:
        if not trials or trials[0]["state"] != "complete":
            return "No trial was finished, so there is no best."
        best = f"Trial {trials[0]['trial']} has the best {score_name(document)}"
        return f"{best}. It was not confirmed: the best of many trials looks better than it is."
    first = confirmation["candidates"][0]
    if first["default"]:
        return f"The default stands: none of the settings found does better on the {parts}."
    if first["against_default"] is None:
        return f"Trial {first['trial']} does best on the {parts}; the default, which failed, cannot be compared."
    gain, p = first["against_default"]["difference"], first["against_default"]["p"]
    better = f"Trial {first['trial']} does best on the {parts}, {100 * gain:+.1f} points over the default"
    if p < SIGNIFICANT:
        return f"{better}: more than chance (p = {p:.2g})."
    return f"{better}: that may be chance (p = {p:.2g})."
