"""Read a person's video once: the sound as blocks of samples and, as they pass, the pictures that are due.

Sound and picture have one clock: 0 is the recording's time 0, the sound's first sample. PyAV decodes both in one go,
so that hours need no more memory than seconds. `replay` gives every picture, for whoever writes a video of them.
"""

import math
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from ...core.errors import DemeanorError
from ...core.units import clock
from ..sound import SoundStream, blocks, silence
from ..sound import container as sound_file
from .frame import Frame, picture_stream
from .replay import Replay, replay
from .sampler import Pictures

__all__ = ["Frame", "Replay", "VideoStream", "replay", "stream_video"]

LOOKED_THROUGH = 500  # frames of sound for the first of the picture, at most; ten seconds
MISSING_SECONDS = 0.5  # by which less than the file promises is told


def stream_video(
    path: Path,
    frames_per_second: float = 5.0,
    sample_rate_hz: int = 16_000,
    *,
    on_frame: Callable[[Frame], None] | None = None,
    block_seconds: float = 1.0,
    most_side: int = 1280,
) -> "VideoStream":
    """The recording in the file `path`, block by block; raises DemeanorError as VideoStream does.

    on_frame: is given the first frame at or after each multiple of 1 / `frames_per_second` seconds, as it passes;
        none twice, so that a video of fewer frames gives each of them once.
    most_side: pixels on a frame's long side, at most.

    with stream_video(path, on_frame=look) as stream:
        for block in stream:
            listen(block)
    """
    return VideoStream(path, frames_per_second, sample_rate_hz, on_frame, block_seconds, most_side)


class VideoStream(SoundStream):
    """A file's sound and picture as they are decoded; a context manager to be iterated over once.

    Blocks are those of SoundStream, sample for sample; where there is no sound, silence as long as the picture. The
    pictures run ahead of the blocks by up to five seconds. Works without picture as well; opening and iterating raise
    DemeanorError where there is neither or nothing of them can be read.
    """

    size: tuple[int, int] | None = None
    """Width and height of the upright original in pixels, which are square; None where there is no picture."""
    has_picture: bool
    has_sound: bool
    """What there is; after the last block: what could be read."""

    def __init__(self, path, frames_per_second, sample_rate_hz, on_frame, block_seconds, most_side):
        if not (math.isfinite(frames_per_second) and frames_per_second > 0):
            raise DemeanorError(f"{frames_per_second} frames per second cannot be read; give a number above 0.")
        super().__init__(path, sample_rate_hz, block_seconds)
        self._sound, picture = sound_file.sound_stream(self._container), picture_stream(self._container)
        self.has_sound, self.has_picture = self._sound is not None, picture is not None
        self._pictures = Pictures(self._container, picture, frames_per_second, on_frame, most_side)
        self._events = sound_file.decoded(self._container, [stream for stream in (self._sound, picture) if stream])
        if self.has_picture:
            self._look_ahead()

    @staticmethod
    def _refuse(path, container):
        if not sound_file.sound_stream(container) and not picture_stream(container):
            raise DemeanorError(f"{path} has neither a picture nor a sound that can be decoded; {sound_file.ACCEPTED}.")

    def _look_ahead(self):
        """To the first frame of the picture, which alone says how it is turned."""
        passed = []
        while self._pictures.size is None and len(passed) < LOOKED_THROUGH and (event := next(self._events, None)):
            passed.append(event)
            stream, frame = event
            if stream is not self._sound and frame:
                self._pictures.meet(frame)
        self.size, self._events = self._pictures.size, chain(passed, self._events)

    @property
    def seconds_read(self) -> float:
        """How far it was read: the longer of sound and picture."""
        return max(self._known.seconds if self._known.samples else 0.0, self._pictures.end)

    def __iter__(self) -> Iterator[np.ndarray]:
        yield from blocks(chain(self._silence_before(), self._resampled()), self._block_samples)
        self.has_sound, self.has_picture = self._known.samples > 0, self._pictures.size is not None
        if not self.has_sound and not self.has_picture:
            raise DemeanorError(f"{self.path} is a recording, but nothing in it can be read; give the whole file.")
        self.size, self.notes = self._pictures.size, self._all_notes()

    def _resampled(self):
        late = round(self._known.seconds * self.sample_rate_hz)
        if self.has_sound:
            yield from super()._resampled()
        if not self._known.samples:
            yield from self._silent_from(late)

    def _silent_from(self, samples):
        """Silence as long as the picture, of which `samples` have been."""
        for _ in chain(self._passing(), [None]):
            lasts = round(self._pictures.end * self.sample_rate_hz)
            yield from silence(lasts - samples, self._block_samples)
            samples = max(lasts, samples)

    def _sound_frames(self):
        return (frame for stream, frame in self._passing() if stream is self._sound)

    def _passing(self):
        """What is decoded, (stream, frame), after the pictures have been seen."""
        for stream, frame in self._events:
            if stream is not self._sound:
                self._pictures.see(frame)
            yield stream, frame
        self._pictures.end_reached()

    def _all_notes(self):
        breaks_off = self._breaks_off()
        if breaks_off:
            self._known.damage_seconds = None  # the same, said twice
        promised = 0.0 if breaks_off else sound_file.promised_seconds(self.path, self._container)
        missing = [f"no {what}" for what, has in (("sound", self.has_sound), ("picture", self.has_picture)) if not has]
        sound = self._sound_notes(promised) if self.has_sound else ()
        return (*missing, *breaks_off, *self._pictures.notes(told=bool(breaks_off)), *sound)

    def _breaks_off(self):
        """A sentence where the file says that it is longer than what is there."""
        promised = self._pictures.promised_seconds if self.has_picture else 0.0
        if promised - self.seconds_read <= MISSING_SECONDS:
            return ()
        ends, promised = clock(self.seconds_read, tenths=True), clock(promised, tenths=True)
        return (f"breaks off at {ends}, though it says that it lasts {promised}",)
