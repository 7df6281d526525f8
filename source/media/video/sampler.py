"""Pick the frames of a video that are due while it passes; the others are dropped undecoded to pixels."""

from collections.abc import Callable
from typing import Any

from ...core.units import clock
from .frame import Frame, Upright
from .timestamps import DueTimes, FrameTimes, promised_seconds

OnFrame = Callable[[Frame], None]


class FrameSampler:
    """Give `on_frame` the frames that are due; `stream` is None where there is no picture."""

    size: tuple[int, int] | None = None  # width and height of the upright original, from the first frame on

    def __init__(self, container: Any, stream: Any, frames_per_second: float, on_frame: OnFrame | None, most_side: int):
        self._stream, self._on_frame, self._most_side = stream, on_frame, most_side
        self._times = FrameTimes(container, stream) if stream else None
        self.promised_seconds = promised_seconds(container, stream) if stream else 0.0
        self._due = DueTimes(frames_per_second)
        self._skipped: tuple[Any, float] | None = None  # the last frame and its time, where it was not due
        self._damage_seconds: float | None = None
        self._interlaced = False

    @property
    def end(self) -> float:
        """When the last frame so far ceases to be shown, in seconds."""
        return self._times.end if self._times else 0.0

    def prepare(self, frame: Any) -> None:
        """Take size and rotation from the first frame, before it is added."""
        self._upright = Upright(frame, self._stream, self._most_side)
        self.size = self._upright.size

    def add(self, frame: Any) -> None:
        """Take the next decoded frame; None: something that cannot be decoded."""
        if frame is None:
            self._damaged()
            return
        if self.size is None:
            self.prepare(frame)
        if frame.is_corrupt:
            self._damaged()
        seconds = self._times(frame) if self._times else 0.0
        self._interlaced = self._interlaced or frame.interlaced_frame
        due = self._due(seconds)
        self._skipped = None if due else (frame, seconds)
        if due:
            self._emit(frame, seconds)

    def finish(self) -> None:
        """Emit the last frame too if it is shown for half an interval or more beyond the next time due."""
        if self._skipped and self._due.next_seconds + self._due.interval / 2 <= self.end:
            self._emit(*self._skipped)
        self._skipped = None

    def _emit(self, frame: Any, seconds: float) -> None:
        from av.error import FFmpegError

        if self._on_frame is None:
            return
        try:
            upright = self._upright(frame, seconds)
        except (FFmpegError, ValueError):  # a pixel format that swscale does not know
            self._damaged()
            return
        self._on_frame(upright)

    def _damaged(self) -> None:
        self._damage_seconds = self.end if self._damage_seconds is None else self._damage_seconds

    def notes(self, with_damage: bool) -> tuple[str, ...]:
        """Return warnings about how it was read, for people; with_damage: damage among them."""
        damaged = with_damage and self._damage_seconds is not None
        damage = f"the picture is damaged after {clock(self._damage_seconds or 0, tenths=True)}"
        interlaced = "interlaced: the edges of what moves are combed"
        return (damage,) * damaged + (interlaced,) * self._interlaced
