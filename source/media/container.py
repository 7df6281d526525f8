"""Open a recording with PyAV, decode it frame by frame, and name a file that is not a recording."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import DemeanorError
from .types import SOUNDS, VIDEOS, require_file

# PyAV ships no complete types: containers, streams, packets and frames are `Any` here.

ACCEPTED = f"sounds ({', '.join(SOUNDS)}) and videos ({', '.join(VIDEOS)}) are read"
# Formats that store their length; FFmpeg estimates that of the others.
TRUE_SOUND_DURATIONS = {"wav", "w64", "aiff", "caf", "flac", "mov"}
TRUE_PICTURE_DURATIONS = {"mov", "matroska", "avi", "flv"}
NO_LENGTH = 0x7FF0_0000  # bytes: a WAV whose writer could not know its length says this much or more
MICROSECONDS = 1_000_000  # in which FFmpeg gives a container's times
OGG_BEGINS = re.compile(rb"OggS\0[\x02\x06]")  # a page whose header says that it is a stream's first
MOST_BYTES_OF_LINK = 1 << 20  # after the last packet that FFmpeg read; a page has 64 KB at most
SIGNATURES = {  # file that is not a recording -> how it starts; dots for any byte
    "a picture": re.compile(
        rb"\x89PNG|\xff\xd8\xff|GIF8|BM|II\*\0|MM\0\*|RIFF....WEBP|....ftyp(avif|hei|mif1)", re.DOTALL
    ),
    "a PDF document": re.compile(rb"%PDF"),
    "a zip archive": re.compile(rb"PK\x03\x04"),
}


def opened(path: Path, refuse: Callable[[Path, Any], None]) -> Any:
    """Open the container in the file `path`; raise DemeanorError where there is none or `refuse` does."""
    from av.error import FFmpegError

    require_file(path, "a recording", ACCEPTED)
    _refuse_other_kinds(path)
    try:
        container = open_container(path)
    except (FFmpegError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DemeanorError(f"{path} is of an unknown format or damaged ({reason}); {ACCEPTED}.") from None
    try:
        refuse(path, container)
    except BaseException:
        container.close()
        raise
    return container


class Recording(AbstractContextManager):
    """A recording whose file is open until the end of a `with` block."""

    _container: Any  # None where the recording is in memory

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._container:
            self._container.close()


def open_container(path: Path) -> Any:
    """Open a file with FFmpeg; raise av.FFmpegError, ValueError or OSError where it holds no container."""
    import av

    # Absolute: FFmpeg takes "a:b.wav" for an address. Files only: a playlist must not reach for others.
    return av.open(str(path.absolute()), options={"protocol_whitelist": "file"}, metadata_errors="replace")


class _Rest:
    """The bytes of a file from `start` on, as PyAV reads them."""

    def __init__(self, path: Path, start: int):
        self._file, self._start = path.open("rb"), start
        self.seek(0)
        self.read = self._file.read

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset + (self._start if whence == os.SEEK_SET else 0), whence) - self._start

    def tell(self) -> int:
        return self._file.tell() - self._start

    def close(self) -> None:
        self._file.close()


def next_link(path: Path, container: Any, position: int) -> int | None:
    """Return the byte after `position` where another link of a chained Ogg begins; None where none does.

    FFmpeg reads on only where it is of the same kind.
    """
    if container.format.name != "ogg":
        return None
    with path.open("rb") as stream:
        stream.seek(position + 1)
        start = OGG_BEGINS.search(stream.read(MOST_BYTES_OF_LINK))
    return position + 1 + start.start() if start else None


def open_link(path: Path, start: int) -> Any:
    """Open the link of a chained Ogg that begins at that byte; None where it cannot be read."""
    import av
    from av.error import FFmpegError

    try:
        return av.open(_Rest(path, start), format="ogg", metadata_errors="replace")
    except (FFmpegError, ValueError):
        return None


def _refuse_other_kinds(path: Path) -> None:
    """Refuse what FFmpeg would take for a recording: it shows a text as a video of letters."""
    try:
        with path.open("rb") as stream:
            start = stream.read(1024)
    except PermissionError:
        raise DemeanorError(f"{path} may not be read; change its permissions.") from None
    kinds = [name for name, signature in SIGNATURES.items() if signature.match(start)]
    if not kinds and b"\0" not in start:
        with suppress(UnicodeDecodeError):
            start[: max(len(start) - 3, 1)].decode()  # the last letter may be cut
            kinds = ["a text file"]
    if kinds:
        raise DemeanorError(f"{path} is {kinds[0]}, not a recording; {ACCEPTED}.")


def refuse_without_sound(path: Path, container: Any) -> None:
    """Raise DemeanorError where the container has no sound that can be decoded."""
    if container.streams.best("audio") is None:
        raise DemeanorError(f"{path} has no sound; give a recording in which somebody can be heard.")
    if sound_stream(container) is None:
        raise DemeanorError(f"{path} has sound that cannot be decoded here; convert it to WAV and try again.")


def sound_stream(container: Any) -> Any:
    """Return the container's main audio stream; None where none can be decoded."""
    stream = container.streams.best("audio")
    if stream is None or stream.codec_context is None:
        return None
    if not stream.codec_context.is_open:
        stream.codec_context.thread_count = 1
    return stream


