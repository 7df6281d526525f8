"""Measurement: ours and the alternative take turns, A B A B ..., because the speed of a machine drifts."""

import operator
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, TypeVar

Name = TypeVar("Name")
Result = TypeVar("Result")
RELATIONS = {"<=": operator.le, ">=": operator.ge}
RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes; what getrusage counts memory in


@dataclass(frozen=True)
class Effort:
    """How much to measure."""

    repetitions: int
    """Rounds, after one that does not count."""
    share: float
    """Share of the work in a round."""

    def of(self, work: int, least: int = 1) -> int:
        """Return this effort's share of so many images, frames or steps."""
        return max(least, round(work * self.share))


WHOLE, QUICK = Effort(7, 1.0), Effort(1, 0.02)


@dataclass(frozen=True)
class Row:
    """A line of the table: our figure and a named alternative's, round by round."""

    what: str
    unit: str
    ours: tuple[float, ...]
    """Empty where it could not be measured; `what` then says why."""
    alternative: str = ""
    theirs: tuple[float, ...] = ()
    target: str = ""
    """A condition such as "ratio <= 1.15" or "median >= 170"; empty where there is none."""

    @property
    def median(self) -> float | None:
        return statistics.median(self.ours) if self.ours else None

    @property
    def ratio(self) -> float | None:
        """Ours to theirs: the median of the rounds' ratios, from which the drift between rounds cancels."""
        ratios = [one / other for one, other in zip(self.ours, self.theirs, strict=False)]
        return statistics.median(ratios) if ratios else None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none, or where nothing was measured."""
        if not self.target or not self.ours:
            return None
        figure, relation, limit = self.target.split()
        return RELATIONS[relation](getattr(self, figure), float(limit))


def interleaved(jobs: Mapping[Name, Callable[[], Any]], rounds: int) -> dict[Name, tuple[Any, ...]]:
    """Return what each job returns in each of `rounds` rounds of all jobs, after one warm-up round."""
    given = [{name: job() for name, job in jobs.items()} for _ in range(rounds + 1)]
    return {name: tuple(results[name] for results in given[1:]) for name in jobs}


def seconds(job: Callable[[], object], times: int = 1) -> float:
    """Return the mean duration of the job over so many calls."""
    started = time.perf_counter()
    for _ in range(times):
        job()
    return (time.perf_counter() - started) / times


def in_fresh_process(job: Callable[..., Result], *arguments: object) -> Result:
    """Return what the job returns in a new process, which nothing else has warmed up, filled or configured."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(job, *arguments).result()


def peak_gigabytes(workers: int = 0) -> float:
    """Return the peak resident memory of this process and of `workers` that it has waited for. Not on Windows.

    Each worker counts as the largest of them, and all peaks as simultaneous: an upper bound. The kernel lets a new
    process begin with the peak of the one that started it, so whoever starts what is measured has to stay small.
    """
    from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

    peak = getrusage(RUSAGE_SELF).ru_maxrss + workers * getrusage(RUSAGE_CHILDREN).ru_maxrss
    return peak * RSS_UNIT / 1e9
