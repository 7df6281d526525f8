"""Drawing by plain array assignments: a frame in the video's own YUV, and a face's box on its picture."""

from collections.abc import Sequence

import numpy as np

from ...inference.face_track import Box


class Canvas:
    """A frame that is drawn upon again and again; `pixels`: (height * 3 / 2, width) uint8, YUV 4:2:0."""

    def __init__(self, width: int, height: int, ground: str) -> None:
        """Fill the frame with ground, "#rrggbb"."""
        colour = [int(ground[at : at + 2], 16) for at in (1, 3, 5)]
        self.pixels = _yuv(np.full((height, width, 3), colour, np.uint8))
        self._planes = _planes(self.pixels)

    def paste(self, planes: Sequence[np.ndarray], x: int, y: int) -> None:
        """Copy planes as `planes_of` gives them; x and y: even, of the left upper corner."""
        for mine, given, step in zip(self._planes, planes, (1, 2, 2), strict=True):
            height, width = given.shape
            mine[y // step : y // step + height, x // step : x // step + width] = given

    def mark(self, x: int, y: int, height: int) -> None:
        """Draw a white upright line, 4 pixels wide."""
        for mine, value, step in zip(self._planes, (235, 128, 128), (1, 2, 2), strict=True):
            mine[y // step : (y + height) // step, x // step : (x + 4) // step] = value


def planes_of(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Convert (H, W, 3) uint8 RGB, H and W even, to Y (H, W), U and V (H/2, W/2), limited range, BT.601."""
    return _planes(_yuv(pixels))


def _yuv(pixels: np.ndarray) -> np.ndarray:
    import cv2

    return cv2.cvtColor(pixels, cv2.COLOR_RGB2YUV_I420)


def _planes(yuv: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Split what OpenCV gives in one array (H * 3 / 2, W) into views."""
    height, width = yuv.shape[0] * 2 // 3, yuv.shape[1]
    luma, blue, red = np.split(yuv.reshape(-1), (height * width, height * width * 5 // 4))
    return luma.reshape(height, width), blue.reshape(height // 2, -1), red.reshape(height // 2, -1)


def draw_box(picture: np.ndarray, box: Box, badge: np.ndarray, colour: tuple[int, int, int], width: int) -> None:
    """Draw a face's box, dark-edged so that it shows on any ground, and its badge above it or else inside."""
    height, length = picture.shape[:2]
    left, right = (round(min(max(edge, 0), length)) for edge in box[::2])
    top, bottom = (round(min(max(edge, 0), height)) for edge in box[1::2])
    if right - left < 2 or bottom - top < 2:  # outside the picture
        return
    _outline(picture, (left, top, right, bottom), width + 2, (0, 0, 0))
    _outline(picture, (left + 1, top + 1, right - 1, bottom - 1), width, colour)
    badge = badge[:height, :length]
    y = top - len(badge) if top >= len(badge) else min(top, height - len(badge))
    x = min(left, length - badge.shape[1])
    picture[y : y + badge.shape[0], x : x + badge.shape[1]] = badge


def _outline(picture: np.ndarray, box: tuple[int, int, int, int], width: int, colour: tuple[int, int, int]) -> None:
    left, top, right, bottom = box
    picture[top : min(top + width, bottom), left:right] = colour
    picture[max(bottom - width, top) : bottom, left:right] = colour
    picture[top:bottom, left : min(left + width, right)] = colour
    picture[top:bottom, max(right - width, left) : right] = colour
