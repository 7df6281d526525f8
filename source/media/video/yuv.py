"""YUV 4:2:0, as videos are stored: planes that are scaled, turned and drawn upon without a way through RGB."""

from typing import Any

import numpy as np

Planes = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Y (H, W), U and V (H/2, W/2), uint8, limited range; H and W even."""

STEPS = (1, 2, 2)  # pixels, across and down, that a value of each plane stands for
BT709, BT601 = 1, 5  # matrices, as ITU-T H.273 and swscale number them
BLACK, WHITE = (16, 128, 128), (235, 128, 128)  # by any matrix
LIMITED_RANGE = 1  # in H.273's and FFmpeg's numbers


def matrix_of(frame: Any) -> int:
    """Return the matrix in which a frame is kept: its own, or BT601, which swscale supposes where none is named."""
    return BT709 if frame.colorspace == BT709 else BT601


def planes_in(frame: Any) -> Planes:
    """Return the planes of a PyAV frame in yuv420p, as views that keep it alive."""
    y, u, v = (
        np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
        for plane in frame.planes
    )
    return y, u, v


def planes_of(pixels: np.ndarray, matrix: int) -> Planes:
    """Convert (H, W, 3) uint8 RGB, H and W even."""
    import av

    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    return planes_in(frame.reformat(format="yuv420p", dst_colorspace=matrix, dst_color_range=LIMITED_RANGE, threads=1))
