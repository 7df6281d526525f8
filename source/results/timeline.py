"""The readings of overlapping windows as one timeline of segments without overlap.

A segment is a Reading whose start and end bound the part of the recording that it speaks for.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Any

from .prediction import Reading

Merge = Callable[[Sequence[Reading]], Reading]  # neighbouring segments -> one


def mean_probabilities(readings: Sequence[Reading], weights: Sequence[float] | None = None) -> dict[str, float]:
    """Return the mean of the readings' probabilities; empty where none has any. Weights default to seconds of speech.

    >>> mean_probabilities([Reading({"happy": 1.0}, speech_seconds=3.0), Reading({"happy": 0.6}, speech_seconds=1.0)])
    {'happy': 0.9}
    """
    return _means([reading.probabilities for reading in readings], weights or _speech_weights(readings))


def mean_affect(readings: Sequence[Reading], weights: Sequence[float] | None = None) -> dict[str, float]:
    """Return the mean of the readings' sentiment, valence and arousal, without those that none has.

    >>> mean_affect([Reading({}, sentiment=1.0), Reading({}, sentiment=-0.5), Reading({})], (1, 2, 4))
    {'sentiment': 0.0}
    """
    return _means([reading.affect for reading in readings], weights or _speech_weights(readings))


def non_overlapping(readings: Sequence[Reading]) -> list[Reading]:
    """Cut the readings of overlapping windows to segments: each keeps what lies nearer to its middle than to another.

    The segments leave no gap. readings: one person's, in the order of time.
    """
    if not readings:
        return []
    spans = [(reading.start_seconds or 0.0, reading.end_seconds or 0.0) for reading in readings]
    middles = [(start + end) / 2 for start, end in spans]
    edges = [spans[0][0], *((first + second) / 2 for first, second in pairwise(middles)), spans[-1][1]]
    return [
        replace(reading, start_seconds=start, end_seconds=end)
        for reading, (start, end) in zip(readings, pairwise(edges), strict=True)
    ]


def without_pauses(segments: Sequence[Reading], pauses: Sequence[tuple[float, float]]) -> list[Reading]:
    """Cut segments where a pause begins or ends; within a pause they have no probabilities: silence shows nothing."""
    cuts = [edge for pause in pauses for edge in pause]
    result = []
    for segment in segments:
        start, end = segment.start_seconds or 0.0, segment.end_seconds or 0.0
        inside = cuts[bisect_right(cuts, start) : bisect_left(cuts, end)]
        for low, high in pairwise([start, *inside, end]):
            part = replace(segment, start_seconds=low, end_seconds=high)
            if bisect_right(cuts, (low + high) / 2) % 2:  # behind a pause's start, before its end
                part = replace(part, probabilities={}, speech_seconds=0.0, notes=())
            result.append(part)
    return result


def mean_segment(segments: Sequence[Reading]) -> Reading:
    """Average neighbouring segments by their seconds of speech; speech that two windows share counts twice."""
    speech = [segment.speech_seconds for segment in segments if segment.speech_seconds is not None]
    affect: Any = mean_affect(segments)
    return Reading(
        mean_probabilities(segments),
        segments[0].person,
        start_seconds=segments[0].start_seconds,
        end_seconds=segments[-1].end_seconds,
        speech_seconds=sum(speech) if speech else None,
        **affect,
    )


def merge_runs(segments: Sequence[Reading], merge: Merge = mean_segment) -> list[Reading]:
    """Merge every run of segments with the same person and the same answer."""
    runs = groupby(segments, key=lambda segment: (segment.person, answer_of(segment)))
    return [merge(list(run)) for _, run in runs]


def at_most(segments: Sequence[Reading], most: int | None, merge: Merge = mean_segment) -> list[Reading]:
    """Merge equally many neighbours each, so that at most `most` segments are left; None: leave all as they are."""
    size = -(-len(segments) // most) if most else 1
    if size <= 1:
        return list(segments)
    return [merge(segments[start : start + size]) for start in range(0, len(segments), size)]


def answer_of(segment: Reading) -> Hashable:
    """Return a key that is equal where the answers are; "nothing to read" differs from "not sure"."""
    return segment.likeliest is None, segment.emotion


def _speech_weights(readings: Sequence[Reading]) -> list[float]:
    return [1.0 if reading.speech_seconds is None else reading.speech_seconds for reading in readings]


def _means(rows: Sequence[Mapping[str, float]], weights: Sequence[float]) -> dict[str, float]:
    """Return the weighted mean of every entry over the rows that are not empty."""
    weighted = [(weight, row) for weight, row in zip(weights, rows, strict=True) if row]
    total = sum(weight for weight, _ in weighted)
    if not total:
        return {}
    return {name: sum(weight * row[name] for weight, row in weighted) / total for name in weighted[0][1]}
