"""When a video's frames are shown, and which of them are due."""

import math
from fractions import Fraction
from typing import Any

from ..clock import StreamClock, has_times, whole_seconds
from ..container import TRUE_PICTURE_DURATIONS

DEFAULT_RATE = Fraction(25)  # where a file states none
MOST_RATE = 1000  # plausible frames a second; more is a tick of the clock
ROUNDING_SECONDS = 0.001  # resolution of times in Matroska and Flash Video


class FrameTimes:
    """Map decoded frames, one after another, to strictly rising seconds since the recording's time 0."""

    end: float = 0.0  # when the last frame ceases to be shown

    def __init__(self, clock: StreamClock, rate: Fraction, has_times: bool = True):
        """Count at `rate` where the file has no times, or a frame has none."""
        self._clock, self._rate, self._has_times = clock, rate, has_times
        self._last: float | None = None
        self._count = 0

    def __call__(self, frame: Any, position: int = 0) -> float:
        """Return the seconds of the next frame; position: byte of the file at which it is."""
        if not self._has_times:
            self._count += 1
            self.end = float(self._count / self._rate)
            return float((self._count - 1) / self._rate)
        expected = None if self._last is None else self._last + float(1 / self._rate)
        seconds = max(self._clock(frame, expected, position), 0.0)
        self._last = seconds if expected is None or seconds > expected - float(1 / self._rate) else expected
        duration = frame.duration * frame.time_base if frame.duration and frame.time_base else 1 / self._rate
        self.end = self._last + float(duration)
        return self._last


class DueTimes:
    """Tell whether a frame is the first at or after a multiple of 1 / `frames_per_second` seconds."""

    def __init__(self, frames_per_second: float):
        self._rate, self.interval = frames_per_second, 1 / frames_per_second
        self._next, self.next_seconds = 0, 0.0  # the next time due, in intervals and in seconds

    def __call__(self, seconds: float) -> bool:
        """Return whether the frame shown at `seconds` is due."""
        passed = self.place(seconds)
        if passed < self._next:
            return False
        self._next, self.next_seconds = passed + 1, (passed + 1) / self._rate
        return True

    def place(self, seconds: float) -> int:
        """Return how many times due lie before `seconds`, or at it."""
        return math.floor((seconds + ROUNDING_SECONDS) * self._rate)


def stated_rate(stream: Any) -> Fraction | None:
    """Return the frames a second that the encoder wrote into the stream itself; None where it did not."""
    rate = stream.codec_context.framerate
    return rate if rate and 0 < rate <= MOST_RATE else None


def frame_rate(stream: Any) -> Fraction:
    """Return the frames a second of a picture stream by its header; of a variable rate the average."""
    of_file = (stream.average_rate, stream.guessed_rate, stream.base_rate)
    rates = of_file if has_times(stream.container) else (stated_rate(stream),)
    return next((rate for rate in rates if rate and 0 < rate <= MOST_RATE), DEFAULT_RATE)


def promised_seconds(container: Any, stream: Any) -> float:
    """Return how long the file says it lasts, where its format stores that; else 0."""
    formats = set(container.format.name.split(","))
    if not formats & TRUE_PICTURE_DURATIONS:
        return 0.0
    seconds = whole_seconds(container) or 0.0
    # The header of an AVI counts the frames it should have; FFmpeg counts those that are there.
    return max(seconds, float(stream.frames / frame_rate(stream))) if "avi" in formats else seconds
