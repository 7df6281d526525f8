"""The faces of a video as if they had been tracked."""

import numpy as np

from source.face.tracks import FaceTracks


def tracked(seconds, people, boxes, probabilities, features=None, frame_seconds=None, quality=None):
    """FaceTracks of N faces that look straight ahead; frame_seconds: those of the faces, unless there are others."""
    count = len(seconds)
    return FaceTracks(
        np.array(seconds, float),
        np.array(people, np.int32),
        np.array(boxes, np.float32).reshape(count, 4),
        np.zeros((count, 3), np.float32),
        np.full((count, 2), 0.3, np.float32),
        np.ones(count, np.float32) if quality is None else np.asarray(quality, np.float32),
        np.zeros((count, 52), np.float16) if features is None else np.asarray(features).astype(np.float16),
        np.array(probabilities, np.float32),
        np.unique(np.array(seconds if frame_seconds is None else frame_seconds, float)),
    )
