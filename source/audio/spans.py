"""Whisper small over a recording, once: in consecutive spans, of whose frames each window takes its own.

A training clip is encoded in the same way as a recording, so that both give the same features.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from . import whisper_features
from .conditioning import QUIET_DB, normalise_level, reduce_noise
from .whisper_features import FRAME_SAMPLES, SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from torch import Tensor

SPAN_SECONDS = 4.0
SPAN_FRAMES = round(SPAN_SECONDS * SAMPLE_RATE_HZ / FRAME_SAMPLES)
SPAN_SAMPLES = SPAN_FRAMES * FRAME_SAMPLES


class Span(NamedTuple):
    """What is kept of a span that was encoded."""

    frames: "Tensor"
    """(frames, width) float32."""
    power: np.ndarray
    """Mean square of each frame's samples at their own level, (frames,) float64."""


class SpanEncoder:
    """A stream of samples that is pushed in blocks of any length -> features of its windows; nothing is encoded twice.

    The stream is cut every SPAN_SECONDS, whatever the blocks are; the last span is what is left. A span is encoded when
    a window first needs it: where nobody speaks, none is. All are kept until `forget` drops them.

    >>> voice = SpanEncoder()
    >>> voice.add(np.zeros(100_000, np.float32))
    >>> voice.covered
    64000
    >>> voice.finish()
    >>> voice.statistics(36_000, 100_000).shape  # doctest: +SKIP
    (1, 1536)
    """

    def __init__(self, denoise: bool = False, normalise_level: bool = True) -> None:
        """With denoise the noise of each span is reduced, with normalise_level all are encoded at the same level."""
        self._denoise, self._normalise_level = denoise, normalise_level
        self._heard, self._length = np.zeros(SPAN_SAMPLES, np.float32), 0  # of the span that is not complete
        self._complete = 0  # spans
        self._samples: dict[int, np.ndarray] = {}  # number of a span -> its samples, until it is encoded
        self._spans: dict[int, Span] = {}  # number of a span -> what it gave
        self.covered = 0
        """Samples of the stream up to which windows can be asked for."""

    def add(self, samples: np.ndarray) -> None:
        """Take the next samples (n,) float32 at 16 kHz."""
        while len(samples):
            taken, samples = np.split(samples, [SPAN_SAMPLES - self._length])
            self._heard[self._length : self._length + len(taken)] = taken
            self._length += len(taken)
            if self._length == SPAN_SAMPLES:
                self._cut()

    def finish(self) -> None:
        """Take what is left as the last span; nothing can be added any more."""
        if self._length or not self._complete:
            self._cut()

    @contextmanager
    def as_if_over(self) -> Iterator[None]:
        """Let windows be asked for up to the last sample meanwhile, as if the stream ended there."""
        number, covered = self._complete, self.covered
        if self._length:
            self._samples[number] = self._heard[: self._length].copy()
            self.covered += self._length
        try:
            yield
        finally:
            self.covered = covered
            for kept in (self._samples, self._spans):
                kept.pop(number, None)

    def forget(self, before: int) -> None:
        """Drop the spans up to sample `before`: no window that is still to be asked for begins sooner."""
        for kept in (self._samples, self._spans):
            for number in [number for number in kept if (number + 1) * SPAN_SAMPLES <= before]:
                del kept[number]

    def statistics(self, start: int, end: int) -> np.ndarray:
        """Return mean and deviation over the voice's frames between two samples of the stream: (1, 1536) float16.

        Those are the frames whose middle lies between them, or one, if they are within QUIET_DB of the loudest. Raises
        ValueError where the spans are not complete yet or forgotten, and DemeanorError where the weights are missing.
        """
        import torch

        if not 0 <= start <= end <= self.covered:
            raise ValueError(f"the spans cover samples up to {self.covered}, not {start} to {end}")
        first, last = ((sample + FRAME_SAMPLES // 2 - 1) // FRAME_SAMPLES for sample in (start, end))
        first = min(first, max(0, -(-self.covered // FRAME_SAMPLES) - 1))
        last = max(last, first + 1)
        numbers = range(first // SPAN_FRAMES, (last - 1) // SPAN_FRAMES + 1)
        spans = [self._span(number) for number in numbers]
        inside = slice(first - numbers[0] * SPAN_FRAMES, last - numbers[0] * SPAN_FRAMES)
        power = np.concatenate([span.power for span in spans])[inside]
        voice = torch.from_numpy(power >= power.max() * 10 ** (-QUIET_DB / 10))
        return whisper_features.statistics(torch.cat([span.frames for span in spans])[inside][voice][None])

    def _cut(self) -> None:
        """End the span that is being heard."""
        self._samples[self._complete] = self._heard[: self._length].copy()
        self.covered += self._length
        self._complete, self._length = self._complete + 1, 0

    def _span(self, number: int) -> Span:
        if number not in self._spans:
            if number not in self._samples:
                raise ValueError(f"span {number} was forgotten")
            samples = self._samples.pop(number)
            samples = samples - samples.mean()  # a microphone's constant offset is no sound
            samples = reduce_noise(samples, SAMPLE_RATE_HZ) if self._denoise else samples
            filled = np.zeros((max(1, -(-len(samples) // FRAME_SAMPLES)), FRAME_SAMPLES))
            filled.flat[: len(samples)] = samples
            levelled = normalise_level(samples) if self._normalise_level else samples
            self._spans[number] = Span(whisper_features.frames(levelled), np.square(filled).mean(1))
        return self._spans[number]
