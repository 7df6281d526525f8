"""The result files of a video: the report, pictures, captions, tables and the annotated video."""

from collections.abc import Callable, Collection
from functools import cache, partial
from pathlib import Path

from ...core.hooks import OnProgress
from ...core.serialise import csv_text
from ...face.tracks import FaceTracks
from ...media.selection import WHOLE, Selection
from ...results.prediction import Prediction
from ...results.writing import Written, later
from ...training.checkpoint import Trained

VIDEO = "annotated.mp4"


def result_files(
    path: Path | None,
    prediction: Prediction,
    face_tracks: FaceTracks,
    trained: Trained,
    selection: Selection = WHOLE,
    without: Collection[str] = (),
    on_progress: OnProgress | None = None,
) -> dict[str, Written]:
    """Return what writes each result file of the recording in `path`, by name; without one those that need none.

    Nothing is made before it is written, and no picture twice, though the report holds them all. without: files that
    will be left out; on_progress: takes the seconds of the annotated video as it is written.
    """
    from .annotated import annotated_video
    from .captions import srt
    from .frame_table import write_frames
    from .report import page
    from .table import TABLES

    labels, pictures = prediction.labels, _pictures(path, prediction, face_tracks, trained)
    video = VIDEO if path and prediction.size is not None else None
    shown = None if VIDEO in without else video
    files = {
        name: later(lambda columns=columns, rows=rows: csv_text(columns(labels), rows(prediction)))
        for name, (columns, rows) in TABLES.items()
    }
    files["frames.csv"] = partial(write_frames, prediction, face_tracks)
    files |= {name: later(draw) for name, draw in pictures.items()}
    if prediction.sentences:
        files["transcript.srt"] = later(lambda: srt(prediction))
    files["report.html"] = later(lambda: page(prediction, {name: draw() for name, draw in pictures.items()}, shown))
    if path and video:
        files[video] = lambda file: annotated_video(path, prediction, face_tracks, file, on_progress, selection)
    return files


def _pictures(
    path: Path | None, prediction: Prediction, face_tracks: FaceTracks, trained: Trained
) -> dict[str, Callable[[], bytes]]:
    """Return what draws each picture, and keeps it, by name."""
    from . import circumplex, figures
    from .key_frames import key_frames, key_frames_png

    pictures = {
        "timeline.png": cache(lambda: figures.timeline(prediction)),
        "circumplex.png": cache(lambda: circumplex.picture(prediction)),
    }
    if path and len(face_tracks):
        pictures["key_frames.png"] = cache(lambda: key_frames_png(key_frames(path, prediction, face_tracks, trained)))
    return pictures
