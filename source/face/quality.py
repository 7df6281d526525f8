"""How much a face in one frame of a video tells of the person's expression: its weight in means over frames."""

import numpy as np

from .detector import Face

# Each measure's value up to which a face counts nothing, and from which it counts in full.
YAW_DEGREES = (75.0, 35.0)  # one half of the face hides the other
PITCH_DEGREES = (60.0, 25.0)
SIDE_PIXELS = (12.0, 40.0)  # of the box's shorter side; FER2013's faces have about 40
# Crops of FER2013 blurred by 1, 1.5 and 2 pixels have 0.20, 0.13 and 0.09 in the median; the network is right in 65 %,
# 48 % and 40 % of them, and in 66 % of those not blurred, with 0.58.
SHARPNESS = (0.05, 0.2)
LEAST = 0.05  # a poor view of a person is better than none


def quality(face: Face, crop: np.ndarray) -> float:
    """Return the weight of a face in (0, 1]: below 1 where it is turned aside, small or blurred.

    crop: its aligned crop (S, S) uint8 grey, as `source.face.features.featurize` makes it; the face's mesh must be in
    pixels of the picture that the crop was cut from. A pose that is not known counts in full.

    >>> quality(Face(mesh, blendshapes, pose=(55.0, 0.0, 0.0)), crop)  # doctest: +SKIP
    0.5
    """
    left, top, right, bottom = face.box
    yaw, pitch, _ = (0.0 if np.isnan(angle) else abs(angle) for angle in face.pose)
    measured = (
        (yaw, YAW_DEGREES),
        (pitch, PITCH_DEGREES),
        (min(right - left, bottom - top), SIDE_PIXELS),
        (sharpness(crop), SHARPNESS),
    )
    shares = [(value - nothing) / (full - nothing) for value, (nothing, full) in measured]
    return max(LEAST, float(np.prod(np.clip(shares, 0, 1))))


def sharpness(crop: np.ndarray) -> float:
    """Return how fine the detail of a crop (S, S) uint8 is, as a share of its contrast: 0 for one without any.

    The mean size of the Laplacian over the standard deviation, so that neither light nor contrast matters.
    """
    import cv2

    grey = crop.astype(np.float32)
    return float(np.abs(cv2.Laplacian(grey, cv2.CV_32F)[1:-1, 1:-1]).mean() / (grey.std() + 1))
