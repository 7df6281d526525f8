"""The time that making a store takes: a corpus preprocessed as the command does it."""

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.synthetic import CORPUS
from source.core import config
from source.core.spec import spec_of
from source.data.preprocessing import preprocess

WORKERS = 2


@dataclass(frozen=True)
class Run:
    """The duration of one preprocessing; rates in clips per second."""

    rate: float
    """Once all workers are running."""
    whole_rate: float
    start_up_seconds: float


def preprocessed(model: str, data_folder: Path, **changes: Any) -> Run:
    """Preprocess the corpus in `data_folder` by WORKERS processes; changes: of the model's default settings."""
    config.DATA_FOLDER = data_folder
    spec, moments = spec_of(model), []

    def note(done, _):
        moments.append((time.perf_counter(), done))

    started = time.perf_counter()
    settings = replace(spec.default_settings, **changes)
    preprocess(spec, settings, CORPUS, workers=WORKERS, resume=False, on_progress=note)
    whole = time.perf_counter() - started
    # Chunks are noted in order, so at the note of this number every worker has done its first one.
    (warm_at, warm), (end_at, count) = moments[WORKERS - 1], moments[-1]
    rate = (count - warm) / (end_at - warm_at)
    return Run(rate, count / whole, whole - count / rate)


def keep_to_one_core() -> None:
    """Restrict this process to one core, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
