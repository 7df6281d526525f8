"""The faces of a video: what each shows from second to second, and what it comes to."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from ...results.prediction import Reading
from ...training.checkpoint import Trained
from .face_track import Sightings
from .forward import named, placed


def face_readings(sightings: Sightings, seconds: float, trained: Trained) -> list[Reading]:
    """What each person's face shows in each second that it is seen in, and where it is then."""
    edges = np.arange(0, np.ceil(seconds) + 1)
    found = []
    for start, end in pairwise(edges.tolist()):
        rows = sightings.between(start, end)
        for person in np.unique(sightings.person[rows]).tolist():
            mine = rows[sightings.person[rows] == person]
            reading = _face(sightings, mine, person, trained)
            found.append(replace(reading, start_seconds=start, end_seconds=min(end, seconds)))
    return found


def people_readings(sightings: Sightings, trained: Trained) -> list[Reading]:
    """What each person's face came to, from where it is first seen to where it is last."""
    found = []
    for person in sightings.people:
        mine = np.flatnonzero(sightings.person == person)
        first, last = sightings.seconds[mine[[0, -1]]].tolist()
        found.append(replace(_face(sightings, mine, person, trained), start_seconds=first, end_seconds=last))
    return found


def _face(sightings, rows, person, trained) -> Reading:
    box = tuple(np.median(sightings.box[rows], 0).round(1).tolist())
    return placed(Reading(named(sightings.probabilities[rows].mean(0), trained), person, box))
