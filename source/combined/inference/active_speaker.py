"""The active speaker of each window of a video: whose mouth moves while somebody speaks, else the largest face."""

from collections.abc import Sequence

import numpy as np

from ...face.detector import BLENDSHAPE_NAMES, BLENDSHAPES
from ...face.tracks import FaceTracks
from .voice_stream import Window

JAW_OPEN = BLENDSHAPE_NAMES.index("jawOpen") - BLENDSHAPES  # from the end of the features, which the blendshapes are
SWITCH_FACTOR = 1.3  # by which another person's score must be higher before the active speaker changes
STEP_SECONDS = 0.2  # over which changes of jawOpen are measured, however many frames a second are analysed
STILL = 0.02  # mean change of jawOpen of a mouth that does not speak, about


def active_speakers(windows: Sequence[Window], face_tracks: FaceTracks, before: int | None = None) -> list[int | None]:
    """Return the active speaker of each window, None where there is no face; before: the last one before them.

    While somebody speaks a face's score is its area times how much its mouth moves; else its area alone.
    """
    speakers: list[int | None] = []
    for window in windows:
        rows = face_tracks.between(window.start_seconds, window.end_seconds)
        people = np.unique(face_tracks.person[rows]).tolist()
        scores = {person: _score(face_tracks, rows, person, window) for person in people}
        best = max(scores, key=scores.__getitem__, default=None)
        if before in scores and best is not None and scores[best] < SWITCH_FACTOR * scores[before]:
            best = before
        speakers.append(best)
        before = best if best is not None else before
    return speakers


def _score(face_tracks: FaceTracks, rows: np.ndarray, person: int, window: Window) -> float:
    mine = rows[face_tracks.person[rows] == person]
    left, top, right, bottom = face_tracks.box[mine].T
    area = float(((right - left) * (bottom - top)).sum())
    if not window.is_spoken:
        return area
    opened, seconds = face_tracks.features[mine, JAW_OPEN].astype(np.float32), face_tracks.seconds[mine]
    between = float(np.median(np.diff(seconds))) if len(seconds) > 1 else STEP_SECONDS
    step = max(round(STEP_SECONDS / between), 1)
    changes = np.abs(opened[step:] - opened[:-step])
    return area * (STILL + (float(changes.mean()) if len(changes) else 0.0))
