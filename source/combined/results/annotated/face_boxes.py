"""The box of each face at any time, interpolated between the analysed frames; a lost face has none."""

import numpy as np

from ....face.tracks import Box, FaceTracks

GONE_SECONDS = 0.6  # not found for longer, a face is gone meanwhile; a single analysed frame without it is bridged
STEPS = 1.6  # the same where frames are analysed less often: this many times their distance
MOST_GONE_SECONDS = 2.0


class FaceBoxes:
    """The faces of a video, by time."""

    def __init__(self, face_tracks: FaceTracks) -> None:
        self._sightings = face_tracks
        between = np.diff(np.unique(face_tracks.seconds))
        step = float(np.median(between)) if len(between) else 0.0
        self.gone_seconds = min(max(GONE_SECONDS, STEPS * step), MOST_GONE_SECONDS)

    def at(self, seconds: float) -> dict[int, Box]:
        """Return the boxes in the picture at that time by person, in pixels of the upright picture."""
        near = self._sightings.between(seconds - self.gone_seconds, seconds + self.gone_seconds)
        people = self._sightings.person[near]
        boxes = {person: self._box(near[people == person], seconds) for person in np.unique(people).tolist()}
        return {person: box for person, box in boxes.items() if box is not None}

    def _box(self, rows: np.ndarray, seconds: float) -> Box | None:
        """Return the box at that time; rows: of one person."""
        times, boxes = self._sightings.seconds[rows], self._sightings.box[rows]
        after = int(np.searchsorted(times, seconds))
        if 0 < after < len(times) and times[after] - times[after - 1] <= self.gone_seconds:
            box = [np.interp(seconds, times[after - 1 : after + 1], edge) for edge in boxes[after - 1 : after + 1].T]
        else:
            nearest = int(np.abs(times - seconds).argmin())
            if abs(times[nearest] - seconds) > self.gone_seconds / 2:
                return None
            box = boxes[nearest]
        left, top, right, bottom = map(float, box)
        return left, top, right, bottom
