"""Open a file's sound with PyAV, take it out frame by frame, and name what is no sound."""

import re
from pathlib import Path

import numpy as np

from source.shared.errors import Trouble
from source.shared.media_types import SOUNDS, VIDEOS

ACCEPTED = f"sounds ({', '.join(SOUNDS)}) and videos ({', '.join(VIDEOS)}) are read"
LATE_SECONDS = 0.02  # sound that starts later than the picture by more is moved into place; half a frame at 25 a second
TRUE_DURATIONS = {"wav", "w64", "aiff", "caf", "flac", "mov"}
NO_LENGTH = 0x7FF0_0000  # bytes: what a WAV says whose writer could not know is this much or more
MICROSECONDS = 1_000_000  # in which FFmpeg gives a container's times
BEGINNINGS = {  # what people hand in for a recording -> how such a file starts; dots for any byte
    "a picture": re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|BM|II\*\0|MM\0\*|RIFF....WEBP", re.DOTALL),
    "a PDF document": re.compile(rb"%PDF"),
    "a zip archive": re.compile(rb"PK\x03\x04"),
}


def opened(path: Path):
    """The container in the file `path`, which has sound that can be decoded; raises Trouble where it has not."""
    import av

    _refuse_other_than_file(path)
    _refuse_other_kinds(path)
    try:
        # Absolute: FFmpeg takes "a:b.wav" for an address. Files only: a playlist must not reach for others.
        container = av.open(str(path.absolute()), options={"protocol_whitelist": "file"}, metadata_errors="replace")
    except (av.FFmpegError, ValueError) as error:
        raise Trouble(f"{path} is of an unknown format or damaged ({_reason(error)}); {ACCEPTED}.") from None
    try:
        _refuse_without_sound(path, container)
    except Trouble:
        container.close()
        raise
    return container


def _refuse_other_than_file(path):
    if path.is_dir():
        raise Trouble(f"{path} is a folder, not a recording.")
    if not path.is_file():
        raise Trouble(f"There is no file {path}.")
    if path.stat().st_size == 0:
        raise Trouble(f"{path} is empty (0 bytes), not a recording; {ACCEPTED}.")


def _refuse_other_kinds(path):
    """FFmpeg finds a recording in much that is none: it shows a text as a video of letters."""
    try:
        with path.open("rb") as stream:
            start = stream.read(1024)
    except PermissionError:
        raise Trouble(f"{path} may not be read; change its permissions.") from None
    kinds = [name for name, beginning in BEGINNINGS.items() if beginning.match(start)]
    if not kinds and b"\0" not in start and _is_text(start):
        kinds = ["a text file"]
    if kinds:
        raise Trouble(f"{path} is {kinds[0]}, not a recording; {ACCEPTED}.")


def _is_text(start):
    try:
        start[: max(len(start) - 3, 1)].decode()  # the last letter may be cut
    except UnicodeDecodeError:
        return False
    return True


def _refuse_without_sound(path, container):
    stream = container.streams.best("audio")
    if stream is None:
        raise Trouble(f"{path} has no sound; give a recording in which somebody can be heard.")
    if stream.codec_context is None:
        raise Trouble(f"{path} has its sound in a form that cannot be decoded here; convert it to WAV and try again.")
    stream.codec_context.thread_count = 1


def _reason(error):
    return getattr(error, "strerror", None) or str(error)


def late_seconds(container) -> float:
    """By how much the sound starts later than the video's picture; 0 where that is not to be heard."""
    import av

    cover = av.stream.Disposition.attached_pic
    stream = container.streams.best("audio")
    if stream.start_time is None or all(video.disposition & cover for video in container.streams.video):
        return 0.0
    late = float(stream.start_time * stream.time_base) - (container.start_time or 0) / MICROSECONDS
    whole = (container.duration or 0) / MICROSECONDS
    return late if LATE_SECONDS < late <= whole else 0.0


def promised_seconds(path: Path, container) -> float:
    """How long the file says its sound is, where its format knows that and does not estimate it; else 0."""
    formats, stream = set(container.format.name.split(",")), container.streams.best("audio")
    if not stream.duration or not formats & TRUE_DURATIONS:
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
