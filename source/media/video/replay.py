"""Read every frame of a video at the time it is shown, for a writer that draws on them."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from ...core.errors import DemeanorError
from .. import container as sound_file
from ..selection import WHOLE, Selection
from .frame import Frame, Upright, picture_stream
from .reader import Picture, PictureReader


class Replay(sound_file.Recording):
    """A video's frames in the order and at the seconds they are shown; a context manager to be iterated over once.

    Its clock is that of Decoder. Opening raises DemeanorError where there is no picture or none of it can be decoded.
    Damaged frames are skipped.

    with Replay(path) as frames:
        for frame in frames:
            ...
    """

    size: tuple[int, int]  # width and height of the upright original, in square pixels
    average_rate: Fraction  # frames a second; the average, where their rate varies
    time_base: Fraction  # unit of the file's timestamps, in seconds
    jumps: list[float]  # see StreamClock
    upright: Upright  # what makes a Frame of what is decoded

    def __init__(self, path: Path, selection: Selection = WHOLE):
        container = sound_file.opened(Path(path), refuse_without_picture)
        self.jumps = []
        self._reader = PictureReader(Path(path), container, selection, None, None, self.jumps)
        self._container = self._reader  # to be closed
        if self._reader.size is None:
            self.close()
            raise DemeanorError(f"{path} has a picture, but nothing of it can be decoded; give the whole file.")
        self.upright = self._reader.upright
        self.size, self.average_rate, self.time_base = self._reader.size, self._reader.rate, self._reader.time_base

    @property
    def seconds_read(self) -> float:
        """When the last frame so far ceases to be shown."""
        return self._reader.seconds_read

    def __iter__(self) -> Iterator[Frame]:
        return iter(self._reader)

    def converted(self, convert: Callable[[Any], Picture]) -> Iterator[tuple[Picture, float]]:
        """Yield what `convert` makes of each of PyAV's frames, and its seconds; instead of iterating over it."""
        return self._reader.converted(convert)


def refuse_without_picture(path: Path, container: Any) -> None:
    """Raise DemeanorError where the container has no moving picture that can be decoded."""
    if picture_stream(container) is None:
        raise DemeanorError(f"{path} has no picture that can be decoded; give a video.")
