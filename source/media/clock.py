"""The time of a recording's frames by their timestamps, also where these are missing, nonsense or start anew."""

import math
from collections.abc import Sequence
from typing import Any

from .container import MICROSECONDS

RESTART_SECONDS = 1.0  # back by more: the clock starts anew (parts put together, a chained Ogg); by less: an overlap
MOST_SECONDS_AHEAD = 24 * 3600.0  # further ahead is no gap but nonsense
# In formats of broadcast the clock may be set at any time: FFmpeg takes more than this for that. But it may be a gap,
# over which the other streams go on; then the file has about as many bytes there as elsewhere.
BROADCAST_SECONDS_AHEAD = 10.0
LEAST_BYTES_OF_GAP = 0.25  # of those that the recording has on average in as long
BEYOND_SECONDS = 60.0  # a jump to so far behind the end that the file states is nonsense too
SAME_JUMP_SECONDS = 1.0  # by which sound and picture may differ about one and the same jump


def start_seconds(container: Any) -> float:
    """Return what the container's clock shows at the recording's time 0."""
    return (container.start_time or 0) / MICROSECONDS


def has_times(container: Any) -> bool:
    """Return whether the file's frames have times; those of a bare H.264 stream have none."""
    from av.format import Flags

    return not container.format.flags & Flags.no_timestamps.value


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

        self._jumps, self._passed, self._offset, self._position = jumps, 0, 0.0, 0
        self.is_broadcast = bool(container.format.flags & Flags.ts_discont.value)
        self.start_at(container)

    def start_at(self, container: Any) -> None:
        """Go on with the frames of another container."""
        self._start, self._whole = start_seconds(container), whole_seconds(container) or math.inf
        self._bytes_per_second = max(container.size, 0) / self._whole

    def stated(self, frame: Any) -> float | None:
        """Return the time of a frame by its own timestamp; None where it has none."""
        ticks = frame.dts if frame.pts is None else frame.pts
        if ticks is None or not frame.time_base:
            return None
        return float(ticks * frame.time_base) - self._start + self._offset

    def __call__(self, frame: Any, expected: float | None, position: int = 0) -> float:
        """Return the time of the next frame.

        expected: by the frames before it; None for the first. position: byte of the file at which it is.
        """
        seconds, passed = self.stated(frame), position - self._position
        self._position = position
        if seconds is None:
            return expected or 0.0
        ahead = seconds - (expected or 0.0)
        least = -math.inf if expected is None else -RESTART_SECONDS
        most = math.inf if expected is None else MOST_SECONDS_AHEAD
        if self.is_broadcast and passed < LEAST_BYTES_OF_GAP * ahead * self._bytes_per_second:
            most = BROADCAST_SECONDS_AHEAD
        if seconds > self._whole + BEYOND_SECONDS:
            most = min(most, BEYOND_SECONDS)
        if not least <= ahead <= most:
            seconds += self._jump(-ahead)
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
