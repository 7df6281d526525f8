"""The picture of a video: its stream in a container, and the upright pixels of a decoded frame."""

import os
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..container import is_cover

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

    def __init__(self, frame: Any, stream: Any, most_side: int | None = None):
        from av.video.reformatter import VideoReformatter

        aspect = stream.sample_aspect_ratio
        self._aspect = aspect if aspect and PIXEL_ASPECTS[0] <= aspect <= PIXEL_ASPECTS[1] else 1
        self._turn = _turn(frame) or NOT_TURNED
        self.size = self._upright_size(frame)
        self.scale = max(max(self.size) / most_side, 1.0) if most_side else 1.0
        self._goal = _reduced(self.size, self.scale)
        self._reformatter = VideoReformatter()  # one for all frames: a frame's own sets up anew each time

    def __call__(self, frame: Any, seconds: float) -> Frame:
        """Convert a frame that is shown at `seconds`."""
        self._turn = _turn(frame) or self._turn
        size = self._upright_size(frame)
        fitting = max(side / goal for side, goal in zip(size, self._goal, strict=True))
        width, height = self._goal if size == self.size else _reduced(size, fitting)
        stored = (width, height) if self._turn[0] else (height, width)
        # Interpolation: swscale's bilinear averages over all source pixels when it reduces.
        rgb = self._reformatter.reformat(frame, *stored, "rgb24", interpolation="BILINEAR", threads=1)
        pixels = np.ascontiguousarray(turned(rgb.to_ndarray(), self._turn))
        return Frame(pixels if (width, height) == self._goal else self._framed(pixels), seconds, self.scale)

    def _upright_size(self, frame: Any) -> tuple[int, int]:
        width, height = max(round(frame.width * self._aspect), 1), frame.height
        return (width, height) if self._turn[0] else (height, width)

    def _framed(self, pixels: np.ndarray) -> np.ndarray:
        """Return `pixels` (H, W, 3) with black bars around them."""
        width, height = self._goal
        framed = np.zeros((height, width, 3), np.uint8)
        top, left = (height - pixels.shape[0]) // 2, (width - pixels.shape[1]) // 2
        framed[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        return framed


def _reduced(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(round(size[0] / scale), 1), max(round(size[1] / scale), 1)


def turned(pixels: np.ndarray, turn: tuple[int, int, int, int]) -> np.ndarray:
    """Apply the display matrix (a, b; c, d), each -1, 0 or 1, to `pixels` (H, W, 3): x' = ax + cy, y' = bx + dy."""
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
