"""When a video's frames are shown, and which of them are due."""

import math
from fractions import Fraction

from ..sound.container import MICROSECONDS

USUAL_RATE = Fraction(25)  # where a file does not tell
MOST_RATE = 1000  # frames a second that are believed; more is a tick of the clock
TRUE_DURATIONS = {"mov", "matroska", "avi", "flv"}  # formats that know how long they are and do not estimate it
ROUNDING_SECONDS = 0.001  # to which Matroska and Flash Video give times


class FrameTimes:
    """A picture's decoded frames, one after the other -> their seconds since the recording's time 0, ever rising."""

    end: float = 0.0
    """When the last one ceases to be shown."""

    def __init__(self, container, stream):
        self._start = (container.start_time or 0) / MICROSECONDS
        self.rate = frame_rate(stream)
        self._last: float | None = None

    def __call__(self, frame) -> float:
        seconds = self._stamp(frame)
        if self._last is not None and (seconds is None or seconds <= self._last):
            seconds = self._last + float(1 / self.rate)
        self._last = max(seconds or 0.0, 0.0)
        lasts = frame.duration * frame.time_base if frame.duration and frame.time_base else 1 / self.rate
        self.end = self._last + float(lasts)
        return self._last

    def _stamp(self, frame):
        ticks = frame.dts if frame.pts is None else frame.pts
        return None if ticks is None or not frame.time_base else float(ticks * frame.time_base) - self._start


class DueTimes:
    """Whether a frame is the first at or after a time that is due: every 1 / `frames_per_second` seconds from 0 on."""

    def __init__(self, frames_per_second: float):
        self._rate, self._next = frames_per_second, 0
        self.interval = 1 / frames_per_second

    def __call__(self, seconds: float) -> bool:
        passed = math.floor((seconds + ROUNDING_SECONDS) * self._rate)
        if passed < self._next:
            return False
        self._next = passed + 1
        return True

    @property
    def next_seconds(self) -> float:
        return self._next / self._rate


def frame_rate(stream) -> Fraction:
    """Frames a second of a picture stream, as near as its file tells; of a variable one the average."""
    rates = (stream.average_rate, stream.guessed_rate, stream.base_rate)
    return next((rate for rate in rates if rate and 0 < rate <= MOST_RATE), USUAL_RATE)


def promised_seconds(container, stream) -> float:
    """How long the file says that it lasts, where its format knows that; else 0."""
    formats = set(container.format.name.split(","))
    if not formats & TRUE_DURATIONS:
        return 0.0
    seconds = (container.duration or 0) / MICROSECONDS
    # AVI says how many frames it has; FFmpeg goes by how many there are.
    return max(seconds, float(stream.frames / frame_rate(stream))) if "avi" in formats else seconds
