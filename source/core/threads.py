"""How many threads a computation takes."""

import os
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import TypeVar

Item = TypeVar("Item")

AHEAD = 8  # items that are made before they are needed


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread, for small jobs, such as a second of sound, and for what runs side by side.

    Sharing such work costs more than it saves, most of all where other programs keep a core busy; and the number of
    threads changes the last bits of sums.
    """
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


@contextmanager
def beside(items: Iterable[Item], use: Callable[[Item], None]) -> Iterator[None]:
    """Use the items in a thread meanwhile, and wait for the last of them at the end, but not after an error.

    Raises what the thread raised.
    """
    stopped = Event()

    def work() -> None:
        for item in items:
            if stopped.is_set():
                return
            use(item)

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        try:
            yield
            working.result()
        finally:
            stopped.set()
