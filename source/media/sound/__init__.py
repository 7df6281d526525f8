"""Read a person's sound: whatever the format or the length, mono samples, or one sentence that says what is wrong.

Decoded by PyAV, mixed to one channel, resampled by soxr; a stream, so that hours need no more memory than seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Self

import numpy as np

from ...core.errors import DemeanorError
from . import container as sound_file
from .downmix import MonoMix
from .notes import SoundNotes

PIECE_SECONDS = 5.0  # decoded at a time; by the first with sound the channels are weighed


@dataclass(frozen=True)
class Sound:
    """A whole recording's sound."""

    waveform: np.ndarray
    """(samples,) float32, about [-1, 1]; sample 0 is the recording's time 0."""
    sample_rate_hz: int
    notes: tuple[str, ...] = ()
    """What a person should know of how it was read."""

    @property
    def seconds(self) -> float:
        return len(self.waveform) / self.sample_rate_hz


def read_sound(path: Path, sample_rate_hz: int = 16_000) -> Sound:
    """The whole sound of the file `path` as one channel at `sample_rate_hz`; raises DemeanorError as SoundStream
    does."""
    with stream_sound(path, sample_rate_hz) as stream:
        waveform = np.concatenate(list(stream))
    return Sound(waveform, sample_rate_hz, stream.notes)


def stream_sound(path: Path, sample_rate_hz: int = 16_000, block_seconds: float = 30.0) -> "SoundStream":
    """The sound of the file `path` as one channel at `sample_rate_hz`, block by block; raises DemeanorError as it does.

    with stream_sound(path, 16_000) as stream:
        for block in stream:
            ...
    """
    return SoundStream(path, sample_rate_hz, block_seconds)


class SoundStream:
    """A file's sound as it is decoded; a context manager to be iterated over once.

    Blocks are (samples,) float32 of `block_seconds`, the last one shorter; the first sample is the recording's time 0.
    Opening and iterating raise DemeanorError where there is no sound or none of it can be read.
    """

    seconds: float | None
    """Duration by what the file says of itself, which may be wrong."""
    notes: tuple[str, ...]
    """What a person should know of how it was read; complete after the last block."""
    _refuse = staticmethod(sound_file.refuse_without_sound)

    def __init__(self, path: Path, sample_rate_hz: int, block_seconds: float):
        self.path, self.sample_rate_hz, self.notes = Path(path), sample_rate_hz, ()
        self._block_samples = max(round(block_seconds * sample_rate_hz), 1)
        self._container = sound_file.opened(self.path, self._refuse)
        duration = self._container.duration or 0
        self.seconds = duration / sound_file.MICROSECONDS if duration > 0 else None
        self._known = SoundNotes(seconds=sound_file.late_seconds(self._container))
        self._mixes: list[MonoMix] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        self._container.close()

    def __iter__(self) -> Iterator[np.ndarray]:
        block = None
        for block in blocks(chain(self._silence_before(), self._resampled()), self._block_samples):
            yield block
        if block is None or not self._known.samples:
            raise DemeanorError(f"{self.path} has a sound track, but nothing in it can be read; give the whole file.")
        self.notes = self._sound_notes(sound_file.promised_seconds(self.path, self._container))

    def _sound_notes(self, promised_seconds):
        mixing = dict.fromkeys(note for mix in self._mixes for note in mix.notes)
        return (*self._known.sentences(promised_seconds, self.sample_rate_hz), *mixing)

    def _silence_before(self):
        yield from silence(round(self._known.seconds * self.sample_rate_hz), self.sample_rate_hz)

    def _resampled(self):
        """(samples,) float32 at the wanted rate. A rate that changes on the way starts another resampler."""
        resampler: Any = None
        rate = 0
        for piece, next_rate in self._mixed():
            if next_rate != rate:
                if resampler:
                    yield resampler(piece[:0], last=True)
                resampler, rate = _resampler(next_rate, self.sample_rate_hz), next_rate
            yield resampler(piece)
        if resampler:
            yield resampler(np.empty(0, np.float32), last=True)

    def _mixed(self):
        """(samples,) float32 of one channel, and their rate."""
        mix = None
        for piece, rate, positions in self._pieces():
            if mix is None or mix.positions != positions:
                mix = MonoMix(positions)
                self._mixes.append(mix)
            yield mix(self._known.cleaned(piece, rate)), rate

    def _pieces(self) -> Iterator[tuple[np.ndarray, int, tuple[str, ...]]]:
        """About PIECE_SECONDS of frames that are alike: (channels, samples) float32, rate and speaker positions."""
        waiting, seconds = [], 0.0
        kind: tuple[int, tuple[str, ...]] = 0, ()
        for frame in self._frames():
            next_kind = frame.sample_rate, tuple(channel.name for channel in frame.layout.channels)
            if waiting and (next_kind != kind or seconds >= PIECE_SECONDS):
                yield np.concatenate(waiting, axis=1), kind[0], kind[1]
                waiting, seconds = [], 0.0
            waiting, kind = [*waiting, sound_file.floats(frame)], next_kind
            seconds += frame.samples / frame.sample_rate
        if waiting:
            yield np.concatenate(waiting, axis=1), kind[0], kind[1]

    def _frames(self):
        """Decoded frames of the sound; what cannot be decoded is passed over."""
        for frame in self._sound_frames():
            if frame is None:
                self._known.damaged()
                continue
            yield frame
            self._known.seconds += frame.samples / frame.sample_rate

    def _sound_frames(self):
        """The same with None for what cannot be decoded."""
        for _, frame in sound_file.decoded(self._container, [sound_file.sound_stream(self._container)]):
            yield frame


def silence(samples: int, most: int) -> Iterator[np.ndarray]:
    """Zeros, (samples,) float32 in all, at most `most` at a time."""
    for start in range(0, samples, most):
        yield np.zeros(min(most, samples - start), np.float32)


def blocks(pieces, samples: int) -> Iterator[np.ndarray]:
    """`pieces` (any,) put together and cut into (samples,); the last one is shorter."""
    waiting, length = [], 0
    for piece in pieces:
        waiting, length = [*waiting, piece], length + len(piece)
        if length >= samples:
            joined = np.concatenate(waiting)
            whole = length - length % samples
            yield from np.split(joined[:whole], range(samples, whole, samples))
            waiting, length = [joined[whole:]], length - whole
    if length:
        yield np.concatenate(waiting)


def _resampler(rate_hz: int, wanted_hz: int):
    if rate_hz == wanted_hz:
        return lambda piece, last=False: piece
    import soxr

    return soxr.ResampleStream(rate_hz, wanted_hz, 1, dtype="float32").resample_chunk
