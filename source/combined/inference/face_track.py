"""Every face of a video, frame by frame, in columns: hours of them fit in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Sightings:
    """N faces seen in analysed frames, in the order of time."""

    seconds: np.ndarray
    """(N,) float64: time of the frame."""
    person: np.ndarray
    """(N,) int32: stable number of the person."""
    box: np.ndarray
    """(N, 4) float32: left, top, right, bottom in pixels of the upright picture."""
    features: np.ndarray
    """(N, D) float16: what the face branch makes of it."""
    probabilities: np.ndarray
    """(N, labels) float32: what this one face in this one frame shows, were there nothing else."""

    def __len__(self) -> int:
        return len(self.seconds)

    def between(self, start_seconds: float, end_seconds: float, person: int | None = None) -> np.ndarray:
        """Indices of the sightings from `start_seconds` to before `end_seconds`, of one person or of all."""
        low, high = np.searchsorted(self.seconds, (start_seconds, end_seconds))
        indices = np.arange(low, high)
        return indices if person is None else indices[self.person[low:high] == person]

    @property
    def people(self) -> Sequence[int]:
        """The numbers of all persons seen."""
        return np.unique(self.person).tolist()
