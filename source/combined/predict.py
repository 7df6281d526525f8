"""Predictions of videos, with all result files."""

import logging
from collections.abc import Callable, Collection
from functools import cache, partial
from pathlib import Path

from ..core.errors import DemeanorError
from ..core.hooks import Notify, OnProgress
from ..core.serialise import csv_text
from ..media.selection import WHOLE, Selection
from ..results.predicting import Result
from ..results.prediction import Prediction
from ..results.writing import Written
from ..training.checkpoint import Trained
from .inference.per_face import face_readings, people_readings
from .inference.stream import VideoFeatures, extract_features
from .inference.windows import overall_reading, window_readings
from .inference.words import sentence_readings
from .results.table import TABLES

log = logging.getLogger(__name__)

VIDEO = "annotated.mp4"


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
    if selection != WHOLE:
        raise DemeanorError("A part of a recording cannot be read yet.")
    features = extract_features(path, trained, on_progress, notify)
    face_tracks, readings = features.face_tracks, window_readings(features, trained)
    prediction = Prediction(
        str(path), trained.spec.name, trained.labels, tuple(readings),
        size=features.size, notes=features.notes, seconds=features.seconds,
        overall=overall_reading(readings, features.speech_seconds, features.seconds),
        pauses=features.pauses, language=features.document.language,
        people=tuple(people_readings(face_tracks, trained)),
        faces=tuple(face_readings(face_tracks, features.seconds, trained)),
        sentences=tuple(sentence_readings(features, readings, trained)),
    )  # fmt: skip
    return Result(prediction, lambda without: _files(path, prediction, features, trained, without, on_progress))


def _files(
    path: Path,
    prediction: Prediction,
    features: VideoFeatures,
    trained: Trained,
    without: Collection[str],
    on_progress: OnProgress | None,
) -> dict[str, Written]:
    """Return the result files by name: their content, or what writes them."""
    from .results import captions, circumplex, figures, report
    from .results.annotated import annotated_video
    from .results.frame_table import write_frames
    from .results.key_frames import key_frames, key_frames_png

    has_picture, face_tracks = features.size is not None, features.face_tracks
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
