"""Cases that are compared: recordings, people or groups, each with its means and their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from .measures import AFFECT, Means, Recording

BY = ("recording", "participant", "group")
LEAST = 3  # recordings, or people, from which there is an interval: of two it says nothing
UNGROUPED = "no group"


@dataclass(frozen=True)
class Estimate:
    """A mean over recordings or people, with the 95 % interval of Student's t where there are enough."""

    mean: float
    low: float | None
    high: float | None
    n: int
    """Recordings, or people, that the mean is over."""


@dataclass(frozen=True)
class Case:
    """One recording, participant or group."""

    name: str
    ids: tuple[str, ...]
    recordings: int
    n: int
    """What intervals are over: the recordings of a participant, the participants of a group."""
    means: dict[str, Estimate]
    shares: dict[str, Estimate]
    changes: dict[str, Estimate] | None
    """Of the means, against the baseline; null without one."""


def cases_of(recordings: Sequence[Recording], by: str) -> list[Case]:
    """Return the cases in the order in which they first appear.

    A participant's mean is over their recordings, a group's over its participants' means, so that who has more
    recordings counts no more. A recording without a participant counts as one of its own.
    """
    members: dict[str, list[Recording]] = {}
    for at, one in enumerate(recordings):
        key = {"recording": f"{at}", "participant": one.participant or f"\n{at}", "group": one.group}[by]
        members.setdefault(key, []).append(one)
    return [_case(key, own, by) for key, own in members.items()]


def _case(key: str, members: Sequence[Recording], by: str) -> Case:
    people: dict[str, list[Recording]] = {}
    for at, one in enumerate(members):
        people.setdefault(one.participant if by == "group" and one.participant else f"\n{at}", []).append(one)
    units = list(people.values())
    named = by == "group" or (by == "participant" and members[0].participant)
    changed = any(one.change for one in members)
    return Case(
        (key or UNGROUPED) if named else members[0].name, tuple(one.id for one in members), len(members), len(units),
        _estimates([[one.means for one in unit] for unit in units]),
        _estimates([[one.shares for one in unit] for unit in units]),
        _estimates([[one.change for one in unit if one.change] for unit in units], 2.0) if changed else None,
    )  # fmt: skip


def _estimates(units: Sequence[Sequence[Means]], sides: float = 1.0) -> dict[str, Estimate]:
    """Return the estimate of each quantity over units, each the mean of its recordings'; sides: 2 of differences."""
    means = [_mean(unit) for unit in units if unit]
    names = dict.fromkeys(name for one in means for name in one)
    ends = {name: (-sides, sides) if name in AFFECT else (1 - sides, 1.0) for name in names}
    return {name: estimate([one[name] for one in means if name in one], *ends[name]) for name in names}


def estimate(values: Sequence[float], least: float = 0.0, most: float = 1.0) -> Estimate:
    """Return the mean of independent values with its 95 % interval (Student's t), cut to where values can be."""
    mean = fmean(values)
    if len(values) < LEAST:
        return Estimate(mean, None, None, len(values))
    from scipy.special import stdtrit  # scipy.stats takes three times as long to import

    half = float(stdtrit(len(values) - 1, 0.975)) * stdev(values) / sqrt(len(values))
    return Estimate(mean, max(mean - half, least), min(mean + half, most), len(values))


def _mean(rows: Sequence[Mapping[str, float]]) -> Means:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: fmean([row[name] for row in rows if name in row]) for name in names}
