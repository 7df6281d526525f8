"""Detect speech in a stream as it passes, and remember where it was."""

from collections.abc import Iterable, Iterator
from math import ceil

import numpy as np

from .silero_vad import CHUNK_SAMPLES, SAMPLE_RATE_HZ, VoiceActivity

SPEECH_FROM = 0.5  # probability of speech from which a chunk is speech; silero-vad's own threshold


class Speech:
    """Where in a stream somebody speaks, a byte for each chunk, so that a recording may last for hours."""

    def __init__(self, rate_hz: int):
        self.chunk_samples = CHUNK_SAMPLES * rate_hz / SAMPLE_RATE_HZ
        self._chunks = bytearray()  # 1: speech

    def add(self, probabilities: np.ndarray) -> None:
        """Append chunks by their probability of speech: (chunks,)."""
        self._chunks += (np.asarray(probabilities) >= SPEECH_FROM).tobytes()

    @property
    def covered(self) -> int:
        """Samples classified so far."""
        return int(len(self._chunks) * self.chunk_samples)

    def samples(self, start: int, end: int) -> float:
        """Count the samples of speech from sample `start` to before sample `end`."""
        first, last = int(start / self.chunk_samples), ceil(end / self.chunk_samples)
        chunks = np.frombuffer(bytes(self._chunks[first:last]), np.uint8)
        edges = np.clip(np.arange(first, first + len(chunks) + 1) * self.chunk_samples, start, end)
        return float(np.diff(edges) @ chunks)

    def pauses(self, least: float, end: int) -> list[tuple[float, float]]:
        """Return the pauses of `least` samples or more, as (first sample, end); end: the length of the stream."""
        chunks = np.frombuffer(b"\1" + bytes(self._chunks) + b"\1", np.int8)
        changes = np.diff(chunks)
        starts, ends = (np.flatnonzero(changes == step) * self.chunk_samples for step in (-1, 1))
        spans = zip(starts.tolist(), np.minimum(ends, end).tolist(), strict=True)
        return [(start, stop) for start, stop in spans if stop - start >= least]


class SpeechDetector:
    """VoiceActivity for a stream at any rate."""

    def __init__(self, rate_hz: int):
        self._activity, self._resampler = VoiceActivity(), None
        if rate_hz != SAMPLE_RATE_HZ:
            import soxr

            self._resampler = soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, 1, dtype="float32")

    def __call__(self, block: np.ndarray) -> np.ndarray:
        """Return the speech probability, (chunks,), of each chunk that `block` (samples,) float32 completes."""
        return self._activity(self._resampler.resample_chunk(block) if self._resampler else block)

    def finish(self) -> np.ndarray:
        """Return that of the remaining samples, (chunks,)."""
        rest = [self._resampler.resample_chunk(np.zeros(0, np.float32), last=True)] if self._resampler else []
        return np.concatenate([*map(self._activity, rest), self._activity.finish()])


def detect_speech(blocks: Iterable[np.ndarray], detector: SpeechDetector, speech: Speech) -> Iterator[np.ndarray]:
    """Yield the same samples, cut so that `speech` covers all that has been yielded."""
    held = np.zeros(0, np.float32)
    for block in blocks:
        before = speech.covered
        speech.add(detector(block))
        held = np.concatenate((held, block))
        yield held[: speech.covered - before]
        held = held[speech.covered - before :]
    speech.add(detector.finish())
    yield held
