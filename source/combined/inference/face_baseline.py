"""What a person's face shows in the rest of a video: what it is like beside what it displays."""

from collections.abc import Sequence

import numpy as np

from ...face.tracks import FaceTracks

ROWS = 1024  # that are summed at a time, at full precision


class OtherFrames:
    """Gives the mean over one person's frames outside a span, weighted by how well they show the face.

    later: of the frames behind the span too; of a video that goes on they are not known yet. Spans come in the order of
    time, and one costs the same in a long video as in a short one.
    """

    def __init__(self, face_tracks: FaceTracks, person: int, later: bool) -> None:
        self._tracks, self._rows = face_tracks, np.flatnonzero(face_tracks.person == person)
        self._seconds, self._before = face_tracks.seconds[self._rows], 0
        self._sum, self._weight = np.zeros(face_tracks.features.shape[1]), 0.0  # of the first `_before` frames
        self._all = self._summed(0, len(self._rows)) if later else None

    def of(self, start_seconds: float, end_seconds: float) -> tuple[np.ndarray, float]:
        """Return the mean (F,) and the weight of the frames that it is of; zeros and 0 where there are none."""
        first, last = np.searchsorted(self._seconds, (start_seconds, end_seconds))
        if self._all:
            inside, weight_inside = self._summed(first, last)
            total, weight = self._all[0] - inside, self._all[1] - weight_inside
        else:
            new, weight_of_new = self._summed(self._before, first)
            self._sum, self._weight, self._before = (
                self._sum + new,
                self._weight + weight_of_new,
                max(first, self._before),
            )
            total, weight = self._sum, self._weight
        return (total / weight, weight) if weight > 1e-6 else (np.zeros_like(total), 0.0)

    def _summed(self, first: int, last: int) -> tuple[np.ndarray, float]:
        """Return the weighted sum over the person's frames from number `first` to before `last`, and their weight."""
        total, weight = np.zeros(self._tracks.features.shape[1]), 0.0
        for start in range(first, last, ROWS):
            rows = self._rows[start : min(start + ROWS, last)]
            weights = self._tracks.quality[rows].astype(np.float64)
            total += weights @ self._tracks.features[rows].astype(np.float64)
            weight += float(weights.sum())
        return total, weight


def face_baselines(
    face_tracks: FaceTracks, spans: Sequence[tuple[int | None, float, float]], frame_seconds: float, later: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the baselines (N, F) float32 of N spans (person, start, end), and of how many seconds each is (N,).

    Of None, nobody, nothing is known. frame_seconds: for how long an analysed frame stands. See `OtherFrames`.
    """
    others: dict[int, OtherFrames] = {}
    means = np.zeros((len(spans), face_tracks.features.shape[1]), np.float32)
    seconds = np.zeros(len(spans), np.float32)
    for at, (person, start, end) in enumerate(spans):
        if person is not None:
            if person not in others:
                others[person] = OtherFrames(face_tracks, person, later)
            means[at], weight = others[person].of(start, end)
            seconds[at] = weight * frame_seconds
    return means, seconds
