"""What was observed in a video -> a Reading for each window, from all modalities, and what they come to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...audio.predict import speech_notes
from ...results.prediction import Reading
from ...results.timeline import mean_probabilities
from ...training.checkpoint import Trained
from ..features import frame_places
from .active_speaker import focused
from .face_track import Sightings
from .forward import PARTS, Parts, answers, named, only, placed, there
from .stream import Observed
from .voice_stream import Window
from .words import words_of, words_read

BATCH = 256  # windows that go through the fusion together
SMOOTHING = (0.25, 0.5, 0.25)  # weights of the window before, the window itself and the one after

Of = tuple[Window, int | None, str]  # what a reading is of: a window, the person in focus and the words


@dataclass(frozen=True)
class Said:
    """What the network says of N windows by M modalities."""

    there: np.ndarray
    """(N, M) bool."""
    fused: np.ndarray
    """(N, labels) probabilities, as the next ones."""
    alone: np.ndarray
    """(N, M, labels): by each modality with all others hidden."""
    without: np.ndarray
    """(N, M, labels): by all others; without the only one, even shares."""


def window_readings(observed: Observed, trained: Trained) -> list[Reading]:
    """A Reading for each window: of the person in focus, smoothed over its neighbours, with what each modality says."""
    if not observed.windows:
        return []
    people = focused(observed.windows, observed.sightings)
    words = words_of(observed.document.utterances, observed.windows)
    of, read = list(zip(observed.windows, people, words, strict=True)), words_read(words, trained)
    batches = [of[start : start + BATCH] for start in range(0, len(of), BATCH)]
    batches = [_said(_parts(batch, observed.sightings, read, trained), trained) for batch in batches]
    said = smoothed(_joined(batches), people)
    return [placed(_reading(one, at, said, trained)) for at, one in enumerate(of)]


def _said(parts: Parts, trained: Trained) -> Said:
    names = trained.settings.modalities
    present, fused = np.stack([there(parts, name) for name in names], 1), answers(parts, trained)
    alone = [answers(only(parts, [name]), trained) for name in names]
    without = [answers(only(parts, [other for other in names if other != name]), trained) for name in names]
    said = Said(present, fused, np.stack(alone, 1), np.stack(without, 1))
    said.without[present & (present.sum(1, keepdims=True) == 1)] = 1 / fused.shape[1]
    return said


def _joined(batches: Sequence[Said]) -> Said:
    return Said(*(np.concatenate([getattr(one, name) for one in batches]) for name in Said.__dataclass_fields__))


def smoothed(said: Said, people: Sequence[int | None]) -> Said:
    """Each window's answers as the weighted mean of its own and its neighbours', where they are of the same person."""
    near = _near(people, said.there.sum(1) > 0)
    nearby = [_near(people, one) for one in said.there.T]
    alone = [_mean_near(said.alone[:, at], weights) for at, weights in enumerate(nearby)]
    return Said(said.there, _mean_near(said.fused, near), np.stack(alone, 1), _mean_near(said.without, near))


def _near(people: Sequence[int | None], present: np.ndarray) -> np.ndarray:
    """What each window's neighbour before, itself and its neighbour after weigh: (N, 3), rows of sum 1."""
    who = np.array([-1 if person is None else person for person in people])
    weights = np.tile(SMOOTHING, (len(who), 1))
    same = (who[1:] == who[:-1]) & present[1:] & present[:-1]
    weights[1:, 0] *= same
    weights[:-1, 2] *= same
    weights[0, 0] = weights[-1, 2] = 0
    return weights / weights.sum(1, keepdims=True)


def _mean_near(rows: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """rows (N, ...), weights (N, 3)."""
    before, after = np.roll(rows, 1, 0), np.roll(rows, -1, 0)
    return np.einsum("nk,kn...->n...", weights, np.stack([before, rows, after]))


def _reading(of: Of, at: int, said: Said, trained: Trained) -> Reading:
    window, person, text = of
    here = [(number, name) for number, name in enumerate(trained.settings.modalities) if said.there[at, number]]
    likeliest = int(said.fused[at].argmax())
    lost = said.fused[at, likeliest] - said.without[at, :, likeliest]
    return Reading(
        named(said.fused[at], trained) if here else {},
        person or 0,
        start_seconds=window.start_seconds,
        end_seconds=window.end_seconds,
        modalities={name: named(said.alone[at, number], trained) for number, name in here},
        attribution={name: float(lost[number]) for number, name in here},
        speech_seconds=window.speech_seconds,
        text=text,
        notes=() if window.voice is None else speech_notes(window.speech_seconds),
    )


def _parts(batch: Sequence[Of], sightings: Sightings, read: Mapping[str, Tensor], trained: Trained) -> Parts:
    """The windows as `CombinedModel.fused` takes them."""
    lengths, parts = trained.network.lengths, {}
    if "face" in lengths:
        parts |= _face_parts(batch, sightings, trained.settings, lengths["face"])
    if "audio" in lengths:
        silence = np.zeros(lengths["audio"], np.float32)
        voices = np.stack([silence if window.voice is None else window.voice for window, _, _ in batch])
        heard = torch.tensor([window.voice is not None for window, _, _ in batch])
        parts |= {"voices": torch.from_numpy(voices), "heard": heard}
    if "text" in lengths:
        words = torch.stack([read[text] for _, _, text in batch])
        parts |= {"words": words, "said": torch.tensor([bool(text) for _, _, text in batch])}
    return parts


def _face_parts(batch, sightings: Sightings, settings: Any, length: int) -> Parts:
    faces = np.zeros((len(batch), settings.frames, length), np.float32)
    seen = np.zeros(faces.shape[:2], bool)
    for at, (window, person, _) in enumerate(batch):
        if person is not None:
            rows = sightings.between(window.start_seconds, window.end_seconds, person)
            places = frame_places(sightings.seconds[rows], window.start_seconds, settings)
            faces[at, places], seen[at, places] = sightings.features[rows], True  # of two in one place the later stays
    return {"faces": torch.from_numpy(faces), "seen": torch.from_numpy(seen)}


def overall_reading(readings: Sequence[Reading], speech_seconds: float, seconds: float) -> Reading:
    """What all windows come to: their mean, each of the same weight."""
    whole = Reading(
        _mean([reading.probabilities for reading in readings]),
        start_seconds=0.0,
        end_seconds=seconds,
        modalities={name: _mean([(one.modalities or {}).get(name, {}) for one in readings]) for name in PARTS},
        attribution={name: _mean_attribution(readings, name) for name in PARTS},
        speech_seconds=speech_seconds,
    )
    present = [name for name, shares in (whole.modalities or {}).items() if shares]
    kept = {field: {name: getattr(whole, field)[name] for name in present} for field in ("modalities", "attribution")}
    return placed(replace(whole, **kept))


def _mean(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return mean_probabilities([Reading(dict(row)) for row in rows], [1.0] * len(rows))


def _mean_attribution(readings: Sequence[Reading], name: str) -> float:
    values = [one.attribution[name] for one in readings if one.attribution and name in one.attribution]
    return float(np.mean(values)) if values else 0.0
