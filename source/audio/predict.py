"""Prediction from a recording, or a folder of recordings: what the voice displays over time, and the result files."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil
from pathlib import Path

import numpy as np

from ..core import config
from ..core.arrays import stacked
from ..core.errors import DemeanorError
from ..core.hooks import Notify, OnProgress
from ..media.selection import WHOLE, Selection
from ..media.sound import Sound, SoundStream, stream_sound
from ..media.sound.speech_activity import Speech, SpeechDetector, detect_speech
from ..results.predicting import Result
from ..results.prediction import Prediction, Reading
from ..results.timeline import mean_probabilities
from ..results.writing import later
from ..training.checkpoint import Trained
from .features import featurize
from .results.figures import timeline
from .results.overview import Overview
from .settings import AudioSettings
from .windows import Windows, batched

log = logging.getLogger(__name__)

BLOCK_SECONDS = 8.0  # decoded at a time
BATCH_WINDOWS = 16
LEAST_SPEECH_SECONDS = 0.25  # a syllable; a window with less is "no speech"
LEAST_SPEECH_SHARE = 0.5  # of a recording shorter than two syllables
LITTLE_SPEECH_SECONDS = 1.0  # a reading of less carries a note and is made less sure: see `soften`
PAUSE_SECONDS = 1.0  # shorter silences lie between words and are not reported


def read(
    source: Path | Sound,
    trained: Trained,
    notify: Notify = log.info,
    on_progress: OnProgress | None = None,
    selection: Selection = WHOLE,
) -> Result:
    """Read the voice in a recording, block by block: a Reading for each window, without probabilities if none speaks.

    `on_progress` takes seconds of the recording (0 in all: not known). See `source.results.predicting.predict`.
    """
    if selection != WHOLE:
        raise DemeanorError("A part of a recording cannot be read yet.")
    settings = trained.settings.for_prediction()
    rate_hz = settings.sample_rate_hz
    overview, speech = Overview(settings), Speech(rate_hz)
    readings: list[Reading] = []
    with stream_sound(source, rate_hz, BLOCK_SECONDS) as stream:
        for batch in batched(_windows(stream, overview, speech, settings), BATCH_WINDOWS):
            readings += read_windows(batch, speech, trained)
            if on_progress:
                on_progress(int(readings[-1].end_seconds or 0), ceil(stream.seconds or 0))
    overview.finish()
    samples = overview.samples
    pauses = [(start / rate_hz, end / rate_hz) for start, end in speech.pauses(PAUSE_SECONDS * rate_hz, samples)]
    overall = overall_reading(readings, speech.samples(0, samples) / rate_hz, samples / rate_hz)
    prediction = Prediction(
        str(source), trained.spec.name, trained.labels, tuple(readings),
        notes=stream.notes if overall.probabilities else (*stream.notes, "no speech was found"),
        seconds=samples / rate_hz, overall=overall, pauses=tuple(pauses),
    )  # fmt: skip
    return Result(prediction, lambda without: {"timeline.png": later(lambda: timeline(prediction, overview))})


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


def _windows(
    stream: SoundStream, overview: Overview, speech: Speech, settings: AudioSettings
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the stream's windows, while `overview` and `speech` are filled from the same blocks."""
    rate_hz = settings.sample_rate_hz
    if config.HOP_SECONDS * rate_hz < 1:
        raise DemeanorError(f"HOP_SECONDS in config.py must be above zero, not {config.HOP_SECONDS}.")
    windows = Windows(settings.window_samples, round(config.HOP_SECONDS * rate_hz))
    for block in detect_speech(stream, SpeechDetector(rate_hz), speech):
        overview.add(block)
        yield from windows.add(block)
    yield from windows.finish()
