"""What one recording displays: means over its time, shares of it, and its course."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ...results.cells import NOT_SURE, NOTHING
from ...results.circumplex import valence_arousal
from ...results.kept import Kept
from ...results.prediction import Prediction, Reading
from ...results.tracks import answer_segments

MOST_PARTS = 600  # of the course of a recording: a chart has no more pixels
AFFECT = ("valence", "arousal")

Stretch = tuple[float, float]  # from and to, in seconds
Means = dict[str, float]


@dataclass(frozen=True)
class Part:
    """A stretch of a recording's course; begin and end in seconds from where it was read."""

    begin: float
    end: float
    probabilities: dict[str, float]


@dataclass(frozen=True)
class Recording:
    """One recording, text or picture, and what it displays."""

    id: str
    name: str
    model: str
    participant: str
    group: str
    seconds: float
    """Length of what was read; 0 of what has no times."""
    excluded_seconds: float
    parts: tuple[Part, ...]
    """Its course; empty of what has no times."""
    path: tuple[tuple[float, float] | None, ...]
    """Valence and arousal of each part; null where neither can be told."""
    mood: tuple[float, float] | None
    """Valence and arousal of the whole."""
    means: Means
    """Of each label's probability, of valence and arousal, over the time in which there is an answer."""
    shares: Means
    """Of the time, of each answer, "not sure" and "nothing"; of a text they are of its words."""
    change: Means | None = None
    """Of the means, against the baseline."""


def recording_of(id: str, kept: Kept) -> Recording:
    """Return what a result displays, without its excluded stretches."""
    prediction, added = kept.corrected, kept.annotations
    seconds = prediction.seconds or 0.0
    segments = _segments(kept)
    weights = _weights(segments, excluded=added.excluded)
    means, course = means_of(segments, weights), list(_course(segments, prediction)) if seconds else []
    excluded_seconds = _overlap((prediction.start_seconds, prediction.start_seconds + seconds), added.excluded)
    return Recording(
        id, Path(prediction.source).name or kept.name, prediction.model, added.participant, added.group, seconds,
        excluded_seconds, tuple(part for part, _ in course), tuple(place for _, place in course), _place(means), means,
        _shares(segments, weights, prediction.labels, seconds - excluded_seconds if seconds else None),
    )  # fmt: skip


def against_stretch(kept: Kept, stretch: Stretch) -> Means | None:
    """Return the means of the rest of a recording less those of a stretch of it; None where either has none."""
    segments, excluded = _segments(kept), kept.annotations.excluded
    inside = means_of(segments, _weights(segments, within=stretch, excluded=excluded))
    outside = means_of(segments, _weights(segments, excluded=[*excluded, stretch]))
    return less(outside, inside)


def less(means: Means, baseline: Means) -> Means | None:
    """Return the differences of what both have; None where that is nothing."""
    return {name: value - baseline[name] for name, value in means.items() if name in baseline} or None


def means_of(segments: Sequence[Reading], weights: Sequence[float]) -> Means:
    """Return the mean probability of each label, valence and arousal; what no segment has is left out."""
    rows: list[tuple[float, Mapping[str, float]]] = []
    for segment, weight in zip(segments, weights, strict=True):
        if segment.probabilities and weight > 0:
            rows.append((weight, segment.probabilities | _affect(segment)))
    names = dict.fromkeys(name for _, row in rows for name in row)
    having = {name: [(weight, row[name]) for weight, row in rows if name in row] for name in names}
    return {name: sum(w * value for w, value in some) / sum(w for w, _ in some) for name, some in having.items()}


def _affect(reading: Reading) -> Means:
    """Return valence and arousal as measured, else as the probabilities' place in the circumplex; none for neither."""
    place = (reading.valence, reading.arousal)
    if None in place:
        place = valence_arousal(reading.probabilities)
    return {name: value for name, value in zip(AFFECT, place or (), strict=False) if value is not None}


def _place(means: Means) -> tuple[float, float] | None:
    valence, arousal = (means.get(name) for name in AFFECT)
    return None if valence is None or arousal is None else (round(valence, 4), round(arousal, 4))


def _course(segments: Sequence[Reading], prediction: Prediction) -> Iterator[tuple[Part, tuple[float, float] | None]]:
    """Yield MOST_PARTS parts at most, each the mean of as many neighbours, with its place on the circumplex."""
    size = -(-len(segments) // MOST_PARTS)
    for some in (segments[at : at + size] for at in range(0, len(segments), size or 1)):
        means = means_of(some, _weights(some))
        begin, end = (some[0].start_seconds or 0.0), (some[-1].end_seconds or 0.0)
        begin, end = (round(edge - prediction.start_seconds, 3) for edge in (begin, end))
        shares = {label: round(means[label], 4) for label in prediction.labels if label in means}
        yield Part(begin, end, shares), _place(means)


def _segments(kept: Kept) -> list[Reading]:
    prediction = kept.corrected
    return list(prediction.readings) if prediction.seconds is None else answer_segments(prediction)


def _weights(
    segments: Sequence[Reading], within: Stretch | None = None, excluded: Sequence[Stretch] = ()
) -> list[float]:
    """Return for how long each segment counts, in seconds; without times its number of words, of a face 1."""
    weights = []
    for segment in segments:
        if segment.start_seconds is None or segment.end_seconds is None:
            weights.append(float(len(segment.text.split()) or 1))
            continue
        start, end = segment.start_seconds, segment.end_seconds
        if within:
            start, end = max(start, within[0]), min(end, within[1])
        weights.append(max(end - start - _overlap((start, end), excluded), 0.0) if start < end else 0.0)
    return weights


def _shares(segments: Sequence[Reading], weights: Sequence[float], labels: Sequence[str], total: float | None) -> Means:
    """Return the share of each answer in `total` seconds; None: in what there is."""
    sums = dict.fromkeys((*labels, NOT_SURE, NOTHING), 0.0)
    for segment, weight in zip(segments, weights, strict=True):
        sums[(segment.emotion or NOT_SURE) if segment.probabilities else NOTHING] += weight
    spoken = sum(sums.values())
    whole = max(spoken, total or 0.0)
    sums[NOTHING] += whole - spoken
    return {name: value / whole for name, value in sums.items()} if whole else {}


def _overlap(stretch: Stretch, others: Sequence[Stretch]) -> float:
    """Return how many seconds of a stretch lie in any of the others, which may overlap."""
    cut = sorted((max(start, stretch[0]), min(end, stretch[1])) for start, end in others)
    edges = sorted({edge for start, end in cut if start < end for edge in (start, end)})
    return sum(b - a for a, b in pairwise(edges) if any(start <= a and b <= end for start, end in cut))
