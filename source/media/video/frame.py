"""The picture of a video: its stream in a container, and the upright pixels of a decoded frame."""

import os
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..container import is_cover
from .yuv import BLACK, LIMITED_RANGE, STEPS, Planes, matrix_of, planes_in

DECODING_THREADS = 4  # each holds a frame: at 4K 12 MB
PIXEL_ASPECTS = (0.25, 4.0)  # plausible width of a pixel by its height; anamorphic video: 0.89 to 2
NOT_TURNED = (1, 0, 0, 1)


@dataclass(frozen=True)
class Frame:
    """One frame of a video."""

    pixels: np.ndarray  # (H, W, 3) uint8 RGB, upright, pixels square, contiguous
    seconds: float  # when it is shown; 0 is the recording's time 0, as it is for the sound's first sample
    scale: float  # pixels of the upright original per pixel of `pixels`, >= 1


def picture_stream(container: Any) -> Any:
    """Return the container's moving picture, ready to be decoded; None where there is none but a cover."""
    streams = [stream for stream in container.streams.video if stream.codec_context and not is_cover(stream)]
    if not streams:
        return None
    best = container.streams.best("video")
    stream = best if best in streams else streams[0]
    stream.codec_context.thread_type = "AUTO"
    stream.codec_context.thread_count = min(DECODING_THREADS, os.cpu_count() or 1)
    return stream


class Upright:
    """Convert decoded frames to upright square pixels, at most `most_side` on the long side; None: original size.

    Size and scale are those of the first frame. A later one of another shape, such as of a phone that was turned
    while it recorded, is placed whole in the middle of that size.
    """

    size: tuple[int, int]  # width and height of the upright original in square pixels
    matrix: int  # of `planes`

    def __init__(self, frame: Any, stream: Any, most_side: int | None = None):
        from av.video.reformatter import VideoReformatter

        aspect = stream.sample_aspect_ratio
        self._aspect = aspect if aspect and PIXEL_ASPECTS[0] <= aspect <= PIXEL_ASPECTS[1] else 1
        self._turn, self._rotation, self.matrix = _turn(frame) or NOT_TURNED, frame.rotation, matrix_of(frame)
        self.size = self._upright_size(frame)
        self.scale = max(max(self.size) / most_side, 1.0) if most_side else 1.0
        self._goal = _reduced(self.size, self.scale)
        self._reformatter = VideoReformatter()  # one for all frames: a frame's own sets up anew each time

    def __call__(self, frame: Any, seconds: float) -> Frame:
        """Convert a frame that is shown at `seconds`."""
        width, height = self._fitting(frame, self._goal)
        stored = (width, height) if self._turn[0] else (height, width)
        # Interpolation: swscale's bilinear averages over all source pixels when it reduces.
        rgb = self._reformatter.reformat(frame, *stored, "rgb24", interpolation="BILINEAR", threads=1)
        pixels = np.ascontiguousarray(turned(rgb.to_ndarray(), self._turn))
        return Frame(_framed(pixels, self._goal, 0), seconds, self.scale)

    def planes(self, frame: Any, goal: tuple[int, int]) -> Planes:
        """Convert a frame to YUV of this width and height, both even; its arrays need not be contiguous."""
        width, height = (max(side // 2 * 2, 2) for side in self._fitting(frame, goal))
        stored = (width, height) if self._turn[0] else (height, width)
        yuv = self._reformatter.reformat(
            frame, *stored, "yuv420p", dst_colorspace=self.matrix, dst_color_range=LIMITED_RANGE,
            interpolation="BILINEAR", threads=1,
        )  # fmt: skip
        y, u, v = (
            _framed(turned(plane, self._turn), (goal[0] // step, goal[1] // step), black)
            for plane, step, black in zip(planes_in(yuv), STEPS, BLACK, strict=True)
        )
        return y, u, v

    def _fitting(self, frame: Any, goal: tuple[int, int]) -> tuple[int, int]:
        """Return width and height of the frame, made upright, as it fits into `goal`, which the first one fills."""
        # Of a phone, every frame has the matrix; where the video itself has it, it holds up to the next key frame.
        is_upright_again = frame.key_frame and not frame.rotation and self._turn != NOT_TURNED
        if frame.rotation != self._rotation or is_upright_again:  # to ask a frame for its matrix keeps it in memory
            self._rotation = frame.rotation
            self._turn = _turn(frame) or (NOT_TURNED if frame.key_frame else self._turn)
        size = self._upright_size(frame)
        scale = max(side / room for side, room in zip(size, goal, strict=True))
        return goal if size == self.size else _reduced(size, scale)

    def _upright_size(self, frame: Any) -> tuple[int, int]:
        width, height = max(round(frame.width * self._aspect), 1), frame.height
        return (width, height) if self._turn[0] else (height, width)


def _framed(pixels: np.ndarray, goal: tuple[int, int], black: int) -> np.ndarray:
    """Return `pixels` (H, W, ...) with bars around them where they do not fill the `goal`, width and height."""
    (width, height), (rows, columns) = goal, pixels.shape[:2]
    if (columns, rows) == goal:
        return pixels
    framed = np.full((height, width, *pixels.shape[2:]), black, np.uint8)
    top, left = (height - rows) // 2, (width - columns) // 2
    framed[top : top + rows, left : left + columns] = pixels
    return framed


def _reduced(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(round(size[0] / scale), 1), max(round(size[1] / scale), 1)


def turned(pixels: np.ndarray, turn: tuple[int, int, int, int]) -> np.ndarray:
    """Apply the display matrix (a, b; c, d), each -1, 0 or 1, to `pixels` (H, W, ...): x' = ax + cy, y' = bx + dy."""
    a, b, c, d = turn
    if not a:
        pixels, a, d = pixels.swapaxes(0, 1), c, b
    return pixels[::d, ::a]


def _turn(frame: Any) -> tuple[int, int, int, int] | None:
    """Return the frame's display matrix, to the nearest quarter turn; decoders do not apply it. None: it has none."""
    for data in frame.side_data:
        if data.type.name == "DISPLAYMATRIX":
            a, b, _, c, d, *_ = struct.unpack("=9i", bytes(data)[:36])
            straight = abs(a) >= abs(b)
            turn = (int(np.sign(a)), 0, 0, int(np.sign(d))) if straight else (0, int(np.sign(b)), int(np.sign(c)), 0)
            return turn if sum(map(abs, turn)) == 2 else NOT_TURNED
    return None
