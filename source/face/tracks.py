"""The faces of a video, frame by frame, in columns: hours of them fit in memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Box = tuple[float, float, float, float]

UNCONFIRMED = -1
"""Person of a face that was found once so far: it may be none."""


@dataclass(frozen=True)
class FaceTracks:
    """N detections of tracked faces in the analysed frames, in the order of time."""

    seconds: np.ndarray
    """(N,) float64: time of the frame."""
    person: np.ndarray
    """(N,) int32: stable number of the person; UNCONFIRMED only while the video is read."""
    box: np.ndarray
    """(N, 4) float32: left, top, right, bottom in pixels of the upright picture."""
    pose: np.ndarray
    """(N, 3) float32: yaw, pitch and roll of the head in degrees; see `source.face.detector.Face`."""
    eye_aspect: np.ndarray
    """(N, 2) float32: how far the person's left and right eye are open; see `source.face.detector.Face`."""
    quality: np.ndarray
    """(N,) float32: the weight of this face in means over frames; see `source.face.quality`."""
    features: np.ndarray
    """(N, F) float16: of `CombinedModel.encode_face`, the last of which are the blendshapes."""
    probabilities: np.ndarray
    """(N, labels) float32: the answer for this face in this frame alone."""
    frame_seconds: np.ndarray
    """(M,) float64: times of all analysed frames, those without a face too."""

    def __len__(self) -> int:
        return len(self.seconds)

    def between(self, start_seconds: float, end_seconds: float, person: int | None = None) -> np.ndarray:
        """Return the rows from `start_seconds` to before `end_seconds`, of one person or of all who are confirmed."""
        low, high = np.searchsorted(self.seconds, (start_seconds, end_seconds))
        people = self.person[low:high]
        return low + np.flatnonzero(people != UNCONFIRMED if person is None else people == person)

    @property
    def people(self) -> Sequence[int]:
        """Return the numbers of all persons."""
        return np.unique(self.person[self.person != UNCONFIRMED]).tolist()
