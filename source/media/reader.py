"""One stream of a recording, decoded from a moment on."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..core.errors import DemeanorError
from ..core.units import clock
from . import container as recording
from .clock import StreamClock, has_times, start_seconds, whole_seconds
from .selection import Selection

END_SECONDS = 0.1  # of a recording, in which damage does not matter
# Before the moment asked for: decoders of sound need a run-up, and where a format has no index, seeking is a guess.
EARLIER_SECONDS = (1.0, 10.0, 60.0)


class Reader:
    """The frames of one stream, each as the decoder gives it. It has the file open for itself, so that sound and
    picture are read side by side in little memory however the file interleaves them. Of a chained Ogg all links are.

    pick: container -> the stream to be read. start: seconds of the recording from where on it is needed.
    """

    _earlier_seconds = EARLIER_SECONDS

    def __init__(self, path: Path, container: Any, pick: Callable[[Any], Any], start: float, jumps: list[float]):
        self.path, self._pick, self.start = path, pick, start
        self.clock, self.whole_seconds = StreamClock(container, jumps), whole_seconds(container)
        self._early: list[Any] = []  # decoded in search of the beginning
        self._use(container)

    def close(self) -> None:
        """Close the file."""
        self.container.close()

    def _use(self, container: Any, first_byte: int = 0) -> None:
        from av.stream import Discard

        self.container, self.stream = container, self._pick(container)
        self._first_byte = self.position = first_byte
        for other in container.streams:
            if other is not self.stream:
                other.discard = Discard.all
        self._decoded = self._decode()

    def _decode(self) -> Iterator[Any]:
        return (frame for _, frame in recording.decoded(self, [self.stream]))

    def demux(self, streams: Sequence[Any]) -> Iterator[Any]:
        """Yield the container's packets, and keep where in the file each one is."""
        for packet in self.container.demux(streams):
            self.position = max(self._first_byte + (packet.pos or 0), self.position)
            yield packet

    def frames(self) -> Iterator[Any]:
        """Yield the decoded frames from before `start` on; None where something cannot be decoded."""
        if self.start > 0 and has_times(self.container):
            self._seek()
        yield from self._early
        yield from self._decoded
        while (start := recording.next_link(self.path, self.container, self.position)) is not None:
            container = recording.open_link(self.path, start)
            if container is None or self._pick(container) is None:
                return
            self.close()
            self._use(container, start)
            self.clock.start_at(container)
            yield from self._decoded

    def matters(self, damage_seconds: float) -> bool:
        """Return whether what cannot be decoded from then on is missing: at the very end nothing is."""
        return self.whole_seconds is None or damage_seconds < self.whole_seconds - END_SECONDS

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
            self._decoded = self._decode()
            first = next((frame for frame in self._decoded if frame), None)
            seconds = self.clock.stated(first) if first else None
            if seconds is not None and seconds <= self.start:
                self._early = [first]
                return
        self.close()
        self._use(recording.open_container(self.path))


def selected_seconds(path: Path, container: Any, selection: Selection) -> float | None:
    """Return how long the selected part is by the file's header; None where that does not say.

    Raises DemeanorError where the recording says that it ends before it.
    """
    whole, start = whole_seconds(container), selection.start_seconds
    if whole is not None and whole <= start:
        stored = recording.TRUE_SOUND_DURATIONS | recording.TRUE_PICTURE_DURATIONS
        if not stored & set(container.format.name.split(",")):
            return None
        raise DemeanorError(f"{path} ends at {clock(whole)}, before {clock(start)}, from where it was to be read.")
    ends = [end for end in (whole, selection.end_seconds) if end is not None]
    return min(ends) - start if ends else None


def nothing_read(path: Path, what: str, selection: Selection) -> DemeanorError:
    """Return the error that nothing could be read of `path`, of which `what` tells what it is."""
    if selection.start_seconds:
        start = clock(selection.start_seconds, tenths=True)
        return DemeanorError(f"Nothing can be read of {path} from {start} on; it may be shorter, or damaged there.")
    return DemeanorError(f"{path} {what}, but nothing in it can be read; give the whole file.")
