"""How far people agree with the answer about a recording, and with each other.

Time is looked at in equal steps. Cohen's kappa (1960) of a rater against the answer is over the steps that both label;
Krippendorff's alpha (2011, nominal) is over the steps that two raters or more label. Steps that follow each other are
alike, so neither has an interval here: that takes several recordings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from ..data.label_names import is_unclear, label_meant
from ..results.annotations import Mark
from ..results.cells import NOT_SURE, NOTHING

STEP_SECONDS = 0.1
MOST_STEPS = 200_000  # 5.5 hours; of longer recordings the steps are longer
UNLABELLED, UNCLEAR = -1, -2  # in place of the index of a label


@dataclass(frozen=True)
class Rated:
    """One rater against the answer; times in seconds."""

    kappa: float | None
    """Cohen's, from -1 to 1; null where there is too little that both label, or a single label."""
    agreed: float | None
    """Share of the time that both label in which they say the same."""
    both_seconds: float
    """That both label."""
    not_sure_seconds: float
    """That the rater says they are not sure of."""
    unlabelled_seconds: float
    """That the rater says nothing of."""
    answer_not_sure_seconds: float
    """That the rater labels and of which the answer is "not sure"."""
    answer_nothing_seconds: float
    """That the rater labels and in which there was nothing to read."""
    outside_seconds: float
    """Of marks beyond the recording, which do not count."""
    confusion: list[list[float]]
    """Seconds; a row for each label as the rater has it, a column for each of `Agreement.answers`."""
    read_as: dict[str, str]
    """What the rater wrote -> the label that it was taken for, where these differ."""
    unknown_seconds: dict[str, float]
    """What the rater wrote that is no label -> how long; it counts as unlabelled."""


@dataclass(frozen=True)
class Agreement:
    """Raters, the answer, and how far they agree about one recording."""

    labels: tuple[str, ...]
    answers: tuple[str, ...]
    """The labels, "not sure" and "nothing"."""
    seconds: float
    """That were compared: without what is excluded."""
    excluded_seconds: float
    step_seconds: float
    raters: tuple[str, ...]
    kappa: dict[str, float | None]
    confusion: dict[str, list[list[float]]]
    rated: dict[str, Rated]
    alpha: float | None
    """Krippendorff's, between the raters; null for a single one, or where no two label the same time."""
    alpha_seconds: float
    """That two raters or more label."""
    kappa_between: list[tuple[str, str, float | None, float]]
    """Of each two raters their names, Cohen's kappa, and the seconds that both label."""
    notes: tuple[str, ...] = ()


def agreement(
    answer: Sequence[Mark],
    raters: Mapping[str, Sequence[Mark]],
    labels: Sequence[str],
    begin_seconds: float,
    end_seconds: float,
    excluded: Sequence[tuple[float, float]] = (),
    mapping: Mapping[str, str] | None = None,
) -> Agreement:
    """Compare what raters marked in a recording with the answer and with each other.

    answer: without overlap; its labels are `labels` and "not sure". raters: name -> marks; where two overlap the one
    that begins later counts. excluded: stretches that are left out. mapping: see `label_meant`.
    """
    length = max(end_seconds - begin_seconds, 0.0)
    step = max(STEP_SECONDS, length / MOST_STEPS)
    middles = begin_seconds + (np.arange(max(round(length / step), 1)) + 0.5) * step
    kept = np.ones(len(middles), bool)
    for begin, end in excluded:
        kept[slice(*np.searchsorted(middles, (begin, end)))] = False
    said = _sampled(answer, middles, labels)[0][kept]
    columns, rated = dict[str, np.ndarray](), dict[str, Rated]()
    for name, marks in raters.items():
        codes, read_as, unknown = _sampled(marks, middles, labels, mapping)
        columns[name] = codes[kept]
        outside = sum(_outside(mark, begin_seconds - step, end_seconds + step) for mark in marks)
        rated[name] = _rated(columns[name], said, len(labels), step, outside, read_as, unknown)
    matrix = np.array([*columns.values()]).reshape(len(columns), len(said))
    return Agreement(
        tuple(labels), (*labels, NOT_SURE, NOTHING), float(kept.sum() * step), float((~kept).sum() * step), step,
        tuple(raters), {name: one.kappa for name, one in rated.items()},
        {name: one.confusion for name, one in rated.items()}, rated, alpha(matrix, len(labels)),
        float(((matrix >= 0).sum(0) > 1).sum() * step),
        [_between(first, second, columns, len(labels), step) for first, second in combinations(columns, 2)],
        tuple(_notes(raters, rated)),
    )  # fmt: skip


