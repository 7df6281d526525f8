"""What the modalities of a video read, each by itself and all together, as segments without overlap.

`source.results.timeline` does the same for a single modality.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from .. import MODELS
from .prediction import Prediction, Reading
from .timeline import answer_of, at_most, mean_affect, mean_probabilities, merge_runs, non_overlapping, without_pauses


def segments_of(prediction: Prediction, most: int | None = None) -> list[Reading]:
    """Return the readings as segments without overlap; more than `most` are averaged with their neighbours."""
    return at_most(non_overlapping(prediction.readings), most, mean_multimodal)


def merged_segments_of(prediction: Prediction, most: int | None = None) -> list[Reading]:
    """Return the segments with every run of one person's same answer merged, and with its words as `text`.

    most: where there are more runs, each segment covers a longer time and gives the answer that prevails in it.
    """
    return _with_words(_merged(non_overlapping(prediction.readings), most), prediction.sentences)


def prevailing(segments: Sequence[Reading]) -> Reading:
    """Merge neighbouring segments to the answer that lasts longest: the mean of those that have it.

    In an overview that says more than the mean of them all, which is seldom sure.
    """
    seconds: defaultdict[Hashable, float] = defaultdict(float)
    for segment in segments:
        seconds[answer_of(segment)] += _length(segment)
    longest = max(seconds, key=seconds.__getitem__)
    chosen = mean_multimodal([segment for segment in segments if answer_of(segment) == longest])
    return replace(chosen, start_seconds=segments[0].start_seconds, end_seconds=segments[-1].end_seconds)


def mean_multimodal(segments: Sequence[Reading]) -> Reading:
    """Average everything in neighbouring segments over time; the person is the one who is seen longest."""
    if len(segments) == 1:
        return segments[0]
    weights = [max(_length(segment), 1e-9) for segment in segments]
    affect: Any = mean_affect(segments, weights)
    people: defaultdict[int, float] = defaultdict(float)
    for segment, weight in zip(segments, weights, strict=True):
        people[segment.person] += weight
    return Reading(
        mean_probabilities(segments, weights),
        max(people, key=people.__getitem__),
        start_seconds=segments[0].start_seconds,
        end_seconds=segments[-1].end_seconds,
        modalities=_mean_modalities([segment.modalities for segment in segments], weights),
        attribution=_mean_attribution(segments, weights),
        notes=tuple(dict.fromkeys(note for segment in segments for note in segment.notes)),
        **affect,
    )


def unimodal_segments(prediction: Prediction, modality: str, most: int | None = None) -> list[Reading]:
    """Return what one modality reads by itself, with runs merged; without probabilities where it is absent.

    The words' answers lie where the sentences are spoken, the voice's only outside of pauses.
    """
    if modality == "text" and prediction.sentences:
        return at_most([_only(modality, sentence) for sentence in timed(prediction.sentences)], most, prevailing)
    segments = [_only(modality, segment) for segment in non_overlapping(prediction.readings)]
    if modality == "audio":
        segments = without_pauses(segments, prediction.pauses)
    return _merged(segments, most)


def modalities_in(prediction: Prediction) -> list[str]:
    """Return the modalities that anything was read from, in the order of MODELS."""
    present = {name for reading in (*prediction.readings, *prediction.sentences) for name in reading.modalities or ()}
    return [*(name for name in MODELS if name in present), *sorted(present - set(MODELS))]


def face_segments(prediction: Prediction, person: int, most: int) -> list[Reading]:
    """Return when a person's face is seen and what it shows then: about `most` runs of the same answer at most."""
    seen = [face for face in timed(prediction.faces) if face.person == person]
    bin_seconds = max((prediction.seconds or 0.0) / most, 1e-6)
    if len(seen) > most:
        bins = groupby(seen, key=lambda face: int((face.start_seconds or 0.0) / bin_seconds))
        seen = [prevailing(list(faces)) for _, faces in bins]
    runs: list[list[Reading]] = []
    for face in seen:
        last = runs[-1][-1] if runs else None
        gap = (face.start_seconds or 0.0) - (last.end_seconds or 0.0) if last else 0.0
        if last is not None and gap < bin_seconds / 2 and last.emotion == face.emotion:
            runs[-1].append(face)
        else:
            runs.append([face])
    return [mean_multimodal(run) for run in runs]


def most_seen(prediction: Prediction, most: int) -> list[int]:
    """Return the numbers of the `most` persons whose faces are seen longest, ascending."""
    seen = Counter(face.person for face in prediction.faces)
    return sorted(person for person, _ in seen.most_common(most))


def timed(readings: Iterable[Reading]) -> list[Reading]:
    """Return the readings that have a start and an end."""
    return [reading for reading in readings if reading.start_seconds is not None and reading.end_seconds is not None]


def _length(reading: Reading) -> float:
    return (reading.end_seconds or 0.0) - (reading.start_seconds or 0.0)


def _middle(reading: Reading) -> float:
    return ((reading.start_seconds or 0.0) + (reading.end_seconds or 0.0)) / 2


def _merged(segments: Sequence[Reading], most: int | None) -> list[Reading]:
    runs = merge_runs(segments, mean_multimodal)
    return merge_runs(at_most(runs, most, prevailing), mean_multimodal) if most and len(runs) > most else runs


def _only(modality: str, segment: Reading) -> Reading:
    """Return the segment with one modality's own answer as its answer."""
    return replace(
        segment,
        probabilities=(segment.modalities or {}).get(modality, {}),
        modalities=None,
        attribution=None,
        speech_seconds=segment.speech_seconds if modality == "audio" else None,
        valence=None,
        arousal=None,
    )


def _with_words(segments: Sequence[Reading], sentences: Sequence[Reading]) -> list[Reading]:
    """Give each segment the sentences whose middles lie in it; without sentences it keeps its own text."""
    spoken, at, result = sorted(timed(sentences), key=_middle), 0, []
    for segment in segments:
        texts = []
        while at < len(spoken) and _middle(spoken[at]) < (segment.end_seconds or 0.0):
            texts.append(spoken[at].text)
            at += 1
        result.append(replace(segment, text=" ".join(texts)) if spoken else segment)
    return result


def _mean_modalities(
    rows: Sequence[Mapping[str, dict[str, float]] | None], weights: Sequence[float]
) -> dict[str, dict[str, float]] | None:
    """Return the mean answer of every modality over the segments that have it."""
    if all(row is None for row in rows):
        return None
    names = dict.fromkeys(name for row in rows for name in row or ())
    answers = {name: [Reading((row or {}).get(name, {})) for row in rows] for name in names}
    means = {name: mean_probabilities(readings, weights) for name, readings in answers.items()}
    return {name: mean for name, mean in means.items() if mean}


def _mean_attribution(segments: Sequence[Reading], weights: Sequence[float]) -> dict[str, float] | None:
    """Return the mean attribution of each modality; where a modality is absent, its attribution is 0."""
    pairs = zip(segments, weights, strict=True)
    rows = [(segment.attribution, weight) for segment, weight in pairs if segment.attribution is not None]
    if not rows:
        return None
    total, names = sum(weight for _, weight in rows), dict.fromkeys(name for row, _ in rows for name in row)
    return {name: sum(row.get(name, 0.0) * weight for row, weight in rows) / total for name in names}
