"""A recording as a stream of overlapping windows."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np


def slide(blocks: Iterable[np.ndarray], window_samples: int, hop_samples: int) -> Iterator[tuple[int, np.ndarray]]:
    """First sample and samples of every window of a stream that comes in blocks of any length.

    Windows begin at 0, hop, 2 hop, ...; if the last of these ends before the stream does, one more ends with it. A
    stream shorter than a window is one window. No more than a window and a block is held.

    >>> [(start, len(samples)) for start, samples in slide([np.zeros(59)], 40, 10)]
    [(0, 40), (10, 40), (19, 40)]
    """
    windows = Windows(window_samples, hop_samples)
    for block in blocks:
        yield from windows.add(block)
    yield from windows.finish()


class Windows:
    """The windows of a stream as it goes by; see `slide`."""

    def __init__(self, window_samples: int, hop_samples: int):
        self.window_samples, self.hop_samples = window_samples, min(hop_samples, window_samples)  # nothing is skipped
        self._held, self._first = np.zeros(0, np.float32), 0  # samples from `first` on
        self._due = 0  # where the next window begins

    def add(self, block: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """The windows that `block` (samples,) completes."""
        self._held = np.concatenate((self._held, block))
        while self._first + len(self._held) >= self._due + self.window_samples:
            start = self._due - self._first
            yield self._due, self._held[start : start + self.window_samples]
            self._due += self.hop_samples
        unneeded = max(self._due - self.hop_samples - self._first, 0)  # the last window begins after the one before it
        self._held, self._first = self._held[unneeded:], self._first + unneeded

    def finish(self) -> Iterator[tuple[int, np.ndarray]]:
        """The window that ends with the stream, if the last one did not."""
        end = self._first + len(self._held)
        covered = self._due - self.hop_samples + self.window_samples if self._due else 0
        if end > covered:
            yield max(end - self.window_samples, 0), self._held[-self.window_samples :]


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
