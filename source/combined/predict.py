"""Predictions of videos, with all result files."""

import logging
from collections.abc import Callable, Collection
from functools import cache, partial
from pathlib import Path

from ..core import config
from ..core.hooks import Notify, OnProgress
from ..core.serialise import csv_text
from ..results.folder import predict_folder
from ..results.prediction import Prediction
from ..results.writing import Written, write_prediction
from ..training.checkpoint import Trained
from .inference.per_face import face_readings, people_readings
from .inference.stream import VideoFeatures, extract_features
from .inference.windows import overall_reading, window_readings
from .inference.words import sentence_readings
from .results.table import TABLES

log = logging.getLogger(__name__)

VIDEO = "annotated.mp4"


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
    """Predict what the people in the video `path`, or in every video of the folder `path`, display.

    Returns one Prediction for each video, with a Reading for each window (of the active speaker), and readings of every
    face, person and sentence. What is missing (no picture, no sound, no face, no words) is a note, never an error, and
    a file of a folder that cannot be read does not stop the others. `on_progress` takes seconds of the video (0 in
    all: not known) as it is read, and again as the annotated video is written; for a folder, files. With `write` the
    results lie in a new folder of `folder_out` (default: config.OUTPUT_FOLDER), all but those `without`.
    Raises DemeanorError where nothing could be read.
    """
    target = (folder_out or config.OUTPUT_FOLDER) if write else None
    if path.is_dir():
        return predict_folder(
            path, trained, target, partial(predict_video, notify=notify, without=without), notify, on_progress
        )
    return [predict_video(path, trained, target, on_progress, notify, without)]


def predict_video(
    path: Path,
    trained: Trained,
    folder_out: Path | None,
    on_progress: OnProgress | None = None,
    notify: Notify = log.info,
    without: Collection[str] = (),
) -> Prediction:
    """Predict one video; its results are written into a new folder of `folder_out` unless that is None."""
    features = extract_features(path, trained, on_progress, notify)
    prediction = _prediction(path, features, trained)
    if folder_out is None:
        return prediction
    files = _files(path, prediction, features, trained, without, on_progress)
    return write_prediction(prediction, files, folder_out, without=without)


def _prediction(path: Path, features: VideoFeatures, trained: Trained) -> Prediction:
    readings = window_readings(features, trained)
    return Prediction(
        str(path),
        trained.spec.name,
        trained.labels,
        tuple(readings),
        size=features.size,
        notes=features.notes,
        seconds=features.seconds,
        overall=overall_reading(readings, features.speech_seconds, features.seconds),
        pauses=features.pauses,
        language=features.document.language,
        people=tuple(people_readings(features.face_tracks, trained)),
        faces=tuple(face_readings(features.face_tracks, features.seconds, trained)),
        sentences=tuple(sentence_readings(features, readings, trained)),
    )


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
    files |= {name: _writer(picture) for name, picture in pictures.items()}
    if prediction.sentences:
        files["transcript.srt"] = captions.srt(prediction)
    video = VIDEO if has_picture and VIDEO not in without else None
    page = partial(report.page, prediction, video=video)
    files["report.html"] = _writer(lambda: page({name: draw() for name, draw in pictures.items()}).encode())
    if has_picture:
        files[VIDEO] = lambda file: annotated_video(path, prediction, face_tracks, file, on_progress)
    return files


def _writer(content: Callable[[], bytes]) -> Callable[[Path], None]:
    def write(file: Path) -> None:
        file.write_bytes(content())

    return write
