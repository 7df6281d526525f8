"""What the modalities said of a video, each by itself and all together, as a timeline without overlap.

Works on the readings of overlapping windows; `source.results.timeline` does the same for a single modality.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from .attribution import NAMES
from .prediction import Prediction, Reading
from .timeline import mean_affect, mean_probabilities, moments, without_pauses


def parts_of(prediction: Prediction, most: int | None = None) -> list[Reading]:
    """The readings as moments without overlap; where there are more than `most`, neighbours are averaged."""
    return at_most(moments(prediction.readings), most, joined)


def stretches_of(prediction: Prediction, most: int | None = None) -> list[Reading]:
    """The moments with every run of one person's same answer joined, and with what is said in it as `text`.

    most: if the runs are more, each stands for a longer time, in which its answer prevails.
    """
    return _with_words(_runs(moments(prediction.readings), most), prediction.sentences)


def same_answers(parts: Sequence[Reading]) -> list[Reading]:
    """Neighbours in time with the same answer of the same person as one."""
    runs = groupby(parts, key=lambda part: (part.person, _answer(part)))
    return [joined(list(run)) for _, run in runs]


def at_most(parts: Sequence[Reading], most: int | None, one_of: Callable[..., Reading]) -> list[Reading]:
    """Parts in the order of time, as at most so many; one_of: makes one of neighbours."""
    many = -(-len(parts) // most) if most else 1
    return list(parts) if many <= 1 else [one_of(parts[at : at + many]) for at in range(0, len(parts), many)]


def prevailing(parts: Sequence[Reading]) -> Reading:
    """Neighbouring moments as one with the answer that lasts the longest in them, the mean of those that have it.

    In an overview that says more than the mean of them all, which is seldom sure.
    """
    lasting: dict[Any, float] = {}
    for part in parts:
        lasting[_answer(part)] = lasting.get(_answer(part), 0.0) + length_of(part)
    answer = max(lasting, key=lasting.__getitem__)
    chosen = joined([part for part in parts if _answer(part) == answer])
    return replace(chosen, start_seconds=parts[0].start_seconds, end_seconds=parts[-1].end_seconds)


def joined(parts: Sequence[Reading]) -> Reading:
    """Neighbouring moments as one, everything in it the mean over time; its person is who is there the longest."""
    if len(parts) == 1:
        return parts[0]
    weights = [max(length_of(part), 1e-9) for part in parts]
    people, affect = {part.person: 0.0 for part in parts}, mean_affect(parts, weights)
    for part, weight in zip(parts, weights, strict=True):
        people[part.person] += weight
    return Reading(
        mean_probabilities(parts, weights),
        max(people, key=people.__getitem__),
        start_seconds=parts[0].start_seconds,
        end_seconds=parts[-1].end_seconds,
        modalities=_means_by_name([part.modalities for part in parts], weights),
        drivers=_mean_drivers(parts, weights),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        sentiment=affect.get("sentiment"),
        valence=affect.get("valence"),
        arousal=affect.get("arousal"),
    )


def alone(prediction: Prediction, modality: str, most: int | None = None) -> list[Reading]:
    """What one modality said by itself, as runs of the same answer; without probabilities where there was none of it.

    The words' answers lie where the sentences are said, the voice's only where there is no pause.
    """
    if modality == "text" and prediction.sentences:
        return at_most([_said_by(modality, part) for part in timed(prediction.sentences)], most, prevailing)
    parts = [_said_by(modality, part) for part in moments(prediction.readings)]
    if modality == "audio":
        parts = without_pauses(parts, prediction.pauses)
    return _runs(parts, most)


def modalities_in(prediction: Prediction) -> list[str]:
    """Those that anything was read from, in the order of NAMES."""
    there = {name for reading in (*prediction.readings, *prediction.sentences) for name in reading.modalities or ()}
    return [*(name for name in NAMES if name in there), *sorted(there - set(NAMES))]


def presence(prediction: Prediction, person: int, most: int) -> list[Reading]:
    """When a person's face is seen, and what it shows then: at most about `most` stretches of the same answer."""
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
    return [joined(run) for run in runs]


def most_seen(prediction: Prediction, most: int) -> list[int]:
    """Numbers of the persons whose faces are seen the longest, in their own order."""
    seen = Counter(face.person for face in prediction.faces)
    return sorted(person for person, _ in seen.most_common(most))


def timed(readings: Iterable[Reading]) -> list[Reading]:
    """Those that have a beginning and an end."""
    return [one for one in readings if one.start_seconds is not None and one.end_seconds is not None]


def length_of(reading: Reading) -> float:
    """Seconds."""
    return (reading.end_seconds or 0.0) - (reading.start_seconds or 0.0)


def _runs(parts: Sequence[Reading], most: int | None) -> list[Reading]:
    runs = same_answers(parts)
    return runs if not most or len(runs) <= most else same_answers(at_most(parts, most, prevailing))


def _answer(part: Reading) -> tuple[bool, str | None]:
    """What tells one stretch from the next: nothing to read is not the same as not sure."""
    return part.likeliest is None, part.emotion


def _said_by(modality: str, part: Reading) -> Reading:
    """The part with one modality's own answer as its answer."""
    said = (part.modalities or {}).get(modality, {})
    speech = part.speech_seconds if modality == "audio" else None
    return replace(
        part, probabilities=said, modalities=None, drivers=None, speech_seconds=speech, valence=None, arousal=None
    )


def _with_words(parts: Sequence[Reading], sentences: Sequence[Reading]) -> list[Reading]:
    """Each part with the sentences whose middles lie in it; without sentences, its own text if it has one."""
    spoken, at, result = sorted(timed(sentences), key=_middle), 0, []
    for part in parts:
        texts = []
        while at < len(spoken) and _middle(spoken[at]) < (part.end_seconds or 0.0):
            texts.append(spoken[at].text)
            at += 1
        result.append(replace(part, text=" ".join(texts)) if spoken else part)
    return result


def _middle(reading):
    return (reading.start_seconds + reading.end_seconds) / 2


def _means_by_name(
    rows: Sequence[Mapping[str, dict[str, float]] | None], weights: Sequence[float]
) -> dict[str, dict[str, float]] | None:
    """The mean answer of every modality over the parts that have it."""
    names = dict.fromkeys(name for row in rows for name in row or ())
    answers = {name: [Reading((row or {}).get(name, {})) for row in rows] for name in names}
    means = {name: mean_probabilities(readings, weights) for name, readings in answers.items()}
    return None if all(row is None for row in rows) else {name: mean for name, mean in means.items() if mean}


def _mean_drivers(parts, weights):
    """The mean of what each modality gives to the parts' answers; where it is not there it gives nothing."""
    rows = [(part.drivers, weight) for part, weight in zip(parts, weights, strict=True) if part.drivers is not None]
    total, names = sum(weight for _, weight in rows), dict.fromkeys(name for row, _ in rows for name in row)
    return {name: sum(row.get(name, 0.0) * weight for row, weight in rows) / total for name in names} if rows else None
