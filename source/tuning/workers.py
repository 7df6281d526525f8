"""Processes of this machine that share a study's trials and reruns; each gets its share of the cores."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

import torch

from ..core import config
from ..core.errors import DemeanorError
from ..core.processes import process_pool
from .study_spec import StudySpec

SECONDS_BETWEEN_LOOKS = 1.0

_stop: Any = None  # in a worker: the event that tells it to stop
_study_spec: Any = None  # in a worker: its study


@contextmanager
def worker_pool(study_spec: StudySpec, workers: int) -> Iterator[ProcessPoolExecutor]:
    """Open a pool of processes for the functions below; left by Ctrl-C, their trials are queued again."""
    context = get_context("spawn")  # as that of the pool
    stop, number = context.Event(), context.Value("i", 0)
    folders = {name: getattr(config, name) for name in ("DATA_FOLDER", "MODELS_FOLDER")}  # a program may have set them
    threads = max(1, torch.get_num_threads() // workers)  # heeds OMP_NUM_THREADS and a batch system's share
    with process_pool(workers, _begin, study_spec, folders, threads, stop, number) as pool:
        try:
            yield pool
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise


def finished(futures: Sequence[Future], look: Callable[[], None]) -> Iterator[Future]:
    """Yield the futures as they finish, and call `look` every second; raise DemeanorError if a process was killed."""
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
            "A worker was killed, perhaps for lack of memory; run it again with fewer --workers."
        ) from None


def _begin(study_spec: StudySpec, folders: Mapping[str, Any], threads: int, stop: Any, number: Any) -> None:
    """Prepare a new process, before its first job."""
    global _stop, _study_spec
    for name, folder in folders.items():
        setattr(config, name, folder)
    with number.get_lock():
        mine, number.value = number.value, number.value + 1
    _stop, _study_spec = stop, study_spec
    os.environ["OMP_NUM_THREADS"] = str(threads)
    torch.set_num_threads(threads)
    if torch.cuda.device_count() > 1:
        torch.cuda.set_device(mine % torch.cuda.device_count())


def in_worker(job: Callable[..., Any], *arguments: Any) -> Any:
    """Call `job`, a function at module level, in a worker, with the worker's study, these arguments and `on_batch`."""
    return job(_study_spec, *arguments, _stop_if_asked)


def _stop_if_asked(done: int, total: int) -> None:
    if _stop.is_set():
        raise KeyboardInterrupt
