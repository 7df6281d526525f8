"""The readings of a voice's windows, and their mean."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..core import config
from ..core.arrays import tensors
from ..media.sound.speech_activity import Speech
from ..results.prediction import Reading
from ..results.timeline import mean_probabilities
from ..training.checkpoint import Trained
from .mixtures import MIXTURES, mixture_notes
from .spoken_windows import SpokenWindows

LITTLE_SPEECH_SECONDS = 1.0  # a reading of less carries a note and is made less sure: see `soften`
FARTHEST = 1.0  # of the network's `distance`; what lies beyond is nothing that it has learnt to read
UNFAMILIAR = "unlike any voice in training"
WITHHELD = 0.95  # of the confidence beyond even that would just be an answer


class VoiceReader(SpokenWindows):
    """Makes a Reading of each window of a recording, without probabilities where nobody speaks."""

    def __init__(self, trained: Trained, speech: Speech) -> None:
        super().__init__(trained.settings, speech, trained.person)
        self.readings: list[Reading] = []
        self._trained = trained

    def _append(self, start: int, end: int, speech_seconds: float) -> None:
        rate_hz = self.own_speech.rate_hz
        self.readings.append(Reading({}, 0, None, start / rate_hz, end / rate_hz, speech_seconds=speech_seconds))

    def _answer(self, spoken: Sequence[int], arrays: dict[str, np.ndarray]) -> None:
        rows = self._trained.probabilities(arrays)
        notes = voice_notes(self._trained.network, self._settings.encoder, arrays)
        for at, row, doubts in zip(spoken, rows, notes, strict=True):
            seconds = self.readings[at].speech_seconds or 0.0
            row = soften(row.astype(np.float64), seconds, UNFAMILIAR in doubts)
            probabilities = dict(zip(self._trained.labels, row.tolist(), strict=True))
            if seconds < LITTLE_SPEECH_SECONDS:  # on less than a second nobody can tell what else there is
                doubts = (*speech_notes(seconds), *(doubt for doubt in doubts if doubt == UNFAMILIAR))
            self.readings[at] = replace(self.readings[at], probabilities=probabilities, notes=doubts)


def voice_notes(network: Any, encoder: str, arrays: dict[str, np.ndarray]) -> list[tuple[str, ...]]:
    """Return the notes on what these inputs hold beside one voice, and on whether it is far from all training data.

    network: the audio model's; encoder: the one that its settings name.
    """
    import torch

    count, distance = len(next(iter(arrays.values()))), getattr(network, "distance", None)
    mixtures = mixture_notes(arrays["encoder"]) if encoder == "small" else [()] * count
    if distance is None:
        return mixtures
    with torch.inference_mode():
        is_far = (distance(**tensors(arrays)) > FARTHEST).tolist()
    return [(*mixture, UNFAMILIAR) if far else mixture for mixture, far in zip(mixtures, is_far, strict=True)]


def overall_reading(readings: Sequence[Reading], speech_seconds: float, seconds: float) -> Reading:
    """Return the mean of the windows' readings, weighted by their speech, for a recording of this length.

    What holds of most of the speech is said of the whole: it is "not sure" where that is unlike any voice in training.
    """
    probabilities = mean_probabilities(readings)
    seconds_with = dict.fromkeys((*MIXTURES.values(), UNFAMILIAR), 0.0)
    for reading in readings:
        for note in seconds_with.keys() & set(reading.notes):
            seconds_with[note] += reading.speech_seconds or 0.0
    seconds_read = sum(reading.speech_seconds or 0.0 for reading in readings if reading.probabilities)
    mostly = [note for note, with_note in seconds_with.items() if with_note > seconds_read / 2]
    notes = (*speech_notes(speech_seconds), *mostly) if probabilities else ()
    if UNFAMILIAR in mostly:
        row = soften(np.array([*probabilities.values()]), LITTLE_SPEECH_SECONDS, True)
        probabilities = dict(zip(probabilities, row.tolist(), strict=True))
    return Reading(probabilities, 0, None, 0.0, seconds, notes=notes, speech_seconds=speech_seconds)


def soften(probabilities: np.ndarray, speech_seconds: float, is_unfamiliar: bool) -> np.ndarray:
    """Mix probabilities (labels,) with the uniform distribution, where they are surer than they can be.

    By the share that the speech falls short of LITTLE_SPEECH_SECONDS: the temperature was fitted on whole sentences. On
    less than a second the network is as sure, but seldom right. Of a voice unlike any in training as far as it takes
    for the answer to be "not sure", unless somebody wants an answer to everything.

    >>> soften(np.array([0.9, 0.06, 0.04]), 3.0, True).max() < config.NOT_SURE_BELOW
    True
    """
    even = 1 / len(probabilities)
    share = min(1.0, speech_seconds / LITTLE_SPEECH_SECONDS)
    likeliest = even + share * (probabilities.max() - even)
    if is_unfamiliar and even < config.NOT_SURE_BELOW <= likeliest:
        share *= WITHHELD * (config.NOT_SURE_BELOW - even) / (likeliest - even)
    return share * probabilities + (1 - share) * even


def speech_notes(speech_seconds: float) -> tuple[str, ...]:
    """Return the notes on what makes a reading of so much speech less reliable."""
    return (f"little speech: {speech_seconds:.1f} s",) if speech_seconds < LITTLE_SPEECH_SECONDS else ()
