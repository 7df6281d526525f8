"""One stream of a recording, decoded from a moment on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..core.errors import DemeanorError
from ..core.units import clock
from . import container as recording
from .clock import StreamClock, start_seconds, whole_seconds
from .selection import Selection

# Before the moment asked for: decoders of sound need a run-up, and where a format has no index, seeking is a guess.
EARLIER_SECONDS = (1.0, 10.0, 60.0)


class Reader:
    """The frames of one stream, each as the decoder gives it. It has the file open for itself, so that sound and
    picture are read side by side in little memory however the file interleaves them.

    pick: container -> the stream to be read. start: seconds of the recording from where on it is needed.
    """

    _earlier_seconds = EARLIER_SECONDS

    def __init__(self, path: Path, container: Any, pick: Callable[[Any], Any], start: float, jumps: list[float]):
        self.path, self._pick, self.start, self._jumps = path, pick, start, jumps
        self._use(container)
        self._early: list[Any] = []  # decoded in search of the beginning

    def close(self) -> None:
        """Close the file."""
        self.container.close()

    def _use(self, container: Any) -> None:
        from av.stream import Discard

        self.container, self.stream = container, self._pick(container)
        self.clock = StreamClock(container, self._jumps)
        for other in container.streams:
            if other is not self.stream:
                other.discard = Discard.all
        self._decoded = (frame for _, frame in recording.decoded(container, [self.stream]))

    def frames(self) -> Iterator[Any]:
        """Yield the decoded frames from before `start` on; None where something cannot be decoded."""
        if self.start > 0:
            self._seek()
        yield from self._early
        yield from self._decoded

    def _seek(self) -> None:
        """Go to the last frame before `start` that can be found fast, else to the beginning."""
        from av.error import FFmpegError

        for earlier in self._earlier_seconds:
            moment = self.start - earlier
            try:
                ticks = round((start_seconds(self.container) + moment) / self.stream.time_base)
                if moment > 0:
                    self.container.seek(ticks, stream=self.stream)
            except FFmpegError:
                moment = 0.0
            if moment <= 0:
                break
            self._decoded = (frame for _, frame in recording.decoded(self.container, [self.stream]))
            first = next((frame for frame in self._decoded if frame), None)
            seconds = self.clock.stated(first) if first else None
            if seconds is not None and seconds <= self.start:
                self._early = [first]
                return
        self.close()
        self._use(recording.open_container(self.path))


def selected_seconds(path: Path, container: Any, selection: Selection) -> float | None:
    """Return how long the selected part is by the file's header; None where that does not say.

    Raises DemeanorError where the recording ends before it.
    """
    whole, start = whole_seconds(container), selection.start_seconds
    if whole is not None and whole <= start:
        raise DemeanorError(f"{path} ends at {clock(whole)}, before {clock(start)}, from where it was to be read.")
    ends = [end for end in (whole, selection.end_seconds) if end is not None]
    return min(ends) - start if ends else None
