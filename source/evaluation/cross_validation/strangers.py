"""How good a model is on strangers: corpora that it never learned from, and people who do not act.

Every corpus counts equally in a mean, however large. Probabilities are calibrated by the temperature that fits the
other left-out corpora, so that nothing about a corpus is known before it is answered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import mean, stdev
from typing import Any

import numpy as np

from ...core import config
from ...training.scores import softmax
from .. import resampling
from ..metrics import calibration_error, fit_temperature
from ..ordinary import false_answers
from ..testing import people_of
from .folds import speakers_in
from .held_out import Trials
from .left_out import Roles, leave_out

SUREST = 0.6  # share of the clips, the most confident ones, of which accuracy is given
OVER_SEEDS = ("uar", "false_clips", "false_recordings")


@dataclass(frozen=True)
class LeftOut:
    """The answers under one condition, with one seed."""

    roles: Roles
    logits: np.ndarray
    """Of all clips, each by the model without its corpus, (N, labels); NaN for those never left out."""
    ordinary_logits: np.ndarray
    """Of the clips `roles.ordinary`, by the model without each corpus in turn, (corpora, clips, labels)."""

    @cached_property
    def temperatures(self) -> dict[str, float]:
        """For each corpus, the temperature that fits all others."""
        every = self.roles.left_out
        return {corpus: self.fitted([name for name in every if name != corpus]) for corpus in every}

    def fitted(self, corpora: Sequence[str]) -> float:
        """Return the temperature that fits these corpora, each of the same weight."""
        parts = [self.roles.left_out[corpus] for corpus in corpora]
        weights, rows = np.concatenate([np.full(len(part), 1 / len(part)) for part in parts]), np.concatenate(parts)
        return fit_temperature(self.logits[rows], self.roles.dataset.labels[rows], weights)

    def probabilities(self, corpus: str) -> np.ndarray:
        """Return the calibrated probabilities of the corpus's clips, (n, labels)."""
        return softmax(self.logits[self.roles.left_out[corpus]] / self.temperatures[corpus])

    @cached_property
    def ordinary(self) -> np.ndarray:
        """The calibrated probabilities of ordinary speech, (corpora, clips, labels)."""
        return softmax(self.ordinary_logits / np.array([*self.temperatures.values()])[:, None, None])


@dataclass(frozen=True)
class Strangers:
    """Every corpus left out once, with each seed and under each condition."""

    roles: Roles
    answers: dict[int, dict[str, LeftOut]]
    """Seed -> condition -> the answers."""

    @property
    def temperatures(self) -> dict[str, float]:
        """The temperature that fits all corpora, under each condition; the mean over the seeds."""
        corpora, first = [*self.roles.left_out], next(iter(self.answers.values()))
        return {name: mean(of_seed[name].fitted(corpora) for of_seed in self.answers.values()) for name in first}

    def to_dict(self) -> dict[str, Any]:
        """Return the document: what was left out, and the figures under each condition.

        seeds; labels; corpora: those left out, each as clips; always: those trained on every time; surest_share;
        not_sure_below; conditions: name -> `figures` of the first seed, temperature, and over_seeds: of some figures
        each, mean and sd, None for one seed.
        """
        always = (self.roles.dataset.clips[row].corpus for row in self.roles.always)
        return {
            "seeds": list(self.answers),
            "labels": list(self.roles.dataset.grouping.labels),
            "corpora": {corpus: len(rows) for corpus, rows in self.roles.left_out.items()},
            "always": sorted(set(always)),
            "not_sure_below": config.NOT_SURE_BELOW,
            "surest_share": SUREST,
            "conditions": {name: self._condition(name, fitted) for name, fitted in self.temperatures.items()},
        }

    def _condition(self, name: str, temperature: float) -> dict[str, Any]:
        each = [figures(of_seed[name]) for of_seed in self.answers.values()]
        flat = [document | (document["ordinary"] or {}) for document in each]
        measured = {key: [document[key] for document in flat] for key in OVER_SEEDS if key in flat[0]}
        over_seeds = {key: {"each": v, "mean": mean(v), "sd": stdev(v)} for key, v in measured.items() if len(v) > 1}
        return each[0] | {"temperature": temperature, "over_seeds": over_seeds or None}


