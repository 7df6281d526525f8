"""Overlapping windows of a stream of samples."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

import numpy as np

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


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in lists of `size`, the last one shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
