"""Read a recording once: pieces of sound and frames of the picture in the order of time, each at its container's time.

with Decoder(path) as decoder:
    for event in decoder:
        if isinstance(event, Frame):
            look(event.pixels, event.seconds)
        else:
            listen(event.samples, event.seconds)
"""

import heapq
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..core.errors import DemeanorError
from ..core.units import clock
from . import container as recording
from .reader import nothing_read, selected_seconds
from .selection import WHOLE, Selection
from .sound.reader import SoundBlock, SoundReader
from .sound.tracks import open_sound
from .video.frame import Frame, picture_stream
from .video.reader import PictureReader

__all__ = ["Decoder", "Frame", "SoundBlock"]

MISSING_SECONDS = 0.5  # by which less than the file promises is reported


class Decoder(recording.Recording):
    """The sound and the picture of a file, as far as they are selected; a context manager to be iterated over once.

    Time 0 is the beginning of the selection. A gap in the sound, or its late start, is filled with silence; what
    overlaps, or drifts, shows in the times, which SoundTimeline follows. Sound and picture are decoded side by side,
    each only as far as is asked for, so that hours need no more memory than seconds.

    frames_per_second: of the picture, where the selection does not say; see PictureReader for which are given.
    most_side: pixels on a frame's long side, at most; None: all.

    Opening raises DemeanorError where the file holds nothing of what is wanted (of sound and picture, one is enough),
    iterating where nothing of it can be read.
    """

    seconds: float | None
    """Length of the selection by the file's own header, which may be wrong; None where it does not say."""
    has_sound: bool
    has_picture: bool
    """What there is; after the last event: what could be read."""
    notes: tuple[str, ...] = ()
    """Warnings about how it was read, for people; complete after the last event."""

    def __init__(
        self,
        path: Path,
        selection: Selection = WHOLE,
        *,
        sample_rate_hz: int = 16_000,
        frames_per_second: float = 5.0,
        with_frames: bool = True,
        with_sound: bool = True,
        most_side: int | None = 1280,
    ):
        rate = selection.frames_per_second or frames_per_second
        if not (math.isfinite(rate) and rate > 0):
            raise DemeanorError(f"{rate} frames per second cannot be read; give a number above 0.")
        self.path, self.selection, self.sample_rate_hz = Path(path), selection, sample_rate_hz
        self._with_frames, self._with_sound = with_frames, with_sound
        self._sound: SoundReader | None = None
        self._picture: PictureReader | None = None
        self._container = recording.opened(self.path, self._refuse)
        try:
            self._open(rate, most_side)
        except BaseException:
            self.close()
            raise

    def _refuse(self, path: Path, container: Any) -> None:
        if not self._with_frames:
            recording.refuse_without_sound(path, container)
        elif not (self._with_sound and recording.sound_stream(container)) and not picture_stream(container):
            raise DemeanorError(f"{path} has neither a picture nor a sound that can be decoded; {recording.ACCEPTED}.")

    def _open(self, frames_per_second: float, most_side: int | None) -> None:
        """Open the file once for the sound and once for the picture: see Reader."""
        path, container, selection, jumps = self.path, self._container, self.selection, []
        self.seconds = selected_seconds(path, container, selection)
        if self._with_sound and recording.sound_stream(container):
            self._sound = open_sound(path, container, selection, self.sample_rate_hz, jumps)
        if self._with_frames and picture_stream(container):
            own = recording.open_container(path) if self._sound else container
            self._picture = PictureReader(path, own, selection, frames_per_second, most_side, jumps)
        self.has_sound, self.has_picture = self._sound is not None, self._picture is not None

    def close(self) -> None:
        """Close the file."""
        self._container.close()
        for reader in (self._sound, self._picture):
            if reader:
                reader.close()

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the upright original in square pixels; None where there is no picture."""
        return self._picture.size if self._picture else None

    @property
    def seconds_read(self) -> float:
        """How far it was read: the longer of sound and picture."""
        return max((reader.seconds_read for reader in (self._sound, self._picture) if reader), default=0.0)

    def __iter__(self) -> Iterator[SoundBlock | Frame]:
        yield from heapq.merge(self.sound, self.frames, key=lambda event: event.seconds)
        self.finish()

    @property
    def sound(self) -> Iterable[SoundBlock]:
        """The sound by itself: a thread may listen to it while another looks at `frames`. Then call `finish`."""
        return self._sound or ()

    @property
    def frames(self) -> Iterable[Frame]:
        """The frames by themselves; see `sound`."""
        return self._picture or ()

    def finish(self) -> None:
        """Take stock after the last event. Raises DemeanorError where nothing could be read."""
        self.has_sound = bool(self._sound and self._sound.has_samples)
        self.has_picture = bool(self._picture and self._picture.size)
        if not self.has_sound and not self.has_picture:
            raise nothing_read(self.path, "is a recording", self.selection)
        self.notes = self._all_notes()

    def _all_notes(self) -> tuple[str, ...]:
        start, end = self.selection.start_seconds, self.selection.end_seconds or math.inf
        promised = min(self._picture.promised_seconds, end) if self._picture and self.has_picture else 0.0
        breaks_off = promised - start - self.seconds_read > MISSING_SECONDS
        ends, whole = clock(start + self.seconds_read, tenths=True), clock(promised, tenths=True)
        notes = {
            "no sound": self._with_sound and not self.has_sound,
            "no picture": self._with_frames and not self.has_picture,
            f"breaks off at {ends}, though it says that it lasts {whole}": breaks_off,
        }
        read = [reader for reader, has in ((self._picture, self.has_picture), (self._sound, self.has_sound)) if has]
        # Where it breaks off, damage is the same fact.
        of_readers = [note for reader in read if reader for note in reader.notes(with_damage=not breaks_off)]
        return (*(note for note, holds in notes.items() if holds), *of_readers)
