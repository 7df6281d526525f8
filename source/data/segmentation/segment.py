"""A stretch of a recording, and how a clip's path says that it is one."""

import re
from dataclasses import dataclass
from pathlib import Path

from ...media.types import RECORDINGS

NAME = re.compile(r"from_(?P<start>\d+)_to_(?P<end>\d+)_ms")


@dataclass(frozen=True)
class Stretch:
    """From `start_seconds` to before `end_seconds` of the recording in `file`."""

    file: Path
    start_seconds: float = 0.0
    end_seconds: float | None = None
    """None: where the recording ends."""

    @property
    def seconds(self) -> float:
        return (self.end_seconds or 0.0) - self.start_seconds

    def name(self, suffix: str) -> str:
        """A file's name for it.

        >>> Stretch(Path("talk.mp4"), 3.5, 7.25).name(".mp4")
        'from_3500_to_7250_ms.mp4'
        """
        return f"from_{round(self.start_seconds * 1000)}_to_{round((self.end_seconds or 0) * 1000)}_ms{suffix}"

    def within(self, seconds: float | None) -> "Stretch":
        """The same with its end, in a recording of this length; of no length where it begins after that."""
        end = min(self.end_seconds or seconds or 0.0, seconds or self.end_seconds or 0.0)
        return Stretch(self.file, min(self.start_seconds, end), end)


def stretch_path(file: Path, start_seconds: float, end_seconds: float) -> Path:
    """The path of a clip that is a stretch of `file`: no file lies there, as with the rows of `fer2013`."""
    return file / Stretch(file, start_seconds, end_seconds).name(file.suffix)


def stretch_of(path: Path) -> Stretch:
    """What a clip's path stands for: a stretch, or the whole file.

    >>> stretch_of(Path("talk.mp4/from_3500_to_7250_ms.mp4"))
    Stretch(file=PosixPath('talk.mp4'), start_seconds=3.5, end_seconds=7.25)
    """
    match = NAME.fullmatch(path.stem)
    if not match or path.parent.suffix.lower() not in RECORDINGS:
        return Stretch(path)
    return Stretch(path.parent, int(match["start"]) / 1000, int(match["end"]) / 1000)


def is_stretch(path: Path) -> bool:
    """Whether the path stands for a part of a file."""
    return stretch_of(path).file != path
