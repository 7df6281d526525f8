"""A segment of a recording, and how a clip's path names one."""

import re
from dataclasses import dataclass
from pathlib import Path

from ...media.types import RECORDINGS

NAME = re.compile(r"from_(?P<start>\d+)_to_(?P<end>\d+)_ms")


@dataclass(frozen=True)
class Segment:
    """The part of the recording in `file` from `start_seconds` to before `end_seconds`."""

    file: Path
    start_seconds: float = 0.0
    end_seconds: float | None = None  # None: the end of the recording

    @property
    def seconds(self) -> float:
        """Duration; not above 0 where the end is not known."""
        return (self.end_seconds or 0.0) - self.start_seconds

    def name(self, suffix: str) -> str:
        """Return a file name for it.

        >>> Segment(Path("talk.mp4"), 3.5, 7.25).name(".mp4")
        'from_3500_to_7250_ms.mp4'
        """
        return f"from_{round(self.start_seconds * 1000)}_to_{round((self.end_seconds or 0) * 1000)}_ms{suffix}"

    def within(self, seconds: float | None) -> "Segment":
        """Return it with its end in a recording of this length; empty where it begins after that."""
        end = min(self.end_seconds or seconds or 0.0, seconds or self.end_seconds or 0.0)
        return Segment(self.file, min(self.start_seconds, end), end)


def segment_of(path: Path) -> Segment:
    """Return the segment that a clip's path names; the whole file for any other path.

    No file lies at the path of a segment, as with the rows of `fer2013`.

    >>> segment_of(Path("talk.mp4/from_3500_to_7250_ms.mp4"))
    Segment(file=PosixPath('talk.mp4'), start_seconds=3.5, end_seconds=7.25)
    """
    match = NAME.fullmatch(path.stem)
    if not match or path.parent.suffix.lower() not in RECORDINGS:
        return Segment(path)
    return Segment(path.parent, int(match["start"]) / 1000, int(match["end"]) / 1000)
