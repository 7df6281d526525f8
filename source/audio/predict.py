"""A person's recording, or a folder of them -> what the voice displays over time, with all the files that show it."""

import logging
from collections.abc import Collection, Sequence
from functools import partial
from math import ceil
from pathlib import Path

import numpy as np

from ..core import config
from ..core.errors import DemeanorError
from ..core.hooks import Notify, OnProgress
from ..media.sound import stream_sound
from ..media.sound.speech_activity import Speech, SpeechDetector, detect_speech
from ..results.folder import predict_folder
from ..results.prediction import Prediction, Reading
from ..results.timeline import mean_probabilities
from ..results.writing import write_prediction
from ..training.checkpoint import Trained
from .features import featurize
from .results.overview import Overview
from .windows import batches, observed, slide

log = logging.getLogger(__name__)

BLOCK_SECONDS = 8.0  # decoded at a time
BATCH_WINDOWS = 16
LEAST_SPEECH_SECONDS = 0.25  # a syllable; what has less is "no speech", and its emotion nobody's
LEAST_SPEECH_SHARE = 0.5  # enough of what is itself shorter than two syllables
LITTLE_SPEECH_SECONDS = 1.0  # under it a reading carries a note and is made less sure: see `tempered`
PAUSE_SECONDS = 1.0  # from which silence is told as a pause; shorter ones lie between words


def predict(
    path: Path,
    trained: Trained,
    folder_out: Path | None = None,
    *,
    write: bool = True,
    without: Collection[str] = (),
    notify: Notify = log.info,
    on_progress: OnProgress | None = None,
) -> list[Prediction]:
    """What the voice in the recording `path`, or in every recording of the folder `path`, displays.

    One Prediction a recording; every window gets a Reading, without probabilities where it holds no speech. A file of
    a folder that cannot be read never stops the others: its Prediction has a note with the reason, and no length.
    Sub-folders are not entered. `on_progress` takes seconds of the recording (0 in all: not known), or files.
    With `write` the results lie in a new folder of `folder_out` (default: config.OUTPUT_FOLDER). Raises DemeanorError
    where nothing could be read.
    """
    target = (folder_out or config.OUTPUT_FOLDER) if write else None
    if path.is_dir():
        return predict_folder(path, trained, target, partial(predict_recording, without=without), notify, on_progress)
    return [predict_recording(path, trained, target, on_progress, without)]


def predict_recording(
    path: Path,
    trained: Trained,
    folder_out: Path | None,
    on_progress: OnProgress | None = None,
    without: Collection[str] = (),
) -> Prediction:
    """One recording, block by block; its results are written into a new folder of `folder_out` unless that is None."""
    settings = trained.settings.for_prediction()
    overview, speech = Overview(settings), Speech(settings.sample_rate_hz)
    with stream_sound(path, settings.sample_rate_hz, BLOCK_SECONDS) as stream:
        readings = tuple(_readings(stream, overview, speech, trained, on_progress))
    overview.finish()
    told = _told(readings, stream.notes, speech, overview.samples, settings.sample_rate_hz)
    prediction = Prediction(str(path), trained.spec.name, trained.labels, readings, **told)
    if folder_out is None:
        return prediction
    from .results.figures import timeline

    files = {"timeline.png": timeline(prediction, overview)}
    return write_prediction(prediction, files, folder_out, without=without)


def read_windows(windows: Sequence[tuple[int, np.ndarray]], speech: Speech, trained: Trained) -> list[Reading]:
    """A Reading for each window (first sample, samples), all that hold speech through the network at once."""
    settings = trained.settings.for_prediction()
    rate_hz = settings.sample_rate_hz
    spans = [(start, start + len(samples)) for start, samples in windows]
    spoken = [speech.samples(*span) / rate_hz for span in spans]
    heard = [
        enough_speech(seconds, (end - start) / rate_hz) for seconds, (start, end) in zip(spoken, spans, strict=True)
    ]
    described = [featurize(samples, settings) for (_, samples), yes in zip(windows, heard, strict=True) if yes]
    shares = iter(_probabilities(described, trained))
    return [
        Reading(
            probabilities=tempered(next(shares), seconds) if yes else {},
            start_seconds=start / rate_hz,
            end_seconds=end / rate_hz,
            speech_seconds=seconds,
            notes=speech_notes(seconds) if yes else (),
        )
        for (start, end), seconds, yes in zip(spans, spoken, heard, strict=True)
    ]


def overall_reading(readings: Sequence[Reading], speech_seconds: float, seconds: float) -> Reading:
    """What the windows' readings come to, each weighing as much as it holds speech; seconds: of the recording."""
    probabilities = mean_probabilities(readings)
    notes = speech_notes(speech_seconds) if probabilities else ()
    return Reading(probabilities, 0, None, 0.0, seconds, notes=notes, speech_seconds=speech_seconds)


def enough_speech(speech_seconds: float, seconds: float) -> bool:
    """Whether so much speech in so long a stretch can be read."""
    return speech_seconds >= min(LEAST_SPEECH_SECONDS, LEAST_SPEECH_SHARE * seconds)


def tempered(probabilities: dict[str, float], speech_seconds: float) -> dict[str, float]:
    """Drawn towards even by as much as speech falls short of LITTLE_SPEECH_SECONDS.

    The temperature was fitted on whole sentences. On less than a second the network is as sure, but seldom right.
    """
    share = min(1.0, speech_seconds / LITTLE_SPEECH_SECONDS)
    return {label: share * value + (1 - share) / len(probabilities) for label, value in probabilities.items()}


def speech_notes(speech_seconds: float) -> tuple[str, ...]:
    """What makes a reading less trustworthy."""
    return (f"little speech: {speech_seconds:.1f} s",) if speech_seconds < LITTLE_SPEECH_SECONDS else ()


def _readings(stream, overview, speech, trained, on_progress):
    """A Reading a window of the stream, while the overview and the speech are gathered from the same blocks."""
    settings = trained.settings.for_prediction()
    rate_hz = settings.sample_rate_hz
    blocks = observed(detect_speech(stream, SpeechDetector(rate_hz), speech), overview.add)
    for batch in batches(slide(blocks, settings.window_samples, _hop_samples(rate_hz)), BATCH_WINDOWS):
        yield from (read := read_windows(batch, speech, trained))
        if on_progress:
            on_progress(int(read[-1].end_seconds or 0), ceil(stream.seconds or 0))


def _told(readings, notes, speech, samples, rate_hz):
    """What a Prediction says of a whole recording of so many samples."""
    seconds = samples / rate_hz
    overall = overall_reading(readings, speech.samples(0, samples) / rate_hz, seconds)
    pauses = ((start / rate_hz, end / rate_hz) for start, end in speech.pauses(PAUSE_SECONDS * rate_hz, samples))
    if not overall.probabilities:
        notes = (*notes, "no speech was found")
    return {"notes": notes, "seconds": seconds, "overall": overall, "pauses": tuple(pauses)}


def _probabilities(described, trained):
    if not described:
        return []
    arrays = {name: np.stack([inputs[name] for inputs in described]) for name in described[0]}
    return [dict(zip(trained.labels, map(float, row), strict=True)) for row in trained.probabilities(arrays)]


def _hop_samples(rate_hz):
    if config.HOP_SECONDS * rate_hz < 1:
        raise DemeanorError(f"HOP_SECONDS in config.py must be above zero, not {config.HOP_SECONDS}.")
    return round(config.HOP_SECONDS * rate_hz)
