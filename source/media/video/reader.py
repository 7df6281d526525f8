"""The picture of a recording as upright frames, each at the time it is shown."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ...core.units import clock
from ..clock import has_times, start_seconds
from ..reader import EARLIER_SECONDS, Reader
from ..selection import Selection
from .frame import Frame, Upright, picture_stream
from .sparing import can_spare, spared
from .timestamps import DueTimes, FrameTimes, frame_rate, promised_seconds, stated_rate

HELD_SECONDS = 1.0  # a picture that is shown for longer, as in a slide show, is given again
CONSTANT_RATE = ("ogg", "avi")  # formats that leave out a frame where the picture stays as it is
HELD_RATE = 5  # a second, where every frame is given
ROUNDING_SECONDS = 0.001  # of the times that containers hold

Picture = TypeVar("Picture")


class PictureReader(Reader):
    """Iterate over it once: the frames that are due, at seconds from the beginning of the selection.

    Due is the first frame at or after each multiple of 1 / `frames_per_second` seconds; None: every frame. None is
    given twice, so that a video of fewer frames gives each of them once, but for one that stands still: for more than
    HELD_SECONDS, or because the file says so. Damaged frames are skipped.
    """

    _earlier_seconds = (0.0, *EARLIER_SECONDS)  # a key frame needs no run-up
    size: tuple[int, int] | None = None
    """Width and height of the upright original in square pixels; None where nothing can be decoded."""

    def __init__(
        self, path: Path, container: Any, selection: Selection, frames_per_second: float | None,
        most_side: int | None, jumps: list[float],
    ):  # fmt: skip
        super().__init__(path, container, picture_stream, selection.start_seconds, jumps)
        self._end, self._most_side = selection.end_seconds, most_side
        self.rate: Fraction = frame_rate(self.stream)
        self.time_base: Fraction = self.stream.time_base
        self.promised_seconds = promised_seconds(container, self.stream)
        self._times = FrameTimes(self.clock, self.rate, has_times(container))
        self._has_assumed_rate = not has_times(container) and stated_rate(self.stream) is None
        self._held_seconds = 1 / float(self.rate) if container.format.name in CONSTANT_RATE else HELD_SECONDS
        self._due = DueTimes(frames_per_second) if frames_per_second else None
        self._damage_seconds: float | None = None
        self._interlaced = False
        self._shown = self._from_start()
        first = next(self._shown, None)
        if first:
            self.upright = Upright(first[0], self.stream, most_side)
            self.size = self.upright.size
            self._shown = chain([first], self._shown)

    def demux(self, streams: Sequence[Any]) -> Iterator[Any]:
        """Yield the container's packets; frames that are not due are not decoded where that saves time."""
        packets, due, container = super().demux(streams), self._due, self.container
        is_steady = has_times(container) and not self.clock.is_broadcast and container.format.name not in CONSTANT_RATE
        if due is None or not is_steady or not can_spare(self.stream, due):
            return packets
        return spared(packets, self.stream, due, start_seconds(container) + self.start)

    @property
    def seconds_read(self) -> float:
        """When the last frame so far ceases to be shown."""
        end = self._times.end if self._end is None else min(self._times.end, self._end)
        return max(end - self.start, 0.0)

    def notes(self, with_damage: bool) -> tuple[str, ...]:
        """Return warnings about how it was read, for people; with_damage: damage among them."""
        damage = f"the picture is damaged after {clock(self._damage_seconds or 0, tenths=True)}"
        notes = {
            damage: with_damage and self._damage_seconds is not None,
            "interlaced: the edges of what moves are combed": self._interlaced,
            f"the file has no times: {float(self.rate):g} frames a second are assumed": self._has_assumed_rate,
        }
        return tuple(note for note, holds in notes.items() if holds)

    def __iter__(self) -> Iterator[Frame]:
        frames = self.converted(lambda frame: self.upright(frame, 0.0))
        return (replace(frame, seconds=seconds) for frame, seconds in frames)

    def converted(self, convert: Callable[[Any], Picture]) -> Iterator[tuple[Picture, float]]:
        """Yield what `convert` makes of each of PyAV's frames that is due, and when; instead of iterating over it."""
        last_seconds = 0.0
        for (frame, seconds), (following, until) in pairwise(chain(self._shown, [(None, 0.0)])):
            if following is None:
                is_slide = seconds - last_seconds > HELD_SECONDS or seconds == 0
                until = max(self.seconds_read, self._until_end() if is_slide else 0.0)
            last_seconds, picture = seconds, None
            for moment in self._moments(seconds, until, is_last=following is None):
                picture = picture or self._converted(frame, convert)
                if picture is None:
                    break
                yield picture, moment

    def _until_end(self) -> float:
        whole = self.whole_seconds or 0.0
        return (whole if self._end is None else min(whole, self._end)) - self.start

    def _moments(self, seconds: float, until: float, is_last: bool) -> list[float]:
        """Return when a frame that is shown from `seconds` to `until` is given."""
        if self._due is None:
            is_held = until - seconds > HELD_SECONDS + ROUNDING_SECONDS
            first, last = seconds + 1 / HELD_RATE, until - ROUNDING_SECONDS
            return [seconds, *(np.arange(first, last, 1 / HELD_RATE).tolist() if is_held else ())]
        is_held = until - seconds > self._held_seconds + ROUNDING_SECONDS
        moments = [seconds] if self._due(seconds) else []
        while is_held and self._due.next_seconds < until - ROUNDING_SECONDS:
            moments.append(self._due.next_seconds)
            self._due(self._due.next_seconds)
        if is_last and not moments and self._due.next_seconds + self._due.interval / 2 <= until:
            moments = [seconds]
        return moments

    def _from_start(self) -> Iterator[tuple[Any, float]]:
        """Yield (decoded frame, seconds) from `start` on, first the one that still stands then."""
        before = None
        for frame in self.frames():
            if frame is None or frame.is_corrupt:
                self._damaged()
            if frame is None:
                continue
            seconds = self._times(frame, self.position) - self.start
            if self._end is not None and seconds >= self._end - self.start - ROUNDING_SECONDS:
                break
            if seconds < -ROUNDING_SECONDS:
                before = frame
                continue
            if before is not None and seconds > 1 / self.rate + ROUNDING_SECONDS:
                yield before, 0.0  # still shown
            before = None
            self._interlaced = self._interlaced or frame.interlaced_frame
            yield frame, max(seconds, 0.0)
        if before is not None and self.seconds_read > 0:
            yield before, 0.0

    def _converted(self, frame: Any, convert: Callable[[Any], Picture]) -> Picture | None:
        from av.error import FFmpegError

        try:
            return convert(frame)
        except (FFmpegError, ValueError):  # a pixel format that swscale does not know
            self._damaged()
            return None

    def _damaged(self) -> None:
        seconds = self._times.end
        if self._damage_seconds is None and seconds >= self.start and self.matters(seconds):
            self._damage_seconds = seconds
