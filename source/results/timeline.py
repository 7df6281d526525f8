"""The readings of overlapping windows as one timeline: which part of the recording shows what."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from .prediction import Reading


def mean_probabilities(readings: Sequence[Reading], weights: Sequence[float] | None = None) -> dict[str, float]:
    """Mean of the readings' probabilities; empty where none has any. weights: by default the seconds of speech.

    >>> mean_probabilities([Reading({"happy": 1.0}, speech_seconds=3.0), Reading({"happy": 0.6}, speech_seconds=1.0)])
    {'happy': 0.9}
    """
    return _means([reading.probabilities for reading in readings], weights or _spoken(readings))


def mean_affect(readings: Sequence[Reading], weights: Sequence[float] | None = None) -> dict[str, float]:
    """Mean of the readings' sentiment, valence and arousal, without those that none has.

    >>> mean_affect([Reading({}, sentiment=1.0), Reading({}, sentiment=-0.5), Reading({})], (1, 2, 4))
    {'sentiment': 0.0}
    """
    return _means([reading.affect for reading in readings], weights or _spoken(readings))


def moments(readings: Sequence[Reading]) -> list[Reading]:
    """The readings of overlapping windows, each with the part of the recording that it speaks for as its stretch.

    That is what lies nearer to its window's middle than to the middle of another: no gap, no overlap. readings: one
    person's, in the order of time.
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


def without_pauses(parts: Sequence[Reading], pauses: Sequence[tuple[float, float]]) -> list[Reading]:
    """Moments, cut where a pause begins or ends; what lies in a pause has no probabilities: silence shows nothing."""
    cuts = [edge for pause in pauses for edge in pause]
    pieces = []
    for part in parts:
        start, end = part.start_seconds or 0.0, part.end_seconds or 0.0
        inside = cuts[bisect_right(cuts, start) : bisect_left(cuts, end)]
        for low, high in pairwise([start, *inside, end]):
            silent = bisect_right(cuts, (low + high) / 2) % 2  # behind a start, before its end
            spoken = {"probabilities": {}, "speech_seconds": 0.0, "notes": ()} if silent else {}
            pieces.append(replace(part, start_seconds=low, end_seconds=high, **spoken))
    return pieces


def joined(parts: Sequence[Reading]) -> Reading:
    """Neighbouring moments as one, its probabilities their mean; speech that two windows share counts twice."""
    speech = [part.speech_seconds for part in parts if part.speech_seconds is not None]
    return Reading(
        mean_probabilities(parts),
        parts[0].person,
        start_seconds=parts[0].start_seconds,
        end_seconds=parts[-1].end_seconds,
        speech_seconds=sum(speech) if speech else None,
        **mean_affect(parts),
    )


def stretches(parts: Sequence[Reading]) -> list[Reading]:
    """Moments with every run of the same answer joined."""
    runs = groupby(parts, key=lambda part: (part.likeliest is None, part.emotion))
    return [joined(list(run)) for _, run in runs]


def _spoken(readings):
    return [1.0 if reading.speech_seconds is None else reading.speech_seconds for reading in readings]


def _means(rows: Sequence[Mapping[str, float]], weights: Sequence[float]) -> dict[str, float]:
    """The mean of every entry over the rows that are not empty."""
    there = [(weight, row) for weight, row in zip(weights, rows, strict=True) if row]
    total = sum(weight for weight, _ in there)
    return {name: sum(weight * row[name] for weight, row in there) / total for name in there[0][1]} if total else {}
