"""The readings of a voice's windows, and their mean."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..core.arrays import stacked
from ..media.sound.speech_activity import Speech
from ..results.prediction import Reading
from ..results.timeline import mean_probabilities
from ..training.checkpoint import Trained
from .features import featurize

LEAST_SPEECH_SECONDS = 0.25  # a syllable; a window with less is "no speech"
LEAST_SPEECH_SHARE = 0.5  # of a recording shorter than two syllables
LITTLE_SPEECH_SECONDS = 1.0  # a reading of less carries a note and is made less sure: see `soften`


def read_windows(windows: Sequence[tuple[int, np.ndarray]], speech: Speech, trained: Trained) -> list[Reading]:
    """Return a Reading for each window (first sample, samples); all with enough speech go through the network together.

    `speech` must cover the windows.
    """
    settings = trained.settings.for_prediction()
    rate_hz = settings.sample_rate_hz
    readings = [
        Reading(
            probabilities={},
            start_seconds=start / rate_hz,
            end_seconds=(start + len(samples)) / rate_hz,
            speech_seconds=speech.samples(start, start + len(samples)) / rate_hz,
        )
        for start, samples in windows
    ]
    speech_seconds = [reading.speech_seconds or 0 for reading in readings]
    lengths = [len(samples) / rate_hz for _, samples in windows]
    spoken = [index for index in range(len(windows)) if enough_speech(speech_seconds[index], lengths[index])]
    if not spoken:
        return readings
    arrays = stacked([featurize(windows[index][1], settings) for index in spoken])
    for index, row in zip(spoken, trained.probabilities(arrays), strict=True):
        seconds = speech_seconds[index]
        probabilities = soften(dict(zip(trained.labels, map(float, row), strict=True)), seconds)
        readings[index] = replace(readings[index], probabilities=probabilities, notes=speech_notes(seconds))
    return readings


def overall_reading(readings: Sequence[Reading], speech_seconds: float, seconds: float) -> Reading:
    """Return the mean of the windows' readings, weighted by their speech, for a recording of this length."""
    probabilities = mean_probabilities(readings)
    notes = speech_notes(speech_seconds) if probabilities else ()
    return Reading(probabilities, 0, None, 0.0, seconds, notes=notes, speech_seconds=speech_seconds)


def enough_speech(speech_seconds: float, seconds: float) -> bool:
    """Return whether a window of this length with so much speech is read."""
    return speech_seconds >= min(LEAST_SPEECH_SECONDS, LEAST_SPEECH_SHARE * seconds)


def soften(probabilities: dict[str, float], speech_seconds: float) -> dict[str, float]:
    """Mix with the uniform distribution by the share that the speech falls short of LITTLE_SPEECH_SECONDS.

    The temperature was fitted on whole sentences. On less than a second the network is as sure, but seldom right.
    """
    share = min(1.0, speech_seconds / LITTLE_SPEECH_SECONDS)
    return {label: share * value + (1 - share) / len(probabilities) for label, value in probabilities.items()}


def speech_notes(speech_seconds: float) -> tuple[str, ...]:
    """Return the notes on what makes a reading of so much speech less reliable."""
    return (f"little speech: {speech_seconds:.1f} s",) if speech_seconds < LITTLE_SPEECH_SECONDS else ()
