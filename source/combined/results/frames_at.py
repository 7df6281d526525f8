"""Single frames of a video, found by seeking: hours are not decoded for a few pictures."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...media import container as sound_file
from ...media.video.frame import Frame, Upright, picture_stream
from ...media.video.replay import Replay, refuse_without_picture

ROUNDING_SECONDS = 0.002  # of the times that containers hold
EARLIER_SECONDS = (0.0, 10.0)  # seeking in a format without an index is a guess, which may lead too far


def frames_at(path: Path, times: Sequence[float]) -> Iterator[Frame]:
    """Yield, for each of `times` in seconds and rising, the first frame at or after it; none for a time past the end.

    Where a file cannot be seeked in, it is decoded from its beginning. Raises DemeanorError as Replay does.
    """
    with sound_file.opened(path, refuse_without_picture) as container:
        stream, upright = picture_stream(container), None
        for number, seconds in enumerate(times):
            tries = (_seek(container, stream, seconds, earlier) for earlier in EARLIER_SECONDS)
            found = next((frame for frame in tries if frame), None)
            if found is None:
                yield from _one_by_one(path, times[number:])
                return
            upright = upright or Upright(found, stream)
            yield upright(found, seconds)


def _seek(container: Any, stream: Any, seconds: float, earlier: float) -> Any:
    """Return the first frame at or after that time; None where seeking ends behind it, or the file has no times."""
    from av.error import FFmpegError

    start = (container.start_time or 0) / sound_file.MICROSECONDS
    try:
        container.seek(max(int((start + seconds - earlier) * sound_file.MICROSECONDS), 0), backward=True)
    except FFmpegError:
        return None
    is_first = True
    for _, frame in sound_file.decoded(container, [stream]):
        if frame is None:
            continue
        if frame.time is None or (is_first and frame.time - start > seconds + ROUNDING_SECONDS):
            return None
        if frame.time - start >= seconds - ROUNDING_SECONDS:
            return frame
        is_first = False
    return None


def _one_by_one(path: Path, times: Sequence[float]) -> Iterator[Frame]:
    waiting = list(times)
    with Replay(path) as video:
        for frame in video:
            while waiting and frame.seconds >= waiting[0] - ROUNDING_SECONDS:
                waiting.pop(0)
                yield frame
            if not waiting:
                return
