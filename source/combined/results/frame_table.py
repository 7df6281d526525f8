"""frames.csv: a row for each analysed frame and face, with all that is measured there."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ...core.serialise import write_csv
from ...face.detector import BLENDSHAPE_NAMES, BLENDSHAPES
from ...face.tracks import FaceTracks
from ...results import cells
from ...results.cells import ANSWER, PLACE, Row
from ...results.circumplex import with_valence_arousal
from ...results.prediction import Prediction, Reading
from .table import MOOD

HEAD = ("yaw", "pitch", "roll", "left_eye_aspect", "right_eye_aspect", "blink")
OPEN_PERCENTILE = 75.0  # of a person's eye aspects: that of open eyes
LEAST_OPEN = 0.2  # eye aspect of open eyes, however rarely they are
BLINK_SHARE = 0.5  # of the eye aspect of open eyes, under which they are closed

columns = cells.columns("seconds", "person", *PLACE, *ANSWER, *MOOD, *BLENDSHAPE_NAMES, *HEAD)


def write_frames(prediction: Prediction, face_tracks: FaceTracks, file: Path) -> None:
    """Write the table row by row: that of ten hours is never in memory."""
    write_csv(file, columns(prediction.labels), frame_rows(prediction, face_tracks))


def frame_rows(prediction: Prediction, face_tracks: FaceTracks) -> Iterator[Row]:
    """Yield a row for each analysed frame and face; of a frame without a face the time alone."""
    blinks = blinking(face_tracks)
    first = np.searchsorted(face_tracks.seconds, face_tracks.frame_seconds).tolist()
    frames = zip(face_tracks.frame_seconds.tolist(), first, [*first, len(face_tracks)][1:], strict=True)
    for seconds, row, end in frames:
        time = {"seconds": f"{prediction.start_seconds + seconds:.3f}"}
        yield from (time | _cells(prediction, face_tracks, at, bool(blinks[at])) for at in range(row, end))
        if row == end:
            yield time


def _cells(prediction: Prediction, face_tracks: FaceTracks, row: int, blinks: bool) -> Row:
    """Return all cells of one face in one frame but its time."""
    probabilities = dict(zip(prediction.labels, face_tracks.probabilities[row].tolist(), strict=True))
    person, box = int(face_tracks.person[row]), face_tracks.box[row].tolist()
    reading = with_valence_arousal(Reading(probabilities, person, box))
    shapes = zip(BLENDSHAPE_NAMES, face_tracks.features[row, -BLENDSHAPES:].tolist(), strict=True)
    degrees, aspects = face_tracks.pose[row].tolist(), face_tracks.eye_aspect[row].tolist()
    head = (*(f"{angle:.1f}" for angle in degrees), *(f"{aspect:.3f}" for aspect in aspects), str(blinks).lower())
    return (
        {"person": person} | cells.place(reading) | cells.answer(reading) | cells.affect(reading, MOOD)
        | {name: f"{value:.4f}" for name, value in shapes} | dict(zip(HEAD, head, strict=True))
    )  # fmt: skip


def blinking(face_tracks: FaceTracks) -> np.ndarray:
    """Return in which rows the eyes are closed, (N,) bool: not half as open as this person's mostly are."""
    aspect = face_tracks.eye_aspect.mean(1)
    closed = np.zeros(len(aspect), bool)
    for person in face_tracks.people:
        mine = face_tracks.person == person
        opened = max(float(np.percentile(aspect[mine], OPEN_PERCENTILE)), LEAST_OPEN)
        closed[mine] = aspect[mine] < BLINK_SHARE * opened
    return closed
