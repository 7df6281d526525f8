"""Predictions of videos, with all result files."""

import logging
from dataclasses import replace
from math import ceil
from pathlib import Path

from ..audio import predict as audio_predict
from ..core.errors import DemeanorError
from ..core.hooks import Notify, OnProgress
from ..core.spec import spec_of
from ..core.threads import ahead, beside
from ..media.decoder import Decoder, SoundBlock
from ..media.selection import WHOLE, Selection
from ..media.video.frame import Frame
from ..results.predicting import Result
from ..training.checkpoint import Trained
from .results import result_files
from .stream import CombinedStream

log = logging.getLogger(__name__)


def read(
    path: Path,
    trained: Trained,
    notify: Notify = log.info,
    on_progress: OnProgress | None = None,
    selection: Selection = WHOLE,
) -> Result:
    """Read the people in a video: a Reading for each window (of the active speaker), face, person and sentence.

    What is missing (no picture, no sound, no face, no words) is a note, never an error. `on_progress` takes seconds of
    the video (0 in all: not known) as it is read, and again as the annotated video is written. See
    `source.results.predicting.predict`.
    """
    settings = trained.settings
    with (
        Decoder(
            path, selection, sample_rate_hz=settings.audio.sample_rate_hz, frames_per_second=settings.frames_per_second
        ) as decoder,
        CombinedStream(trained, notify, str(path)) as stream,
    ):
        stream.has_sound = decoder.has_sound

        def use(event: Frame | SoundBlock) -> None:
            if isinstance(event, Frame):
                stream.analyse(event)
            else:
                stream.samples(event.samples, event.seconds)
            if on_progress and (isinstance(event, Frame) or not decoder.has_picture):
                on_progress(int(event.seconds), ceil(decoder.seconds or 0))

        with beside(decoder.sound, use):
            for frame in ahead(decoder.frames):
                use(frame)
        decoder.finish()
        prediction = stream.finish(decoder.seconds_read)
    notes = tuple(dict.fromkeys((*decoder.notes, *prediction.notes)))
    prediction = replace(prediction, size=decoder.size, notes=notes).shifted(selection.start_seconds)
    face_tracks = stream.face_tracks
    return Result(
        prediction,
        lambda without: result_files(path, prediction, face_tracks, trained, selection, without, on_progress),
    )


def with_voice_baseline(file: Path, trained: Trained, notify: Notify = log.info) -> Trained:
    """Return the model with the voice in the recording `file`, which a person spoke as usual, as its baseline.

    Raises DemeanorError where these weights have no such baseline, or where nobody speaks in the recording.
    """
    if "audio" not in trained.settings.modalities:
        raise DemeanorError("These weights of the combined model read no voice; leave the voice baseline out.")
    voice = trained.network.branches["audio"]
    alone = replace(trained, spec=spec_of("audio"), settings=trained.settings.audio, network=voice)
    return replace(trained, person=audio_predict.with_voice_baseline(file, alone, notify).person)
