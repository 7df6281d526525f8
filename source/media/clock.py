"""The time of a recording's frames by their timestamps, also where these are missing, nonsense or start anew."""

from collections.abc import Sequence
from typing import Any

from .container import MICROSECONDS

RESTART_SECONDS = 1.0  # back by more: the clock starts anew (parts put together, a chained Ogg); by less: an overlap
MOST_SECONDS_AHEAD = 24 * 3600.0  # further ahead is no gap but nonsense
# Formats of broadcast, whose clock may be set at any time. A real gap may well be minutes long.
MOST_BROADCAST_SECONDS_AHEAD = 3600.0
SAME_JUMP_SECONDS = 1.0  # by which sound and picture may differ about one and the same jump


def start_seconds(container: Any) -> float:
    """Return what the container's clock shows at the recording's time 0."""
    return (container.start_time or 0) / MICROSECONDS


def whole_seconds(container: Any) -> float | None:
    """Return the recording's length by its header, or by FFmpeg's estimate; None where neither is there."""
    duration = (container.duration or 0) / MICROSECONDS
    if "matroska" in container.format.name:
        duration -= max(start_seconds(container), 0.0)  # it counts from the clock's zero
    return duration if duration > 0 else None


class StreamClock:
    """Give the frames of one stream their seconds from the recording's time 0.

    jumps: seconds by which the recording's clock was set back or forward, one after another. Streams that share the
    list take a jump by the same amount, so that they stay in step after it.
    """

    def __init__(self, container: Any, jumps: list[float]):
        from av.format import Flags

        self._start, self._jumps, self._passed = start_seconds(container), jumps, 0
        self._offset = 0.0
        broadcast = container.format.flags & Flags.ts_discont.value
        self._most_ahead = MOST_BROADCAST_SECONDS_AHEAD if broadcast else MOST_SECONDS_AHEAD

    def stated(self, frame: Any) -> float | None:
        """Return the time of a frame by its own timestamp; None where it has none."""
        ticks = frame.dts if frame.pts is None else frame.pts
        if ticks is None or not frame.time_base:
            return None
        return float(ticks * frame.time_base) - self._start + self._offset

    def __call__(self, frame: Any, expected: float | None) -> float:
        """Return the time of the next frame; `expected`: by those before it, None for the first."""
        seconds = self.stated(frame)
        if seconds is None:
            return expected or 0.0
        if expected is not None and not -RESTART_SECONDS <= seconds - expected <= self._most_ahead:
            seconds += self._jump(expected - seconds)
        return seconds

    def _jump(self, by: float) -> float:
        known: Sequence[float] = self._jumps[self._passed : self._passed + 1]
        if known and abs(known[0] - by) <= SAME_JUMP_SECONDS:
            by = known[0]
        elif not known:
            self._jumps.append(by)
        self._passed += 1
        self._offset += by
        return by
