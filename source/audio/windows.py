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
