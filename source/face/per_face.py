"""Readings of each face of a video: second by second, and over the whole video. Frames count by their quality."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..results.circumplex import with_valence_arousal
from ..results.prediction import Reading
from ..training.checkpoint import Trained
from .tracks import FaceTracks


def face_readings(
    face_tracks: FaceTracks, seconds: float, trained: Trained, start_seconds: float = 0.0
) -> list[Reading]:
    """Return a reading for each second in which a person's face is seen, with its box at that time.

    From the second on that holds `start_seconds`, up to `seconds`.
    """
    readings = []
    for start, end in pairwise(np.arange(np.floor(start_seconds), np.ceil(seconds) + 1).tolist()):
        rows = face_tracks.between(start, end)
        for person in np.unique(face_tracks.person[rows]).tolist():
            reading = _face(face_tracks, rows[face_tracks.person[rows] == person], person, trained)
            readings.append(replace(reading, start_seconds=start, end_seconds=min(end, seconds)))
    return readings


def people_readings(face_tracks: FaceTracks, trained: Trained) -> list[Reading]:
    """Return a reading for each person's face, from where it is first seen to where it is last seen."""
    readings = []
    for person in face_tracks.people:
        mine = np.flatnonzero(face_tracks.person == person)
        first, last = face_tracks.seconds[mine[[0, -1]]].tolist()
        readings.append(replace(_face(face_tracks, mine, person, trained), start_seconds=first, end_seconds=last))
    return readings


def _face(face_tracks: FaceTracks, rows: np.ndarray, person: int, trained: Trained) -> Reading:
    box = tuple(np.median(face_tracks.box[rows], 0).round(1).tolist())
    mean = np.average(face_tracks.probabilities[rows], 0, face_tracks.quality[rows])
    return with_valence_arousal(Reading(dict(zip(trained.labels, mean.tolist(), strict=True)), person, box))
