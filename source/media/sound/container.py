"""Open a recording with PyAV, take it out frame by frame, and name what is no recording."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...core.errors import DemeanorError
from ..types import SOUNDS, VIDEOS

ACCEPTED = f"sounds ({', '.join(SOUNDS)}) and videos ({', '.join(VIDEOS)}) are read"
LATE_SECONDS = 0.02  # sound that starts later than the picture by more is moved into place; half a frame at 25 a second
TRUE_DURATIONS = {"wav", "w64", "aiff", "caf", "flac", "mov"}
NO_LENGTH = 0x7FF0_0000  # bytes: what a WAV says whose writer could not know is this much or more
MICROSECONDS = 1_000_000  # in which FFmpeg gives a container's times
BEGINNINGS = {  # what people hand in for a recording -> how such a file starts; dots for any byte
    "a picture": re.compile(
        rb"\x89PNG|\xff\xd8\xff|GIF8|BM|II\*\0|MM\0\*|RIFF....WEBP|....ftyp(avif|hei|mif1)", re.DOTALL
    ),
    "a PDF document": re.compile(rb"%PDF"),
    "a zip archive": re.compile(rb"PK\x03\x04"),
}


def opened(path: Path, refuse: Callable[[Path, Any], None]):
    """The container in the file `path`; raises DemeanorError where there is none or `refuse(path, container)` does."""
    import av
    from av.error import FFmpegError

    _refuse_other_than_file(path)
    _refuse_other_kinds(path)
    try:
        # Absolute: FFmpeg takes "a:b.wav" for an address. Files only: a playlist must not reach for others.
        container = av.open(str(path.absolute()), options={"protocol_whitelist": "file"}, metadata_errors="replace")
    except (FFmpegError, ValueError) as error:
        raise DemeanorError(f"{path} is of an unknown format or damaged ({_reason(error)}); {ACCEPTED}.") from None
    try:
        refuse(path, container)
    except BaseException:
        container.close()
        raise
    return container


def _refuse_other_than_file(path):
    if path.is_dir():
        raise DemeanorError(f"{path} is a folder, not a recording.")
    if not path.is_file():
        raise DemeanorError(f"There is no file {path}.")
    if path.stat().st_size == 0:
        raise DemeanorError(f"{path} is empty (0 bytes), not a recording; {ACCEPTED}.")


def _refuse_other_kinds(path):
    """FFmpeg finds a recording in much that is none: it shows a text as a video of letters."""
    try:
        with path.open("rb") as stream:
            start = stream.read(1024)
    except PermissionError:
        raise DemeanorError(f"{path} may not be read; change its permissions.") from None
    kinds = [name for name, beginning in BEGINNINGS.items() if beginning.match(start)]
    if not kinds and b"\0" not in start and _is_text(start):
        kinds = ["a text file"]
    if kinds:
        raise DemeanorError(f"{path} is {kinds[0]}, not a recording; {ACCEPTED}.")


def _is_text(start):
    try:
        start[: max(len(start) - 3, 1)].decode()  # the last letter may be cut
    except UnicodeDecodeError:
        return False
    return True


def refuse_without_sound(path: Path, container) -> None:
    """Raises DemeanorError where the container has no sound that can be decoded."""
    if container.streams.best("audio") is None:
        raise DemeanorError(f"{path} has no sound; give a recording in which somebody can be heard.")
    if sound_stream(container) is None:
        raise DemeanorError(
            f"{path} has its sound in a form that cannot be decoded here; convert it to WAV and try again."
        )


def sound_stream(container):
    """The container's sound, of several the one meant to be heard; None where none can be decoded."""
    stream = container.streams.best("audio")
    if stream is None or stream.codec_context is None:
        return None
    if not stream.codec_context.is_open:
        stream.codec_context.thread_count = 1
    return stream


def is_cover(stream) -> bool:
    """Whether a picture stream is but the cover of a sound, or thumbnails."""
    from av.stream import Disposition

    return bool(stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails))


def decoded(container, streams: Sequence) -> Iterator[tuple[Any, Any]]:
    """The frames of `streams` as they lie in the file: (stream, frame), frame None where something cannot be decoded.

    Where the file breaks off is its end.
    """
    from av.error import FFmpegError

    packets = container.demux(streams)
    while True:
        try:
            packet = next(packets, None)
        except (FFmpegError, ValueError, IndexError) as error:
            at_end = isinstance(error, IndexError)  # PyAV's own, where a stream turned up on the way
            for stream in streams:
                yield from _frames_in(None, stream)  # those that the decoder still holds
                yield from () if at_end else ((stream, None),)
            return
        if packet is None:
            return
        yield from _frames_in(packet, packet.stream)


def _frames_in(packet, stream):
    from av.error import FFmpegError

    try:
        frames = stream.decode(packet)
    except EOFError:  # nothing more in it
        return
    except (FFmpegError, ValueError):
        yield stream, None
        return
    for frame in frames:
        yield stream, frame


def _reason(error):
    return getattr(error, "strerror", None) or str(error)


def late_seconds(container) -> float:
    """By how much the sound starts later than the video's picture; 0 where that is not to be heard."""
    stream = sound_stream(container)
    if stream is None or stream.start_time is None or all(map(is_cover, container.streams.video)):
        return 0.0
    late = float(stream.start_time * stream.time_base) - (container.start_time or 0) / MICROSECONDS
    whole = (container.duration or 0) / MICROSECONDS
    return late if LATE_SECONDS < late <= whole else 0.0


def promised_seconds(path: Path, container) -> float:
    """How long the file says its sound is, where its format knows that and does not estimate it; else 0."""
    formats, stream = set(container.format.name.split(",")), sound_stream(container)
    if stream is None or not stream.duration or not formats & TRUE_DURATIONS:
        return 0.0
    seconds = float(stream.duration * stream.time_base)
    return seconds * _cut_off(path) if "wav" in formats else seconds


def _cut_off(path):
    """How many times as long as it is a WAV says it is; FFmpeg goes by what it is."""
    with path.open("rb") as stream:
        says = 8 + int.from_bytes(stream.read(8)[4:], "little")
    size = path.stat().st_size
    return says / size if size < says < NO_LENGTH else 1.0


def floats(frame) -> np.ndarray:
    """A decoded frame's samples (channels, samples) as float32, full scale 1; what is not a number becomes 0."""
    values = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(-1, frame.layout.nb_channels).T
    if values.dtype.kind == "f":
        return values.astype(np.float32)
    half = 2.0 ** (8 * values.dtype.itemsize - 1)
    return ((values.astype(np.float32) - (half if values.dtype.kind == "u" else 0)) / half).astype(np.float32)
