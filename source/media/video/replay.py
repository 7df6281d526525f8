"""Read every frame of a video at the time it is shown, for a writer that draws on them."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from ...core.errors import DemeanorError
from ..sound import container as sound_file
from .frame import Frame, Upright, picture_stream
from .timestamps import FrameTimes


class Replay(sound_file.Recording):
    """A video's frames in the order and at the seconds they are shown; a context manager to be iterated over once.

    Opening raises DemeanorError where there is no picture or none of it can be decoded. Damaged frames are skipped.

    with Replay(path) as frames:
        for frame in frames:
            ...
    """

    size: tuple[int, int]  # width and height of the upright original, in square pixels
    average_rate: Fraction  # frames a second; the average, where their rate varies
    time_base: Fraction  # unit of the file's timestamps, in seconds

    def __init__(self, path: Path):
        self._container = sound_file.opened(Path(path), refuse_without_picture)
        stream = picture_stream(self._container)
        self._times = FrameTimes(self._container, stream)
        self.average_rate, self.time_base = self._times.rate, stream.time_base
        self._frames = (frame for _, frame in sound_file.decoded(self._container, [stream]) if frame)
        self._first = next(self._frames, None)
        if self._first is None:
            self.close()
            raise DemeanorError(f"{path} has a picture, but nothing of it can be decoded; give the whole file.")
        self._upright = Upright(self._first, stream)
        self.size = self._upright.size

    @property
    def seconds_read(self) -> float:
        """When the last frame so far ceases to be shown."""
        return self._times.end

    def __iter__(self) -> Iterator[Frame]:
        frame, self._first = self._first, None
        while frame:
            yield self._upright(frame, self._times(frame))
            frame = next(self._frames, None)


def refuse_without_picture(path: Path, container: Any) -> None:
    """Raise DemeanorError where the container has no moving picture that can be decoded."""
    if picture_stream(container) is None:
        raise DemeanorError(f"{path} has no picture that can be decoded; give a video.")
