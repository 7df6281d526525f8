"""Preprocess a corpus into its store: `extract` over an executor, some clips at a time, resumable."""

import signal
import time
import warnings
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ..core.arrays import stacked
from ..core.command_line import command_for
from ..core.errors import DemeanorError
from ..core.hooks import OnProgress, silent
from ..core.spec import DataWarning, ModelSpec, spec_of
from ..core.threads import one_thread_each
from ..core.workers import WorkerDied, Workers
from .clips import MANIFEST, Clip, labelled_files
from .store import UNREADABLE, Manifest, Store, StoreWriter, fingerprint
from .training_folder import training_files

SECONDS_PER_JOB = 0.5  # for a worker at once, and committed at once: what Ctrl-C may lose
CLIPS_PER_JOB = 64  # at most
AHEAD = 4  # jobs in flight for each worker: bounds the memory
CLIPS_FOR_PROCESSES = 16  # fewer are done before processes have started


@dataclass(frozen=True)
class Preprocessed:
    """The outcome of preprocessing one corpus."""

    corpus: str
    folder: Path
    clips: int
    unreadable: int
    done_before: int  # clips that an earlier run had already done
    warnings: dict[str, int] = field(default_factory=dict)
    """What `extract` warned of in this run, and for how many clips."""


class Pool(Protocol):
    """Where jobs run: a concurrent.futures.Executor, or a cluster."""

    def submit(self, job: Callable[..., Any], /, *arguments: Any) -> Any:
        """Return a future, whose `result()` is what `job(*arguments)` returns."""
        ...


def preprocess(
    spec: ModelSpec,
    settings: Any,
    corpus: str,
    *,
    workers: int = 1,
    resume: bool = True,
    executor: "Pool | None" = None,
    on_progress: OnProgress = silent,
) -> Preprocessed:
    """Bring the store of `corpus` up to date. An unchanged finished store is left as it is.

    executor: where `extract` runs, with `workers` at once, such as `data.dask_client.Cluster`; None: in `workers`
    processes. Files that cannot be read get no row; they are listed in the store's unreadable.csv. Raises
    DemeanorError where no file can be read, or where only the executor's workers cannot read one.
    """
    clips = training_clips(spec, corpus)
    fresh = Manifest(spec.name, settings.extract_settings(), fingerprint(clips))
    writer = StoreWriter(spec.store_folder / corpus, fresh, resume)
    before, warned = writer.manifest.clips_done, Counter()
    on_progress(before, len(clips))
    left = clips[before:]
    with _pool(executor, workers, len(left)) as pool:
        for job, result in _extracted(pool, spec, settings, left, workers):
            if executor:
                _refuse_unreadable_there(spec, settings, result.unreadable)
            readable = [clip for clip in job if str(clip.path) not in result.unreadable]
            writer.append(readable, result.rows, result.unreadable)
            warned += result.warnings
            on_progress(writer.manifest.clips_done, len(clips))
    if not writer.manifest.rows:
        raise DemeanorError(
            f"None of the {len(clips)} files of {corpus} could be read; see {writer.folder / UNREADABLE}."
        )
    writer.finish()
    done = writer.manifest
    return Preprocessed(corpus, writer.folder, done.rows, done.unreadable, before, dict(warned))


def training_clips(spec: ModelSpec, corpus: str) -> list[Clip]:
    """Return the labelled files of `corpus` in the model's training folder; raise DemeanorError where none are."""
    folder = spec.training_folder / corpus
    clips = training_files(folder, spec.suffixes) if folder.is_dir() else []
    if not clips:
        there = sorted(child.name for child in spec.training_folder.glob("*") if (child / MANIFEST).exists())
        raise DemeanorError(
            f"There are no training files of {corpus} in {folder}; get them with: "
            f"{command_for('data', 'get', corpus, '--from', 'FOLDER')} (there are: {', '.join(there) or 'none yet'})."
        )
    return clips


def changed_since(spec: ModelSpec, store: Store) -> bool:
    """Return whether the corpus's training files differ from those `store` was made of; False where there are none."""
    clips = labelled_files(spec.training_folder / store.folder.name, spec.suffixes)
    return bool(clips) and fingerprint(clips) != store.manifest.sources


