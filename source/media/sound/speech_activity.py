"""Where in a stream somebody speaks: heard as it goes by, and remembered."""

from collections.abc import Iterable, Iterator
from math import ceil

import numpy as np

from .silero_vad import CHUNK_SAMPLES, SAMPLE_RATE_HZ, VoiceActivity

SPEECH_FROM = 0.5  # probability of speech from which a chunk is speech; silero-vad's own threshold


class Speech:
    """Where somebody speaks, chunk by chunk; a byte each, so that a recording may last for hours."""

    def __init__(self, rate_hz: int):
        self.chunk_samples = CHUNK_SAMPLES * rate_hz / SAMPLE_RATE_HZ
        self._chunks = bytearray()  # 1: speech

    def add(self, probabilities: np.ndarray) -> None:
        """Append chunks by their probability of speech: (chunks,)."""
        self._chunks += (np.asarray(probabilities) >= SPEECH_FROM).tobytes()

    @property
    def covered(self) -> int:
        """Samples that have been listened to."""
        return int(len(self._chunks) * self.chunk_samples)

    def samples(self, start: int, end: int) -> float:
        """Samples of speech from sample `start` to before sample `end`."""
        first, last = int(start / self.chunk_samples), ceil(end / self.chunk_samples)
        chunks = np.frombuffer(bytes(self._chunks[first:last]), np.uint8)
        edges = np.clip(np.arange(first, first + len(chunks) + 1) * self.chunk_samples, start, end)
        return float(np.diff(edges) @ chunks)

    def pauses(self, least: float, end: int) -> list[tuple[float, float]]:
        """From which sample to which there is no speech, where that is `least` samples or more; end: the stream's."""
        chunks = np.frombuffer(b"\1" + bytes(self._chunks) + b"\1", np.int8)
        changes = np.diff(chunks)
        starts, ends = (np.flatnonzero(changes == step) * self.chunk_samples for step in (-1, 1))
        spans = zip(starts.tolist(), np.minimum(ends, end).tolist(), strict=True)
        return [(start, stop) for start, stop in spans if stop - start >= least]


class Listener:
    """A VoiceActivity for a stream at any rate."""

    def __init__(self, rate_hz: int):
        self._activity, self._resampler = VoiceActivity(), None
        if rate_hz != SAMPLE_RATE_HZ:
            import soxr

            self._resampler = soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, 1, dtype="float32")

    def __call__(self, block: np.ndarray) -> np.ndarray:
        """`block` (samples,) float32 -> (chunks,) probability of speech in each chunk that is now complete."""
        return self._activity(self._resampler.resample_chunk(block) if self._resampler else block)

    def finish(self) -> np.ndarray:
        """(chunks,) of what is left over."""
        rest = [self._resampler.resample_chunk(np.zeros(0, np.float32), last=True)] if self._resampler else []
        return np.concatenate([*map(self._activity, rest), self._activity.finish()])


def listened(blocks: Iterable[np.ndarray], listener: Listener, speech: Speech) -> Iterator[np.ndarray]:
    """The blocks again, cut so that `speech` covers all that has been given."""
    held = np.zeros(0, np.float32)
    for block in blocks:
        before = speech.covered
        speech.add(listener(block))
        held = np.concatenate((held, block))
        yield held[: speech.covered - before]
        held = held[speech.covered - before :]
    speech.add(listener.finish())
    yield held
