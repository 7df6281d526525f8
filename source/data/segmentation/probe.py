"""How long a recording is and whether it has a picture, by its container's header."""

from dataclasses import dataclass
from pathlib import Path

MICROSECONDS = 1_000_000  # in which FFmpeg gives a container's times


@dataclass(frozen=True)
class Header:
    """What a file says of itself."""

    seconds: float | None = None
    """None where nothing tells, or where it is no recording."""
    has_picture: bool = False

    @property
    def suffix(self) -> str:
        """Ending of the pieces it is cut into."""
        return ".mp4" if self.has_picture else ".flac"


def header_of(file: Path) -> Header:
    """The header of `file`; where that lacks the length (a browser's recording), by the packets, undecoded."""
    from av.error import FFmpegError

    try:
        with opened(file) as container:
            seconds = (container.duration or 0) / MICROSECONDS or _by_packets(container)
            return Header(seconds or None, picture_of(container) is not None)
    except (FFmpegError, ValueError, OSError):
        return Header()


def opened(file: Path):
    """The container in `file`; raises av.FFmpegError, ValueError or OSError where it is none."""
    import av

    # Absolute: FFmpeg takes "a:b.wav" for an address. Files only: a playlist must not reach for others.
    return av.open(str(file.absolute()), options={"protocol_whitelist": "file"}, metadata_errors="replace")


def picture_of(container):
    """The stream of moving pictures, None where there is none; a cover is no such."""
    from av.stream import Disposition

    cover = Disposition.attached_pic
    return next((stream for stream in container.streams.video if not stream.disposition & cover), None)


def _by_packets(container):
    times = [packet.pts * packet.time_base for packet in container.demux() if packet.pts is not None]
    return float(max(times) - min(times)) if times else 0.0
