"""Predictions of videos, with all result files."""

import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import cache, partial
from math import ceil
from pathlib import Path

from ..core.hooks import Notify, OnProgress
from ..core.serialise import csv_text
from ..core.threads import ahead, beside, threads_shared_by
from ..media.decoder import Decoder, SoundBlock
from ..media.selection import WHOLE, Selection
from ..media.video.frame import Frame
from ..results.predicting import Result
from ..results.prediction import Prediction
from ..results.writing import Written
from ..training.checkpoint import Trained
from .inference.face_track import FaceTracks
from .results.table import TABLES
from .stream import CombinedStream

log = logging.getLogger(__name__)

VIDEO = "annotated.mp4"
PARTS = 3  # that compute side by side: faces, voice and words


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
        threads_shared_by(PARTS),
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
        prediction, lambda without: _files(path, prediction, face_tracks, trained, selection, without, on_progress)
    )


def _files(
    path: Path,
    prediction: Prediction,
    face_tracks: FaceTracks,
    trained: Trained,
    selection: Selection,
    without: Collection[str],
    on_progress: OnProgress | None,
) -> dict[str, Written]:
    """Return the result files by name: their content, or what writes them."""
    from .results import captions, circumplex, figures, report
    from .results.annotated import annotated_video
    from .results.frame_table import write_frames
    from .results.key_frames import key_frames, key_frames_png

    has_picture = prediction.size is not None
    pictures = {
        "timeline.png": cache(lambda: figures.timeline(prediction)),
        "circumplex.png": cache(lambda: circumplex.picture(prediction)),
    }
    if len(face_tracks):
        pictures["key_frames.png"] = cache(lambda: key_frames_png(key_frames(path, prediction, face_tracks, trained)))
    files: dict[str, Written] = {
        name: csv_text(columns(prediction.labels), rows(prediction)) for name, (columns, rows) in TABLES.items()
    }
    files["frames.csv"] = partial(write_frames, prediction, face_tracks)
    files |= {name: partial(_write, picture) for name, picture in pictures.items()}
    if prediction.sentences:
        files["transcript.srt"] = captions.srt(prediction)
    video = VIDEO if has_picture and VIDEO not in without else None
    page = partial(report.page, prediction, video=video)
    files["report.html"] = partial(_write, lambda: page({name: draw() for name, draw in pictures.items()}).encode())
    if has_picture:
        files[VIDEO] = lambda file: annotated_video(path, prediction, face_tracks, file, on_progress)
    return files


def _write(content: Callable[[], bytes], file: Path) -> None:
    file.write_bytes(content())
