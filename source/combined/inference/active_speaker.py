"""Whose face a stretch of a video is about: who seems to speak, else whose face is largest."""

from collections.abc import Sequence

import numpy as np

from ...face.detector import BLENDSHAPE_NAMES, BLENDSHAPES
from .face_track import Sightings
from .voice_stream import Window

JAW_OPEN = BLENDSHAPE_NAMES.index("jawOpen") - BLENDSHAPES  # from the end of a sighting's features, which they are
STAYS = 1.3  # times as much must speak for another person before the focus moves
STILL = 0.02  # mean change of jawOpen from frame to frame of a mouth that does not speak, about


def focused(windows: Sequence[Window], sightings: Sightings) -> list[int | None]:
    """The person in focus of each window, None where there is no face.

    While somebody speaks a face counts by its area and by how much its mouth moves; else by its area alone.
    """
    chosen, before = [], None
    for window in windows:
        rows = sightings.between(window.start_seconds, window.end_seconds)
        there = np.unique(sightings.person[rows]).tolist()
        scores = {person: _score(sightings, rows, person, window) for person in there}
        best = max(scores, key=scores.__getitem__, default=None)
        if before in scores and best is not None and scores[best] < STAYS * scores[before]:
            best = before
        chosen.append(best)
        before = best if best is not None else before
    return chosen


def _score(sightings, rows, person, window):
    mine = rows[sightings.person[rows] == person]
    left, top, right, bottom = sightings.box[mine].T
    area = float(((right - left) * (bottom - top)).sum())
    if not window.is_spoken:
        return area
    return area * (STILL + mouth_movement(sightings, mine))


def mouth_movement(sightings: Sightings, rows: np.ndarray) -> float:
    """Mean change of how far the jaw is open, from one to the next of these sightings of one person, in [0, 1]."""
    if len(rows) < 2:
        return 0.0
    return float(np.abs(np.diff(sightings.features[rows, JAW_OPEN].astype(np.float32))).mean())
