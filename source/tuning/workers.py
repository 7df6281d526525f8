"""Processes of this machine that share a study, or the trainings that confirm its best; the cores are shared out."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from typing import Any

import torch

from ..core import config
from ..core.errors import DemeanorError
from .study_spec import Work

SECONDS_BETWEEN_LOOKS = 1.0
FOLDERS = ("DATA_FOLDER", "MODELS_FOLDER")  # of config, which a program may have set

_stop: Any = None  # in a worker: the event that says that all shall end
_work: Any = None  # in a worker: the study that it works on


@contextmanager
def crew(work: Work, workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of processes for the functions below; left by Ctrl-C, what they are at is queued anew."""
    context = get_context("spawn")  # a forked child of a process that has used threads may hang
    stop, number = context.Event(), context.Value("i", 0)
    folders = {name: getattr(config, name) for name in FOLDERS}
    threads = max(1, torch.get_num_threads() // workers)  # which knows of OMP_NUM_THREADS and of a batch system's share
    begin = (work, folders, threads, stop, number)
    with ProcessPoolExecutor(workers, context, initializer=_begin, initargs=begin) as pool:
        try:
            yield pool
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise


def finished(futures: Sequence[Future], look: Callable[[], None]) -> Iterator[Future]:
    """The futures as they finish; `look` is called about every second. DemeanorError where a process was killed."""
    waiting = set(futures)
    try:
        while waiting:
            done, waiting = wait(waiting, SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED)
            look()
            for future in done:
                future.result()
                yield future
    except BrokenProcessPool:
        raise DemeanorError(
            "A worker was killed, perhaps for want of memory; run it again, with fewer --workers."
        ) from None


def _begin(work, folders, threads, stop, number):
    """In a new process, before its first job."""
    global _stop, _work
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent says when to stop
    for name, folder in folders.items():
        setattr(config, name, folder)
    with number.get_lock():
        mine, number.value = number.value, number.value + 1
    _stop, _work = stop, work
    os.environ["OMP_NUM_THREADS"] = str(threads)
    torch.set_num_threads(threads)
    if torch.cuda.device_count() > 1:
        torch.cuda.set_device(mine % torch.cuda.device_count())
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent():
    """A worker whose parent was killed would go on for nobody."""
    parent: Any = parent_process()
    while parent.is_alive():
        time.sleep(SECONDS_BETWEEN_LOOKS)
    os._exit(1)


def in_worker(job: Callable[..., Any], *arguments: Any) -> Any:
    """Call `job`, a function at module level, in a worker: with its study, these arguments and its `on_batch`."""
    return job(_work, *arguments, _stop_if_asked)


def _stop_if_asked(done: int, total: int) -> None:
    if _stop.is_set():
        raise KeyboardInterrupt
