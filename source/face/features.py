"""Features of a face: a picture as inputs of the face model, for training and prediction alike."""

import atexit
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import DemeanorError
from ..media.image import Picture, read_picture
from .detector import BLENDSHAPES, POINTS, Face, FaceDetector, aligned_crop, aligned_mesh
from .second_look import find_faces
from .settings import FaceSettings


@cache
def face_detector() -> FaceDetector:
    """Return this process's FaceDetector: making one for each picture would double the time."""
    detector = FaceDetector()
    atexit.register(detector.abandon)
    return detector


def extract(path: Path, settings: FaceSettings) -> dict[str, np.ndarray]:
    """Return the inputs of the largest face of the picture in `path`, as `featurize` makes them.

    Where no face is found the whole picture takes the place of the crop. Raises DemeanorError where the picture cannot
    be read.
    """
    picture = read_picture(path).pixels
    face = max(find_faces(face_detector(), picture), key=lambda face: face.area, default=None)
    return featurize(picture, face, settings)


def from_array(pixels: np.ndarray, sample_rate_hz: int | None = None) -> Picture:
    """Return `pixels` (H, W, 3) uint8 RGB as a picture; raises DemeanorError where they are none."""
    if sample_rate_hz is not None:
        raise DemeanorError("The face model reads pictures, which have no sample rate.")
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
        raise DemeanorError(f"A picture is an array (H, W, 3) of uint8, not {pixels.shape} of {pixels.dtype}.")
    return Picture(np.ascontiguousarray(pixels))


def featurize(picture: np.ndarray, face: Face | None, settings: FaceSettings) -> dict[str, np.ndarray]:
    """Return the network's inputs for one face of `picture` (H, W, 3) uint8 RGB; None: for the whole picture.

    image (side, side) uint8 grey, of the whole picture its central square; landmarks (478, 3) float16, aligned like the
    crop; blendshapes (52,) float16 in [0, 1]; face_found () float32: 1, or 0 for None, with landmarks and blendshapes
    zero.
    """
    side = settings.image_side
    if face is None:
        import cv2

        grey = _central_square(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
        method = cv2.INTER_AREA if min(grey.shape) > side else cv2.INTER_CUBIC
        image = cv2.resize(grey, (side, side), interpolation=method)
        mesh, blendshapes = np.zeros((POINTS, 3)), np.zeros(BLENDSHAPES)
    else:
        mesh, blendshapes, image = aligned_mesh(face), face.blendshapes, aligned_crop(picture, face, side)
    return {
        "image": image,
        "landmarks": mesh.astype(np.float16),
        "blendshapes": blendshapes.astype(np.float16),
        "face_found": np.array(face is not None, np.float32),
    }


def _central_square(grey: np.ndarray) -> np.ndarray:
    """Return the middle of grey (H, W): squeezing it into a square would distort the face."""
    side = min(grey.shape)
    top, left = ((length - side) // 2 for length in grey.shape)
    return grey[top : top + side, left : left + side]


def baseline_features(inputs: dict[str, Any], settings: FaceSettings) -> np.ndarray:
    """Return the 52 blendshapes and the flattened mesh: (N, 1486) float32, zeros where no face was found.

    Pixels are left out: baselines on raw pixels tell nothing about classical methods.
    """
    mesh = np.asarray(inputs["landmarks"], np.float32).reshape(len(inputs["landmarks"]), -1)
    return np.concatenate([np.asarray(inputs["blendshapes"], np.float32), mesh], 1)
