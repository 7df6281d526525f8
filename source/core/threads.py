"""How many threads a computation takes."""

import os
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")

AHEAD = 8  # items that are made before they are needed


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: for jobs as small as a second of sound, sharing the work costs more than it saves."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def one_thread_each() -> None:
    """Compute with one thread in this process: workers share the cores."""
    import cv2

    os.environ["OMP_NUM_THREADS"] = "1"
    cv2.setNumThreads(1)
    if "torch" in sys.modules:  # which has read that variable already
        sys.modules["torch"].set_num_threads(1)


def ahead(items: Iterable[Item], count: int = AHEAD) -> Generator[Item]:
    """Yield the items, `count` of them made in a thread while those before are used. Stops when it is closed."""
    source, end = iter(items), object()
    with ThreadPoolExecutor(1) as pool:
        waiting = deque(pool.submit(next, source, end) for _ in range(count))
        while (item := waiting.popleft().result()) is not end:
            waiting.append(pool.submit(next, source, end))
            yield item  # type: ignore  # not the end
