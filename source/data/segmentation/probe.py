"""Probe a recording's container for its length and for a picture."""

from dataclasses import dataclass
from pathlib import Path

from ...media.sound.container import MICROSECONDS, open_container
from ...media.video.frame import picture_stream


@dataclass(frozen=True)
class Header:
    """What a file's header says."""

    seconds: float | None = None
    """None where nothing tells, or where the file is not a recording."""
    has_picture: bool = False

    @property
    def suffix(self) -> str:
        """Ending of the chunks it is cut into."""
        return ".mp4" if self.has_picture else ".flac"


def header_of(file: Path) -> Header:
    """Return the header of `file`; where it lacks the length (a browser's recording), by the packets, undecoded."""
    from av.error import FFmpegError

    try:
        with open_container(file) as container:
            seconds = (container.duration or 0) / MICROSECONDS
            if not seconds:
                times = [packet.pts * packet.time_base for packet in container.demux() if packet.pts is not None]
                seconds = float(max(times) - min(times)) if times else 0.0
            return Header(seconds or None, picture_stream(container) is not None)
    except (FFmpegError, ValueError, OSError):
        return Header()
