"""The picture of a video while it passes: the frames that are due are shown, the others are let go as they are."""

from collections.abc import Callable

from ...core.units import clock
from .frame import Upright
from .timestamps import DueTimes, FrameTimes, promised_seconds


class Pictures:
    """Gives `on_frame` the frames that are due, of all that it sees; `stream` is None where there is no picture."""

    size: tuple[int, int] | None = None
    """Width and height of the upright original, from the first frame on."""

    def __init__(self, container, stream, frames_per_second: float, on_frame: Callable | None, most_side: int):
        self._stream, self._on_frame, self._most_side = stream, on_frame, most_side
        self._times = FrameTimes(container, stream) if stream else None
        self.promised_seconds = promised_seconds(container, stream) if stream else 0.0
        self._due = DueTimes(frames_per_second)
        self._last = None  # (frame, seconds) where it was not due
        self._damage_seconds: float | None = None
        self._interlaced = False

    @property
    def end(self) -> float:
        """When the last frame so far ceases to be shown, in seconds."""
        return self._times.end if self._times else 0.0

    def meet(self, frame) -> None:
        """The first frame, before it is seen: what it says of all."""
        self._upright = Upright(frame, self._stream, self._most_side)
        self.size = self._upright.size

    def see(self, frame) -> None:
        """The next decoded frame; None: something that cannot be decoded."""
        if frame is None:
            self._damaged()
            return
        if self.size is None:
            self.meet(frame)
        if frame.is_corrupt:
            self._damaged()
        seconds = self._times(frame) if self._times else 0.0
        self._interlaced = self._interlaced or frame.interlaced_frame
        due = self._due(seconds)
        self._last = None if due else (frame, seconds)
        if due:
            self._show(frame, seconds)

    def end_reached(self) -> None:
        """After the last, which is looked at if it stands for half an interval or more beyond the next time due."""
        if self._last and self._due.next_seconds + self._due.interval / 2 <= self.end:
            self._show(*self._last)
        self._last = None

    def _show(self, frame, seconds):
        from av.error import FFmpegError

        if self._on_frame is None:
            return
        try:
            shown = self._upright(frame, seconds)
        except (FFmpegError, ValueError):  # a form of pixels that swscale does not know
            self._damaged()
            return
        self._on_frame(shown)

    def _damaged(self):
        self._damage_seconds = self.end if self._damage_seconds is None else self._damage_seconds

    def notes(self, told: bool) -> tuple[str, ...]:
        """What a person should know of how it was read; `told`: that the file breaks off is said elsewhere."""
        damaged = self._damage_seconds is not None and not told
        return tuple(
            sentence
            for holds, sentence in (
                (damaged, f"the picture is damaged after {clock(self._damage_seconds or 0, tenths=True)}"),
                (self._interlaced, "interlaced: the edges of what moves are combed"),
            )
            if holds
        )
