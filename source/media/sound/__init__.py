"""Read the sound of any recording, of any length, as mono samples, or raise one sentence that says what is wrong.

PyAV decodes, `downmix` mixes to one channel, soxr resamples and SoundTimeline keeps the container's time. All streams,
so hours take no more memory than seconds.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...core.errors import DemeanorError
from .. import container as recording
from ..reader import nothing_read, selected_seconds
from ..selection import WHOLE, Selection
from .notes import SoundNotes
from .reader import resampler
from .timeline import SoundTimeline
from .tracks import open_sound

CHUNK_SECONDS = 5.0  # of a sound in memory, resampled at a time


@dataclass(frozen=True)
class Sound:
    """A whole recording's sound."""

    waveform: np.ndarray  # (samples,) float32, about [-1, 1]; sample 0 is the recording's time 0
    sample_rate_hz: int
    notes: tuple[str, ...] = ()  # warnings about how it was read, for people

    def __str__(self) -> str:
        return "waveform"

    @property
    def seconds(self) -> float:
        """Duration."""
        return len(self.waveform) / self.sample_rate_hz


def read_sound(path: Path, sample_rate_hz: int = 16_000, selection: Selection = WHOLE) -> Sound:
    """Read the sound of a file as one channel at `sample_rate_hz`; raise DemeanorError as SoundStream does."""
    with stream_sound(path, sample_rate_hz, selection=selection) as stream:
        waveform = np.concatenate(list(stream))
    return Sound(waveform, sample_rate_hz, stream.notes)


def stream_sound(
    source: Path | Sound, sample_rate_hz: int = 16_000, block_seconds: float = 30.0, selection: Selection = WHOLE
) -> "SoundStream":
    """Open the sound of a file, or one in memory, as one channel at `sample_rate_hz`.

    Raises DemeanorError as SoundStream does.

    with stream_sound(path, 16_000) as stream:
        for block in stream:
            ...
    """
    if isinstance(source, Sound):
        return WaveformStream(source, sample_rate_hz, block_seconds, selection)
    return SoundStream(source, sample_rate_hz, block_seconds, selection)


class SoundStream(AbstractContextManager):
    """A file's sound as it is decoded; a context manager to be iterated over once.

    Blocks are (samples,) float32 of `block_seconds`, the last one shorter; the first sample is at the beginning of the
    selection, and those that follow are in their container's time. Opening and iterating raise DemeanorError where
    there is no sound or none of it can be read.
    """

    seconds: float | None  # duration by the file's own header, which may be wrong
    notes: tuple[str, ...] = ()  # warnings about how it was read, for people; complete after the last block

    def __init__(self, path: Path, sample_rate_hz: int, block_seconds: float, selection: Selection = WHOLE):
        self.path, self.sample_rate_hz, self._selection = Path(path), sample_rate_hz, selection
        self._block_samples = max(round(block_seconds * sample_rate_hz), 1)
        container = recording.opened(self.path, recording.refuse_without_sound)
        try:
            self.seconds = selected_seconds(self.path, container, selection)
            self._reader = open_sound(self.path, container, selection, sample_rate_hz, [])
        except BaseException:
            container.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._reader.close()

    def __iter__(self) -> Iterator[np.ndarray]:
        timeline = SoundTimeline(self.sample_rate_hz)
        yield from blocks((timeline.add(block.samples, block.seconds) for block in self._reader), self._block_samples)
        if not self._reader.has_samples:
            raise nothing_read(self.path, "has a sound track", self._selection)
        self.notes = self._reader.notes()


class WaveformStream(SoundStream):
    """A sound that is in memory, as it would be decoded."""

    def __init__(self, sound: Sound, sample_rate_hz: int, block_seconds: float, selection: Selection = WHOLE):
        self.path, self.sample_rate_hz = Path(str(sound)), sample_rate_hz
        self._block_samples = max(round(block_seconds * sample_rate_hz), 1)
        ends = [
            None if at is None else round(at * sound.sample_rate_hz)
            for at in (selection.start_seconds, selection.end_seconds)
        ]
        self._sound = Sound(sound.waveform[slice(*ends)], sound.sample_rate_hz)
        self.seconds = self._sound.seconds

    def close(self) -> None:
        """Nothing is open."""

    def __iter__(self) -> Iterator[np.ndarray]:
        if not len(self._sound.waveform):
            raise DemeanorError(f"{self.path} has no samples; give a recording in which somebody can be heard.")
        progress = SoundNotes()
        yield from blocks(self._resampled(progress), self._block_samples)
        self.notes = progress.sentences(0.0, self.sample_rate_hz)

    def _resampled(self, progress: SoundNotes) -> Iterator[np.ndarray]:
        rate_hz = self._sound.sample_rate_hz
        resample, step = resampler(rate_hz, self.sample_rate_hz), round(CHUNK_SECONDS * rate_hz)
        for start in range(0, len(self._sound.waveform), step):
            yield resample(progress.cleaned(self._sound.waveform[None, start : start + step], rate_hz)[0])
        yield resample(np.empty(0, np.float32), last=True)


def blocks(chunks: Iterable[np.ndarray], samples: int) -> Iterator[np.ndarray]:
    """Yield the concatenated `chunks`, each (n,), cut into (samples,); the last block is shorter."""
    waiting, length = [], 0
    for chunk in chunks:
        waiting, length = [*waiting, chunk], length + len(chunk)
        if length >= samples:
            joined = np.concatenate(waiting)
            whole = length - length % samples
            yield from np.split(joined[:whole], range(samples, whole, samples))
            waiting, length = [joined[whole:]], length - whole
    if length:
        yield np.concatenate(waiting)


def silence(samples: int, most: int) -> Iterator[np.ndarray]:
    """Yield zeros, (samples,) float32 in all, at most `most` at a time."""
    for start in range(0, samples, most):
        yield np.zeros(min(most, samples - start), np.float32)