def measure_strangers(trials: Trials, roles: Roles, seeds: Sequence[int]) -> Strangers:
    """Leave out each corpus once with each seed."""
    count, answers = len(roles.dataset), {}
    for seed in seeds:
        logits: dict[str, np.ndarray] = {}
        ordinary: dict[str, list[np.ndarray]] = {}
        for corpus, given in leave_out(trials, roles, seed):
            rows = roles.left_out[corpus]
            for name, of_part in given.conditions.items():
                empty = np.full((count, of_part.shape[1]), np.nan, np.float32)
                logits.setdefault(name, empty)[rows] = of_part[: len(rows)]
                ordinary.setdefault(name, []).append(of_part[len(rows) :])
        answers[seed] = {name: LeftOut(roles, logits[name], np.stack(ordinary[name])) for name in logits}
    return Strangers(roles, answers)


def figures(answers: LeftOut) -> dict[str, Any]:
    """Measure the answers under one condition.

    The resampling.SCORES and surest_accuracy as means over the corpora, with ci95 of the SCORES; reliability, every
    corpus of the same weight; corpora: name -> n, speakers, labels, the same scores, ece_before, temperature and
    confusion; ordinary: see `ordinary.false_answers`, None where there is no such speech.
    """
    roles, dataset = answers.roles, answers.roles.dataset
    classes = len(dataset.grouping.labels)
    corpora, draws, shares = {}, [], []
    for corpus, rows in roles.left_out.items():
        part, probabilities = dataset.subset(rows, ""), answers.probabilities(corpus)
        sums = resampling.clip_sums(probabilities, part.labels, config.NOT_SURE_BELOW)
        drawn = resampling.scores_of_sums(resampling.drawn_sums(sums, people_of(part.clips)), classes)
        labels = [part.grouping.labels[label] for label in np.unique(part.labels)]
        corpora[corpus] = {
            "n": len(rows),
            "speakers": speakers_in(part.clips),
            "labels": labels,
            **_plain(resampling.scores_of_sums(sums.sum(0), classes)),
            "surest_accuracy": surest_accuracy(probabilities, part.labels),
            "ci95": {name: resampling.interval(values) for name, values in drawn.items()},
            "ece_before": calibration_error(softmax(answers.logits[rows]), part.labels),
            "temperature": answers.temperatures[corpus],
            "confusion": resampling.confusion_of_sums(sums.sum(0), classes),
        }
        draws.append(drawn)
        shares.append(sums.mean(0))
    names = (*resampling.SCORES, "surest_accuracy", "ece_before")
    means = {name: _mean([of_corpus[name] for of_corpus in corpora.values()]) for name in names}
    every = {name: np.mean([drawn[name] for drawn in draws], 0) for name in resampling.SCORES}
    return means | {
        "ci95": {name: resampling.interval(values) for name, values in every.items()},
        "reliability": resampling.reliability_of_sums(np.mean(shares, 0), classes),
        "corpora": corpora,
        "ordinary": _false_answers(answers),
    }


def _false_answers(answers: LeftOut) -> dict[str, Any] | None:
    """Return what `ordinary.false_answers` counts; None where there is no ordinary speech."""
    part = answers.roles.dataset.subset(answers.roles.ordinary, "")
    if not len(part):
        return None
    return false_answers(answers.ordinary, part.labels, part.grouping.labels, part.clips, people_of(part.clips))


def surest_accuracy(probabilities: np.ndarray, truth: np.ndarray, share: float = SUREST) -> float:
    """Return the accuracy of the most confident `share` of the answers."""
    first = np.argsort(-probabilities.max(1), kind="stable")[: max(1, round(share * len(truth)))]
    return float((probabilities[first].argmax(1) == truth[first]).mean())


def _plain(scores: Mapping[str, np.ndarray]) -> dict[str, float | None]:
    return {name: None if np.isnan(value) else float(value) for name, value in scores.items()}


def _mean(values: Sequence[float | None]) -> float | None:
    """Return the mean of what is known."""
    known = [value for value in values if value is not None]
    return mean(known) if known else None
