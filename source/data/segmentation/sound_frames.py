"""The sound of a recording, sample by sample, and of one segment of it."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ...media.container import floats

RATES_HZ = (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)  # of AAC
DEFAULT_RATE_HZ = 48_000
JITTER_SECONDS = 0.05  # tolerated between the times of successive frames: some formats round them
FRAME_SAMPLES = 1024  # AAC's
BITS_PER_SECOND = 192_000

Samples = tuple[int, np.ndarray]  # number of the first sample, (channels, samples) float32


class SoundFrames:
    """Convert decoded frames to one or two channels at one rate, each sample in its place."""

    def __init__(self, stream: Any):
        context = stream.codec_context
        self.rate_hz = context.sample_rate if context.sample_rate in RATES_HZ else DEFAULT_RATE_HZ
        self.layout = "mono" if context.channels == 1 else "stereo"
        self.channels = 1 if self.layout == "mono" else 2
        self._format, self._next = None, 0
        self._resampler: Any = None

    def __call__(self, frame: Any, start: float) -> Iterator[tuple[float, Samples]]:
        """Yield (seconds after `start`, samples) of a frame."""
        import av

        frame_format = frame.sample_rate, frame.format.name, frame.layout.name
        if frame_format != self._format:
            yield from self.rest()
            self._format = frame_format
            self._resampler = av.AudioResampler("fltp", self.layout, self.rate_hz)
        place = round((frame.time - start) * self.rate_hz) if frame.time is not None else self._next
        if abs(place - self._next) > JITTER_SECONDS * self.rate_hz:
            self._next = place
        yield from self._placed(self._resampler.resample(frame))

    def rest(self) -> Iterator[tuple[float, Samples]]:
        """Yield what the resampler still holds."""
        if self._resampler:
            yield from self._placed(self._resampler.resample(None))
            self._resampler = None

    def _placed(self, frames: Iterable[Any]) -> Iterator[tuple[float, Samples]]:
        for frame in frames:
            samples = floats(frame)
            first, self._next = self._next, self._next + samples.shape[1]
            yield first / self.rate_hz, (first, samples)


class SoundBuffer:
    """The samples of one segment: a few seconds, so they are kept until it is written."""

    def __init__(self, sounds: SoundFrames, start: float, end: float):
        self.sounds, self.first = sounds, round(start * sounds.rate_hz)
        self._buffer = np.zeros((sounds.channels, max(round(end * sounds.rate_hz) - self.first, 0)), np.float32)
        self.samples = 0
        """How many there are; gaps before the last one are silence."""

    def add(self, first: int, samples: np.ndarray) -> None:
        """Take what belongs to the segment of samples (channels, samples) float32, from the recording's `first` on."""
        start, end = max(first, self.first), min(first + samples.shape[1], self.first + self._buffer.shape[1])
        if start < end:
            self._buffer[:, start - self.first : end - self.first] = samples[:, start - first : end - first]
            self.samples = max(self.samples, end - self.first)

    def add_stream(self, container: Any, suffix: str) -> Any:
        """Add a stream for it to the file being written, and return it."""
        codec, sample_format = ("aac", "fltp") if suffix == ".mp4" else ("flac", "s16")
        sounds = self.sounds
        stream = container.add_stream(codec, rate=sounds.rate_hz, layout=sounds.layout, format=sample_format)
        if codec == "aac":
            stream.bit_rate = BITS_PER_SECOND
        return stream

    def encode(self, container: Any, stream: Any) -> None:
        """Write the samples to that stream."""
        import av

        convert = av.AudioResampler(stream.format.name, self.sounds.layout, self.sounds.rate_hz, FRAME_SAMPLES)
        samples = np.ascontiguousarray(self._buffer[:, : self.samples or None])  # with none: silence beside a picture
        frame = av.AudioFrame.from_ndarray(samples, "fltp", self.sounds.layout)
        frame.sample_rate, frame.pts = self.sounds.rate_hz, 0
        for part in (*convert.resample(frame), *convert.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