def is_cover(stream: Any) -> bool:
    """Return whether a picture stream is only the cover of a sound, or thumbnails."""
    from av.stream import Disposition

    return bool(stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails))


def decoded(container: Any, streams: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield (stream, frame) of `streams` in the order of the file; frame None where something cannot be decoded.

    A file that breaks off ends there.
    """
    from av.error import FFmpegError, PatchWelcomeError

    packets = container.demux(streams)
    while True:
        try:
            packet = next(packets, None)
        except (FFmpegError, ValueError, IndexError) as error:
            # PyAV's own, where a stream appeared after the header; FFmpeg's, where another link of an Ogg begins.
            at_end = isinstance(error, (IndexError, PatchWelcomeError))
            for stream in streams:
                yield from _frames_in(None, stream)  # those that the decoder still holds
                yield from () if at_end else ((stream, None),)
            return
        if packet is None:
            return
        yield from _frames_in(packet, packet.stream)


def _frames_in(packet: Any, stream: Any) -> Iterator[tuple[Any, Any]]:
    from av.error import FFmpegError

    if packet is not None and not packet.size and packet.dts is not None:  # the picture stays as it is (Theora, AVI)
        return
    try:
        frames = stream.decode(packet)
    except EOFError:  # nothing more in it
        return
    except (FFmpegError, ValueError):
        yield stream, None
        return
    for frame in frames:
        yield stream, frame


def promised_seconds(path: Path, container: Any, stream: Any) -> float:
    """Return how long the file says its sound is, where its format does not merely estimate that; else 0."""
    formats = set(container.format.name.split(","))
    if not stream.duration or not formats & TRUE_SOUND_DURATIONS:
        return 0.0
    seconds = float(stream.duration * stream.time_base)
    return seconds * _cut_off(path) if "wav" in formats else seconds


def _cut_off(path: Path) -> float:
    """Return a WAV's length by its header over its real length; FFmpeg goes by the real one."""
    with path.open("rb") as stream:
        promised = 8 + int.from_bytes(stream.read(8)[4:], "little")
    size = path.stat().st_size
    return promised / size if size < promised < NO_LENGTH else 1.0


def floats(frame: Any) -> np.ndarray:
    """Return a decoded frame's samples, (channels, samples) float32, full scale 1."""
    values = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(-1, frame.layout.nb_channels).T
    if values.dtype.kind == "f":
        return values.astype(np.float32)
    half = 2.0 ** (8 * values.dtype.itemsize - 1)
    return ((values.astype(np.float32) - (half if values.dtype.kind == "u" else 0)) / half).astype(np.float32)
