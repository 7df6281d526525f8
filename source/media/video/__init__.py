"""Read a video once: the sound as blocks of samples and, as they pass, the frames that are due.

Sound and picture have one clock: 0 is the recording's time 0, the sound's first sample. PyAV decodes both in one pass,
so that hours need no more memory than seconds. `Replay` gives every frame, for whoever writes a video of them.
"""

import math
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from ...core.errors import DemeanorError
from ...core.units import clock
from ..sound import SoundStream, blocks, silence
from ..sound import container as sound_file
from .frame import Frame, picture_stream
from .replay import Replay
from .sampler import FrameSampler, OnFrame

__all__ = ["Frame", "Replay", "VideoStream"]

LOOK_AHEAD_FRAMES = 500  # of sound before the first of the picture, at most; ten seconds
MISSING_SECONDS = 0.5  # by which less than the file promises is reported


class VideoStream(SoundStream):
    """A file's sound and picture as they are decoded; a context manager to be iterated over once.

    Blocks are those of SoundStream, sample for sample; where there is no sound, silence as long as the picture. The
    frames run ahead of the blocks by up to five seconds. Works without picture as well; opening and iterating raise
    DemeanorError where there is neither or nothing of them can be read.

    on_frame: is given the first frame at or after each multiple of 1 / `frames_per_second` seconds, as it passes;
        none twice, so that a video of fewer frames gives each of them once.
    most_side: pixels on a frame's long side, at most.

    with VideoStream(path, on_frame=look) as stream:
        for block in stream:
            listen(block)
    """

    size: tuple[int, int] | None = None
    """Width and height of the upright original in square pixels; None where there is no picture."""
    has_picture: bool
    has_sound: bool
    """What there is; after the last block: what could be read."""

    def __init__(
        self,
        path: Path,
        frames_per_second: float = 5.0,
        sample_rate_hz: int = 16_000,
        *,
        on_frame: OnFrame | None = None,
        block_seconds: float = 1.0,
        most_side: int = 1280,
    ):
        if not (math.isfinite(frames_per_second) and frames_per_second > 0):
            raise DemeanorError(f"{frames_per_second} frames per second cannot be read; give a number above 0.")
        super().__init__(path, sample_rate_hz, block_seconds)
        self._sound, picture = sound_file.sound_stream(self._container), picture_stream(self._container)
        self.has_sound, self.has_picture = self._sound is not None, picture is not None
        self._sampler = FrameSampler(self._container, picture, frames_per_second, on_frame, most_side)
        self._events = sound_file.decoded(self._container, [stream for stream in (self._sound, picture) if stream])
        self._sound_frames = (frame for stream, frame in self._passing() if stream is self._sound)
        if self.has_picture:
            self._look_ahead()

    @staticmethod
    def _refuse(path: Path, container: Any) -> None:
        if not sound_file.sound_stream(container) and not picture_stream(container):
            raise DemeanorError(f"{path} has neither a picture nor a sound that can be decoded; {sound_file.ACCEPTED}.")

    def _look_ahead(self) -> None:
        """Decode up to the first frame of the picture, which alone tells its rotation."""
        passed = []
        while self._sampler.size is None and len(passed) < LOOK_AHEAD_FRAMES and (event := next(self._events, None)):
            passed.append(event)
            stream, frame = event
            if stream is not self._sound and frame:
                self._sampler.prepare(frame)
        self.size, self._events = self._sampler.size, chain(passed, self._events)

    @property
    def seconds_read(self) -> float:
        """How far it was read: the longer of sound and picture."""
        return max(self._progress.seconds if self._progress.samples else 0.0, self._sampler.end)

    def __iter__(self) -> Iterator[np.ndarray]:
        yield from blocks(chain(self._leading_silence(), self._resampled()), self._block_samples)
        self.has_sound, self.has_picture = self._progress.samples > 0, self._sampler.size is not None
        if not self.has_sound and not self.has_picture:
            raise DemeanorError(f"{self.path} is a recording, but nothing in it can be read; give the whole file.")
        self.size, self.notes = self._sampler.size, self._all_notes()

    def _resampled(self) -> Iterator[np.ndarray]:
        samples = round(self._progress.seconds * self.sample_rate_hz)  # of silence, which have been yielded
        if self.has_sound:
            yield from super()._resampled()
        for _ in () if self._progress.samples else chain(self._passing(), [None]):
            length = round(self._sampler.end * self.sample_rate_hz)
            yield from silence(length - samples, self._block_samples)  # as long as the picture
            samples = max(length, samples)

    def _passing(self) -> Iterator[tuple[Any, Any]]:
        """Yield what is decoded, (stream, frame), after the sampler has seen the frames of the picture."""
        for stream, frame in self._events:
            if stream is not self._sound:
                self._sampler.add(frame)
            yield stream, frame
        self._sampler.finish()

    def _all_notes(self) -> tuple[str, ...]:
        promised = self._sampler.promised_seconds if self.has_picture else 0.0
        breaks_off = []
        if promised - self.seconds_read > MISSING_SECONDS:
            ends, whole = clock(self.seconds_read, tenths=True), clock(promised, tenths=True)
            breaks_off = [f"breaks off at {ends}, though it says that it lasts {whole}"]
            self._progress.damage_seconds = None  # the same fact
        promised = 0.0 if breaks_off else sound_file.promised_seconds(self.path, self._container)
        missing = [f"no {kind}" for kind, has in (("sound", self.has_sound), ("picture", self.has_picture)) if not has]
        sound = self._sound_notes(promised) if self.has_sound else ()
        return (*missing, *breaks_off, *self._sampler.notes(with_damage=not breaks_off), *sound)
