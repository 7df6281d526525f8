"""Means over recordings or people, and their intervals by Student's t."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, sqrt
from statistics import fmean, variance

from .measures import AFFECT, Means, less

LEAST = 3  # recordings, or people, from which there is an interval: of two it says nothing


@dataclass(frozen=True)
class Estimate:
    """A mean over recordings or people, with its 95 % interval where there are enough."""

    mean: float
    low: float | None
    high: float | None
    n: int
    """Recordings, or people, that the mean is over."""


def estimates(rows: Sequence[Means], differences: bool = False) -> dict[str, Estimate]:
    """Return the estimate of each quantity over independent rows; differences: whether they may be negative."""
    return {name: estimate(values, *_ends(name, differences)) for name, values in _columns(rows).items()}


def between(means: Mapping[str, Means], base: Mapping[str, Means]) -> dict[str, Estimate] | None:
    """Return how means differ from others, both by participant; None where nothing is in both.

    Of participants who are in both, it is the mean of their own differences; where nobody is, the difference of the
    means, with the interval of Welch (1947).
    """
    shared = [less(own, base[who]) for who, own in means.items() if who in base]
    if shared:
        return estimates([one for one in shared if one], differences=True) or None
    first, second = _columns(list(means.values())), _columns(list(base.values()))
    names = [name for name in first if name in second]
    return {name: _welch(first[name], second[name], *_ends(name, True)) for name in names} or None


def estimate(values: Sequence[float], least: float = -inf, most: float = inf) -> Estimate:
    """Return the mean of independent values with its interval, cut to where values can be."""
    if len(values) < LEAST:
        return Estimate(fmean(values), None, None, len(values))
    return _around(fmean(values), sqrt(variance(values) / len(values)), len(values) - 1, len(values), least, most)


def mean_of(rows: Sequence[Means]) -> Means:
    """Return the mean of each quantity over the rows that have it."""
    return {name: fmean(values) for name, values in _columns(rows).items()}


def _welch(first: Sequence[float], second: Sequence[float], least: float, most: float) -> Estimate:
    mean, n = fmean(first) - fmean(second), min(len(first), len(second))
    if n < LEAST:
        return Estimate(mean, None, None, n)
    parts = [variance(values) / len(values) for values in (first, second)]
    below = sum(part**2 / (len(values) - 1) for part, values in zip(parts, (first, second), strict=True))
    return _around(mean, sqrt(sum(parts)), sum(parts) ** 2 / below if below else n - 1, n, least, most)


def _around(mean: float, error: float, freedom: float, n: int, least: float, most: float) -> Estimate:
    from scipy.special import stdtrit  # scipy.stats takes three times as long to import

    half = float(stdtrit(freedom, 0.975)) * error
    return Estimate(mean, max(mean - half, least), min(mean + half, most), n)


def _ends(name: str, differences: bool) -> tuple[float, float]:
    """Return between what a quantity can be: shares from 0 to 1, valence and arousal from -1 to 1."""
    most = (1.0 + differences) if name in AFFECT else 1.0
    return (-most if differences or name in AFFECT else 0.0), most


def _columns(rows: Sequence[Means]) -> dict[str, list[float]]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row[name] for row in rows if name in row] for name in names}
