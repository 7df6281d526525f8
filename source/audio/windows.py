"""Overlapping windows of a stream of samples."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol, TypeVar

import numpy as np

from ..core import config
from ..core.errors import DemeanorError

BATCH_WINDOWS = 16  # that go through the network together

Item = TypeVar("Item")


class Windows:
    """The windows of a stream that is pushed in blocks of any length; no more than a window and a block is held.

    Windows begin at 0, hop, 2 hop, ...; if the last of these ends before the stream does, one more ends with it. A
    stream shorter than a window is one window.

    >>> windows = Windows(window_samples=40, hop_samples=10)
    >>> [(start, len(samples)) for start, samples in (*windows.add(np.zeros(59)), *windows.finish())]
    [(0, 40), (10, 40), (19, 40)]
    """

    def __init__(self, window_samples: int, hop_samples: int):
        self.window_samples, self.hop_samples = window_samples, min(hop_samples, window_samples)  # nothing is skipped
        self._held, self._first = np.zeros(0, np.float32), 0  # samples of the stream from `_first` on
        self._next = 0  # first sample of the next window

    def add(self, block: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """Yield the first sample and the samples of each window that `block` (samples,) completes."""
        self._held = np.concatenate((self._held, block))
        while self._first + len(self._held) >= self._next + self.window_samples:
            start = self._next - self._first
            yield self._next, self._held[start : start + self.window_samples]
            self._next += self.hop_samples
        unneeded = max(self._next - self.hop_samples - self._first, 0)  # the last window may begin one hop earlier
        self._held, self._first = self._held[unneeded:], self._first + unneeded

    def finish(self) -> Iterator[tuple[int, np.ndarray]]:
        """Yield the window that ends with the stream, if the last one did not."""
        end = self._first + len(self._held)
        covered = self._next - self.hop_samples + self.window_samples if self._next else 0
        if end > covered:
            yield max(end - self.window_samples, 0), self._held[-self.window_samples :]


class Known(Protocol):
    """What is known of the beginning of a stream, such as where somebody speaks."""

    @property
    def covered(self) -> int:
        """Samples of the stream of which it is known."""
        ...


class SpeechWindows:
    """The windows of a stream, in batches, once all is known that is needed to read them.

    One begins every config.HOP_SECONDS. Raises DemeanorError where that is not above zero.
    """

    def __init__(self, window_samples: int, rate_hz: int, *needed: Known) -> None:
        hop_samples = round(config.HOP_SECONDS * rate_hz)
        if hop_samples < 1:
            raise DemeanorError(f"HOP_SECONDS in config.py must be above zero, not {config.HOP_SECONDS}.")
        self._windows, self._needed = Windows(window_samples, hop_samples), needed
        self._waiting: list[tuple[int, np.ndarray]] = []

    def add(self, samples: np.ndarray) -> Iterator[list[tuple[int, np.ndarray]]]:
        """Take the next samples (n,); yield batches of BATCH_WINDOWS windows (first sample, samples)."""
        self._waiting += self._windows.add(samples)
        while len(self._waiting) >= BATCH_WINDOWS and self._covered() >= BATCH_WINDOWS:
            yield self._take(BATCH_WINDOWS)

    def flush(self) -> Iterator[list[tuple[int, np.ndarray]]]:
        """Yield those that wait, without waiting for a whole batch."""
        while covered := self._covered():
            yield self._take(min(covered, BATCH_WINDOWS))

    @property
    def waiting(self) -> Sequence[tuple[int, np.ndarray]]:
        """The windows (first sample, samples) that are whole, but of which not all is known."""
        return self._waiting

    def finish(self) -> Iterator[list[tuple[int, np.ndarray]]]:
        """Yield the last ones, up to the end of the stream."""
        self._waiting += self._windows.finish()
        while self._waiting:
            yield self._take(BATCH_WINDOWS)

    def _covered(self) -> int:
        """Return of how many of those that wait all is known."""
        known = min(one.covered for one in self._needed)
        return bisect_right([start + len(samples) for start, samples in self._waiting], known)

    def _take(self, count: int) -> list[tuple[int, np.ndarray]]:
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in lists of `size`, the last one shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
