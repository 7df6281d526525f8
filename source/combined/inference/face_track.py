"""The faces of a video, frame by frame, in columns: hours of them fit in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class FaceTracks:
    """N detections of tracked faces in the analysed frames, in the order of time."""

    seconds: np.ndarray
    """(N,) float64: time of the frame."""
    person: np.ndarray
    """(N,) int32: stable number of the person."""
    box: np.ndarray
    """(N, 4) float32: left, top, right, bottom in pixels of the upright picture."""
    features: np.ndarray
    """(N, F) float16: of `CombinedModel.encode_face`."""
    probabilities: np.ndarray
    """(N, labels) float32: the answer for this face in this frame alone."""

    def __len__(self) -> int:
        return len(self.seconds)

    def between(self, start_seconds: float, end_seconds: float, person: int | None = None) -> np.ndarray:
        """Return the rows from `start_seconds` to before `end_seconds`, of one person or of all."""
        low, high = np.searchsorted(self.seconds, (start_seconds, end_seconds))
        indices = np.arange(low, high)
        return indices if person is None else indices[self.person[low:high] == person]

    @property
    def people(self) -> Sequence[int]:
        """Return the numbers of all persons."""
        return np.unique(self.person).tolist()
