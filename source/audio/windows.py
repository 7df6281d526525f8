"""A recording as a stream of overlapping windows, and how much of each is speech."""

from collections.abc import Callable, Iterable, Iterator
from math import ceil
from typing import Any

import numpy as np

from source.audio.voice_activity import CHUNK_SAMPLES, SAMPLE_RATE_HZ, VoiceActivity

SPEECH_FROM = 0.5  # probability of speech from which a chunk is speech; silero-vad's own threshold


def slide(blocks: Iterable[np.ndarray], window_samples: int, hop_samples: int) -> Iterator[tuple[int, np.ndarray]]:
    """First sample and samples of every window of a stream that comes in blocks of any length.

    Windows begin at 0, hop, 2 hop, ...; if the last of these ends before the stream does, one more ends with it. A
    stream shorter than a window is one window. No more than a window and a block is held.

    >>> [(start, len(samples)) for start, samples in slide([np.zeros(59)], 40, 10)]
    [(0, 40), (10, 40), (19, 40)]
    """
    hop_samples = min(hop_samples, window_samples)  # nothing is skipped
    held, first, due = np.zeros(0, np.float32), 0, 0  # samples from `first` on; the next window begins at `due`
    for block in blocks:
        held = np.concatenate((held, block))
        while first + len(held) >= due + window_samples:
            yield due, held[due - first : due - first + window_samples]
            due += hop_samples
        unneeded = max(due - hop_samples - first, 0)  # the last window begins after the one before `due`
        held, first = held[unneeded:], first + unneeded
    end, covered = first + len(held), due - hop_samples + window_samples if due else 0
    if end > covered:
        yield max(end - window_samples, 0), held[-window_samples:]


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


def observed(blocks: Iterable[np.ndarray], observe: Callable[[np.ndarray], None]) -> Iterator[np.ndarray]:
    """The blocks, each shown to `observe` before it is given on."""
    for block in blocks:
        observe(block)
        yield block


def batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The items in lists of `size`, the last one shorter."""
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
