"""Spare a decoder the frames that nobody looks at: of thirty a second, five are analysed."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from .timestamps import DueTimes

CODECS = ("h264", "hevc")  # whose decoders leave out just those frames that no other one is predicted from
REORDERED = 32  # packets, at most, between where a frame is stored and where it is shown
MOST_INTERVAL_SECONDS = 0.5  # of rarer frames, others are needed to tell what stands still


def can_spare(stream: Any, due: DueTimes) -> bool:
    """Return whether frames of the stream that are not due can be left out without a change to the others."""
    return stream.codec_context.name in CODECS and due.interval <= MOST_INTERVAL_SECONDS


def spared(packets: Iterable[Any], stream: Any, due: DueTimes, first_seconds: float) -> Iterator[Any]:
    """Yield the packets; before each, tell the decoder whether its frame may be left out if no other needs it.

    A frame is needed if a time due lies between the one shown before it and itself, and whatever is uncertain: frames
    without a time, those of the file's end, and those before the selection. first_seconds: by the container's clock,
    from where on times are counted.
    """
    waiting: deque[Any] = deque()
    shown: list[int] = []  # timestamps of the packets that wait, and of as many before them
    passed: deque[int] = deque()
    for packet in packets:
        waiting.append(packet)
        if packet.pts is not None:
            insort(shown, packet.pts)
        if len(waiting) <= REORDERED:
            continue
        oldest = waiting.popleft()
        stream.codec_context.skip_frame = "DEFAULT" if _is_needed(oldest, shown, due, first_seconds) else "NONREF"
        yield oldest
        if oldest.pts is not None:
            passed.append(oldest.pts)
        if len(passed) > REORDERED:
            del shown[bisect_left(shown, passed.popleft())]
    stream.codec_context.skip_frame = "DEFAULT"
    yield from waiting


def _is_needed(packet: Any, shown: list[int], due: DueTimes, first_seconds: float) -> bool:
    if packet.pts is None or not packet.time_base:
        return True
    at = bisect_left(shown, packet.pts)
    if not at:
        return True
    before, now = (float(pts * packet.time_base) - first_seconds for pts in (shown[at - 1], packet.pts))
    return before < 0 or due.place(now) > due.place(before)