def _sampled(
    marks: Sequence[Mark], middles: np.ndarray, labels: Sequence[str], mapping: Mapping[str, str] | None = None
) -> tuple[np.ndarray, dict[str, str], dict[str, float]]:
    """Return the index of the label at each of `middles`, UNLABELLED or UNCLEAR, and `read_as`, `unknown_seconds`."""
    meant = cache(lambda text: label_meant(text, labels, mapping))
    codes = np.full(len(middles), UNLABELLED)
    read_as, unknown = dict[str, str](), dict[str, float]()
    for mark in sorted(marks, key=lambda one: one.begin_seconds):
        inside = slice(*np.searchsorted(middles, (round(mark.begin_seconds, 3), round(mark.end_seconds, 3))))
        label = meant(mark.label)
        if label is not None:
            codes[inside] = labels.index(label)
            read_as |= {mark.label: label} if label != mark.label else {}
        elif is_unclear(mark.label):
            codes[inside] = UNCLEAR
        elif mark.label:
            unknown[mark.label] = unknown.get(mark.label, 0.0) + mark.end_seconds - mark.begin_seconds
    return codes, read_as, unknown


def _rated(
    rater: np.ndarray, said: np.ndarray, classes: int, step: float, outside: float, read_as: dict[str, str],
    unknown: dict[str, float],
) -> Rated:  # fmt: skip
    """Return one rater (S,) against the answer (S,)."""
    labelled, both = rater >= 0, (rater >= 0) & (said >= 0)
    confusion = np.zeros((classes, classes + 2))
    shown = np.where(said >= 0, said, np.where(said == UNCLEAR, classes, classes + 1))
    np.add.at(confusion, (rater[labelled], shown[labelled]), step)
    return Rated(
        kappa(rater[both], said[both], classes), float((rater == said)[both].mean()) if both.any() else None,
        float(both.sum() * step), float((rater == UNCLEAR).sum() * step), float((rater == UNLABELLED).sum() * step),
        float((labelled & (said == UNCLEAR)).sum() * step), float((labelled & (said == UNLABELLED)).sum() * step),
        float(outside), confusion.round(3).tolist(), read_as, {name: round(long, 3) for name, long in unknown.items()},
    )  # fmt: skip


def kappa(first: np.ndarray, second: np.ndarray, classes: int) -> float | None:
    """Return Cohen's kappa of two raters' label indices (S,); None where they know fewer than two labels."""
    from sklearn.metrics import cohen_kappa_score

    if len(np.union1d(first, second)) < 2:
        return None
    return float(cohen_kappa_score(first, second, labels=np.arange(classes)))


def alpha(codes: np.ndarray, classes: int) -> float | None:
    """Return Krippendorff's nominal alpha of raters' label indices (R, S), negative where a rater has none.

    One less the disagreement within steps by that of all pairs of labels (Krippendorff 2011, part C); steps that a
    single rater labels do not count. None where raters share no step, or know a single label.
    """
    counts = np.stack([(codes == label).sum(0) for label in range(classes)]).astype(float)  # (labels, S)
    counts = counts[:, counts.sum(0) > 1]
    raters, labels = counts.sum(0), counts.sum(1)
    total = labels.sum()
    by_chance = total**2 - (labels**2).sum()
    if not by_chance:
        return None
    observed = ((raters**2 - (counts**2).sum(0)) / (raters - 1)).sum()
    return float(1 - (total - 1) * observed / by_chance)


def _between(
    first: str, second: str, columns: Mapping[str, np.ndarray], classes: int, step: float
) -> tuple[str, str, float | None, float]:
    both = (columns[first] >= 0) & (columns[second] >= 0)
    return first, second, kappa(columns[first][both], columns[second][both], classes), float(both.sum() * step)


def _outside(mark: Mark, begin: float, end: float) -> float:
    inside = max(min(mark.end_seconds, end) - max(mark.begin_seconds, begin), 0.0)
    return mark.end_seconds - mark.begin_seconds - inside


def _notes(raters: Mapping[str, Sequence[Mark]], rated: Mapping[str, Rated]) -> list[str]:
    notes = []
    for name, one in rated.items():
        moments = sum(mark.begin_seconds == mark.end_seconds for mark in raters[name])
        if moments:
            notes.append(f"{name}: {moments} marks without a length do not count")
        if one.outside_seconds > 0:
            notes.append(f"{name}: {one.outside_seconds:.1f} s of marks lie beyond the recording")
        if one.unknown_seconds:
            notes.append(f"{name}: these are no labels of the model: {', '.join(sorted(one.unknown_seconds)[:8])}")
        if one.kappa is None:
            why = "a single label" if one.both_seconds else "no time that both label"
            notes.append(f"{name}: kappa is not defined, for there is {why}")
    return notes
