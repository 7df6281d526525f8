"""Read a person's sound: whatever the format or the length, mono samples, or one sentence that says what is wrong.

Decoded by PyAV, mixed to one channel, resampled by soxr; a stream, so that hours need no more memory than seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from source.shared.errors import Trouble
from source.shared.sound import file as sound_file
from source.shared.sound.mono import MonoMix
from source.shared.sound.notes import SoundNotes

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
    """The whole sound of the file `path` as one channel at `sample_rate_hz`; raises Trouble as SoundStream does."""
    with stream_sound(path, sample_rate_hz) as stream:
        waveform = np.concatenate(list(stream))
    return Sound(waveform, sample_rate_hz, stream.notes)


def stream_sound(path: Path, sample_rate_hz: int = 16_000, block_seconds: float = 30.0) -> "SoundStream":
    """The sound of the file `path` as one channel at `sample_rate_hz`, block by block; raises Trouble as it does.

    with stream_sound(path, 16_000) as stream:
        for block in stream:
            ...
    """
    return SoundStream(path, sample_rate_hz, block_seconds)


class SoundStream:
    """A file's sound as it is decoded; a context manager to be iterated over once.

    Blocks are (samples,) float32 of `block_seconds`, the last one shorter; the first sample is the recording's time 0.
    Opening and iterating raise Trouble where there is no sound or none of it can be read.
    """

    seconds: float | None
    """Duration by what the file says of itself, which may be wrong."""
    notes: tuple[str, ...]
    """What a person should know of how it was read; complete after the last block."""

    def __init__(self, path: Path, sample_rate_hz: int, block_seconds: float):
        self.path, self.sample_rate_hz, self.notes = Path(path), sample_rate_hz, ()
        self._block_samples = max(round(block_seconds * sample_rate_hz), 1)
        self._container = sound_file.opened(self.path)
        duration = self._container.duration or 0
        self.seconds = duration / sound_file.MICROSECONDS if duration > 0 else None
        self._known = SoundNotes(seconds=sound_file.late_seconds(self._container))
        self._mixes: list[MonoMix] = []

    def __enter__(self) -> "SoundStream":
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
            raise Trouble(f"{self.path} has a sound track, but nothing in it can be read; give the whole file.")
        promised = sound_file.promised_seconds(self.path, self._container)
        mixing = dict.fromkeys(note for mix in self._mixes for note in mix.notes)
        self.notes = (*self._known.sentences(promised, self.sample_rate_hz), *mixing)

    def _silence_before(self):
        late = round(self._known.seconds * self.sample_rate_hz)
        for start in range(0, late, self.sample_rate_hz):
            yield np.zeros(min(self.sample_rate_hz, late - start), np.float32)

    def _resampled(self):
        """(samples,) float32 at the wanted rate. A rate that changes on the way starts another resampler."""
        resampler, rate = None, None
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

    def _pieces(self):
        """About PIECE_SECONDS of frames that are alike: (channels, samples) float32, rate and speaker positions."""
        waiting, seconds, kind = [], 0.0, None
        for frame in self._frames():
            next_kind = frame.sample_rate, tuple(channel.name for channel in frame.layout.channels)
            if waiting and (next_kind != kind or seconds >= PIECE_SECONDS):
                yield np.concatenate(waiting, axis=1), *kind
                waiting, seconds = [], 0.0
            waiting, kind = [*waiting, sound_file.floats(frame)], next_kind
            seconds += frame.samples / frame.sample_rate
        if waiting:
            yield np.concatenate(waiting, axis=1), *kind

    def _frames(self):
        """Decoded frames. What cannot be decoded is passed over, and where the file breaks off is its end."""
        import av

        packets = self._container.demux(self._container.streams.best("audio"))
        while True:
            try:
                packet = next(packets, None)
            except (av.FFmpegError, ValueError):
                self._known.damaged()
                return
            if packet is None:
                return
            try:
                frames = packet.decode()
            except (av.FFmpegError, ValueError):
                self._known.damaged()
                continue
            for frame in frames:
                yield frame
                self._known.seconds += frame.samples / frame.sample_rate


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
