"""Processes that share the work of this one and end with it."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from typing import Any


@contextmanager
def process_pool(count: int, begin: Callable[..., object], *arguments: Any) -> Iterator[ProcessPoolExecutor]:
    """Open a pool of `count` processes, each of which first calls `begin(*arguments)`.

    Left by an error or Ctrl-C they end at once, in the middle of a job, as they do when this process is killed.
    """
    context = get_context("spawn")  # a forked child of a process that has used threads may hang
    theirs, ours = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(count, context, initializer=_begin, initargs=(theirs, begin, arguments))
    try:
        yield pool
        pool.shutdown()
    finally:
        ours.close()  # by us or, when this process is killed, by the system
        pool.shutdown(cancel_futures=True)
        theirs.close()


def _begin(parent: Any, begin: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    """Prepare a new process, before its first job."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent says when to stop
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    begin(*arguments)


def _end_with(parent: Any) -> None:
    """End this process when `parent`, the end of a pipe through which nothing is ever sent, is closed at the other."""
    with suppress(EOFError, OSError):
        parent.recv_bytes()
    os._exit(1)
