"""The alternative: MediaPipe's FaceLandmarker alone, as its documentation shows it, with blendshapes."""

from typing import Any

import numpy as np

ALONE = "FaceLandmarker alone"


def landmarker() -> Any:
    """Return a FaceLandmarker for single images with its own defaults, so for one face."""
    from mediapipe.tasks.python import BaseOptions, vision

    from source.core import pretrained

    base = BaseOptions(model_asset_path=str(pretrained.path("face_landmarker")))
    return vision.FaceLandmarker.create_from_options(
        vision.FaceLandmarkerOptions(base_options=base, output_face_blendshapes=True)
    )


def as_image(pixels: np.ndarray) -> Any:
    """`pixels` (H, W, 3) uint8 RGB as MediaPipe takes them."""
    import mediapipe

    return mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=pixels)