@dataclass(frozen=True)
class Extracted:
    """The output of `extract` for some files."""

    rows: dict[str, np.ndarray]  # arrays by name, a row for each file that could be read
    unreadable: dict[str, str]  # the other files, each with why
    warnings: Counter[str]  # what `extract` warned of, and for how many files
    seconds: float


def extract_clips(model: str, settings: Any, paths: Sequence[Path]) -> Extracted:
    """Run `extract` over some files; called in a worker."""
    spec, rows, unreadable, warned, started = spec_of(model), [], {}, Counter(), time.monotonic()
    for path in paths:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", DataWarning)
            try:
                rows.append(spec.extract(path, settings))
            except (DemeanorError, OSError) as reason:
                unreadable[str(path)] = str(reason)
        warned.update(str(warning.message) for warning in caught if warning.category is DataWarning)
    return Extracted(stacked(rows), unreadable, warned, time.monotonic() - started)


def _refuse_unreadable_there(spec: ModelSpec, settings: Any, unreadable: dict[str, str]) -> None:
    """Raise DemeanorError for a file that can be read here: no store shall depend on what a worker elsewhere lacks."""
    for path, reason in unreadable.items():
        if not extract_clips(spec.name, settings, [Path(path)]).unreadable:
            raise DemeanorError(
                f"{path} can be read on this machine, but not where a worker runs ({reason.rstrip('.')}); give all "
                "machines the same data, code, packages and pretrained files."
            )


class _ThisProcess:
    """A Pool of no other process."""

    def submit(self, job: Callable[..., Any], /, *arguments: Any) -> Future:
        future = Future()
        future.set_result(job(*arguments))
        return future


def _pool(executor: "Pool | None", workers: int, clips: int) -> AbstractContextManager[Pool]:
    if executor:
        return nullcontext(executor)
    if workers <= 1 or clips < CLIPS_FOR_PROCESSES:
        return nullcontext(_ThisProcess())
    return Workers(workers, one_thread_each)


def _extracted(
    pool: Pool, spec: ModelSpec, settings: Any, clips: Sequence[Clip], workers: int
) -> Iterator[tuple[Sequence[Clip], Extracted]]:
    """Yield as many clips as take SECONDS_PER_JOB, and the output for them.

    At most AHEAD jobs a worker are in flight. A clip over which a worker dies is unreadable; raises DemeanorError where
    that was for lack of memory.
    """
    most = 1 if isinstance(pool, _ThisProcess) else AHEAD * max(workers, 1)
    waiting, given, size = deque(), 0, 1
    while given < len(clips) or waiting:
        while given < len(clips) and len(waiting) < most:
            job = clips[given : given + size]
            waiting.append((job, pool.submit(extract_clips, spec.name, settings, [clip.path for clip in job])))
            given += len(job)
        job, future = waiting.popleft()
        try:
            result = future.result()
        except WorkerDied:
            result = _joined([_alone(pool, spec, settings, clip) for clip in job])
        yield job, result
        in_time = int(SECONDS_PER_JOB * len(job) / max(result.seconds, 1e-6))
        size = max(1, min(in_time, 2 * len(job), CLIPS_PER_JOB))


def _alone(pool: Pool, spec: ModelSpec, settings: Any, clip: Clip) -> Extracted:
    try:
        return pool.submit(extract_clips, spec.name, settings, [clip.path]).result()
    except WorkerDied as died:
        if died.exit_code == -getattr(signal, "SIGKILL", 0):  # which no file causes
            raise DemeanorError(f"A worker {died}; run it again with fewer --workers.") from None
        return Extracted({}, {str(clip.path): f"the process that read it {died}"}, Counter(), 0.0)


def _joined(parts: Sequence[Extracted]) -> Extracted:
    rows = [part.rows for part in parts if part.rows]
    return Extracted(
        {name: np.concatenate([row[name] for row in rows]) for name in (rows[0] if rows else ())},
        {path: reason for part in parts for path, reason in part.unreadable.items()},
        sum((part.warnings for part in parts), Counter()),
        sum(part.seconds for part in parts),
    )
