"""Prediction from a recording: what the voice displays over time, and the result files."""

import logging
from dataclasses import replace
from math import ceil
from pathlib import Path

from ..core.errors import DemeanorError
from ..core.hooks import Notify, OnProgress
from ..core.units import duration
from ..media.selection import WHOLE, Selection
from ..media.sound import Sound, stream_sound
from ..results.predicting import Result
from ..results.writing import later
from ..training.checkpoint import Trained
from .results.figures import timeline
from .results.overview import Overview
from .stream import AudioStream

log = logging.getLogger(__name__)

BLOCK_SECONDS = 8.0  # decoded at a time
LEAST_SECONDS = 1.0  # of speech in a baseline
ENOUGH_SECONDS = 10.0  # of speech in a baseline; less of it is mostly what was said, not who said it


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
    settings = trained.settings.for_prediction()
    overview, seconds = Overview(settings), 0.0
    with (
        stream_sound(source, settings.sample_rate_hz, BLOCK_SECONDS, selection) as sound,
        AudioStream(trained, notify, str(source)) as stream,
    ):
        for block in sound:
            overview.add(block)
            stream.listen(block)
            seconds += len(block) / settings.sample_rate_hz
            if on_progress:
                on_progress(int(seconds), ceil(sound.seconds or 0))
        prediction = stream.finish()
    overview.finish()
    prediction = replace(prediction, notes=(*sound.notes, *prediction.notes)).shifted(selection.start_seconds)
    return Result(prediction, lambda without: {"timeline.png": later(lambda: timeline(prediction, overview))})


def with_voice_baseline(file: Path, trained: Trained, notify: Notify = log.info) -> Trained:
    """Return the model with the voice in the recording `file`, which a person spoke as usual, as its baseline.

    Raises DemeanorError where these weights have no baseline, or where nobody speaks in the recording.
    """
    if not trained.settings.reads_baseline:
        raise DemeanorError("These weights of the audio model read a voice without a baseline; leave it out.")
    rate_hz = trained.settings.sample_rate_hz
    with stream_sound(file, rate_hz, BLOCK_SECONDS) as sound, AudioStream(trained, notify) as stream:
        for block in sound:
            stream.listen(block)
        stream.finish()
    speech = stream.reader.own_speech
    person = speech.mean(file.name) if len(speech) else None
    if person is None or person.seconds < LEAST_SECONDS:
        raise DemeanorError(
            f"Nobody speaks for a second in {file}; a voice baseline is a recording of the person's ordinary speech."
        )
    if person.seconds < ENOUGH_SECONDS:
        notify(f"{file} holds {duration(person.seconds)} of speech; half a minute makes a better baseline.")
    return replace(trained, person=person)
