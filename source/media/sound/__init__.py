"""Read the sound of any recording, of any length, as mono samples, or raise one sentence that says what is wrong.

PyAV decodes, `downmix` mixes to one channel and soxr resamples. All streams, so hours take no more memory than seconds.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from ...core.errors import DemeanorError
from . import container as sound_file
from .downmix import Downmix
from .notes import SoundNotes

CHUNK_SECONDS = 5.0  # decoded at a time; the channels are weighted by the first chunk that has sound


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


def read_sound(path: Path, sample_rate_hz: int = 16_000) -> Sound:
    """Read the whole sound of a file as one channel at `sample_rate_hz`; raise DemeanorError as SoundStream does."""
    with stream_sound(path, sample_rate_hz) as stream:
        waveform = np.concatenate(list(stream))
    return Sound(waveform, sample_rate_hz, stream.notes)


def stream_sound(source: Path | Sound, sample_rate_hz: int = 16_000, block_seconds: float = 30.0) -> "SoundStream":
    """Open the sound of a file, or one in memory, as one channel at `sample_rate_hz`.

    Raises DemeanorError as SoundStream does.

    with stream_sound(path, 16_000) as stream:
        for block in stream:
            ...
    """
    if isinstance(source, Sound):
        return WaveformStream(source, sample_rate_hz, block_seconds)
    return SoundStream(source, sample_rate_hz, block_seconds)


class SoundStream(sound_file.Recording):
    """A file's sound as it is decoded; a context manager to be iterated over once.

    Blocks are (samples,) float32 of `block_seconds`, the last one shorter; the first sample is the recording's time 0.
    Opening and iterating raise DemeanorError where there is no sound or none of it can be read.
    """

    seconds: float | None  # duration by the file's own header, which may be wrong
    notes: tuple[str, ...]  # warnings about how it was read, for people; complete after the last block
    _refuse: Callable[[Path, Any], None] = staticmethod(sound_file.refuse_without_sound)

    def __init__(self, path: Path, sample_rate_hz: int, block_seconds: float):
        self.path, self.sample_rate_hz, self.notes = Path(path), sample_rate_hz, ()
        self._block_samples = max(round(block_seconds * sample_rate_hz), 1)
        self._container = sound_file.opened(self.path, self._refuse)
        duration = self._container.duration or 0
        self.seconds = duration / sound_file.MICROSECONDS if duration > 0 else None
        self._progress = SoundNotes(seconds=sound_file.late_seconds(self._container))
        self._downmixes: list[Downmix] = []
        streams = [sound_file.sound_stream(self._container)]
        self._sound_frames = (frame for _, frame in sound_file.decoded(self._container, streams))

    def __iter__(self) -> Iterator[np.ndarray]:
        block = None
        for block in blocks(chain(self._leading_silence(), self._resampled()), self._block_samples):
            yield block
        if block is None or not self._progress.samples:
            raise DemeanorError(f"{self.path} has a sound track, but nothing in it can be read; give the whole file.")
        promised = sound_file.promised_seconds(self.path, self._container) if self._container else 0.0
        self.notes = self._sound_notes(promised)

    def _sound_notes(self, promised_seconds: float) -> tuple[str, ...]:
        channels = dict.fromkeys(note for downmix in self._downmixes for note in downmix.notes)
        return (*self._progress.sentences(promised_seconds, self.sample_rate_hz), *channels)

    def _leading_silence(self) -> Iterator[np.ndarray]:
        return silence(round(self._progress.seconds * self.sample_rate_hz), self.sample_rate_hz)

    def _resampled(self) -> Iterator[np.ndarray]:
        """Yield (samples,) float32 at the wanted rate. A rate that changes on the way starts another resampler."""
        resampler: Any = None
        rate = 0
        for chunk, next_rate in self._mono():
            if next_rate != rate:
                if resampler:
                    yield resampler(chunk[:0], last=True)
                resampler, rate = _resampler(next_rate, self.sample_rate_hz), next_rate
            yield resampler(chunk)
        if resampler:
            yield resampler(np.empty(0, np.float32), last=True)

    def _mono(self) -> Iterator[tuple[np.ndarray, int]]:
        """Yield (samples,) float32 of one channel, and their rate."""
        downmix = None
        for chunk, rate, positions in self._chunks():
            if downmix is None or downmix.positions != positions:
                downmix = Downmix(positions)
                self._downmixes.append(downmix)
            yield downmix(self._progress.cleaned(chunk, rate)), rate

    def _chunks(self) -> Iterator[tuple[np.ndarray, int, tuple[str, ...]]]:
        """Yield about CHUNK_SECONDS of like frames: (channels, samples) float32, rate and speaker positions."""
        waiting, seconds = [], 0.0
        layout: tuple[int, tuple[str, ...]] = 0, ()
        for frame in self._frames():
            next_layout = frame.sample_rate, tuple(channel.name for channel in frame.layout.channels)
            if waiting and (next_layout != layout or seconds >= CHUNK_SECONDS):
                yield np.concatenate(waiting, axis=1), layout[0], layout[1]
                waiting, seconds = [], 0.0
            waiting, layout = [*waiting, sound_file.floats(frame)], next_layout
            seconds += frame.samples / frame.sample_rate
        if waiting:
            yield np.concatenate(waiting, axis=1), layout[0], layout[1]

    def _frames(self) -> Iterator[Any]:
        """Yield the decoded frames of the sound; skip what cannot be decoded."""
        for frame in self._sound_frames:
            if frame is not None:
                yield frame
                self._progress.seconds += frame.samples / frame.sample_rate
            elif self._progress.damage_seconds is None:
                self._progress.damage_seconds = self._progress.seconds


class WaveformStream(SoundStream):
    """A sound that is in memory, as it would be decoded."""

    def __init__(self, sound: Sound, sample_rate_hz: int, block_seconds: float):
        self.path, self.sample_rate_hz, self.notes = Path(str(sound)), sample_rate_hz, ()
        self._block_samples = max(round(block_seconds * sample_rate_hz), 1)
        self._sound, self.seconds = sound, sound.seconds
        self._progress, self._downmixes, self._container = SoundNotes(), [], None

    def _chunks(self) -> Iterator[tuple[np.ndarray, int, tuple[str, ...]]]:
        waveform, rate_hz = self._sound.waveform[None], self._sound.sample_rate_hz
        step = round(CHUNK_SECONDS * rate_hz)
        for start in range(0, waveform.shape[1], step):
            yield waveform[:, start : start + step], rate_hz, ("FC",)


def silence(samples: int, most: int) -> Iterator[np.ndarray]:
    """Yield zeros, (samples,) float32 in all, at most `most` at a time."""
    for start in range(0, samples, most):
        yield np.zeros(min(most, samples - start), np.float32)


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


def _resampler(rate_hz: int, wanted_hz: int) -> Callable[..., np.ndarray]:
    if rate_hz == wanted_hz:
        return lambda chunk, last=False: chunk
    import soxr

    return soxr.ResampleStream(rate_hz, wanted_hz, 1, dtype="float32").resample_chunk
