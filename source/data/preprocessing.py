"""Files of a corpus -> its store: `extract` over an executor, chunk by chunk, resumable."""

import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import DemeanorError
from ..core.spec import DataWarning, ModelSpec, spec_of
from .clips import MANIFEST, Clip, labelled_files
from .store import Manifest, Store, StoreWriter, fingerprint
from .training_folder import training_files

if TYPE_CHECKING:
    from .dask_client import Cluster

CHUNK = 64  # clips handed to a worker at once, and committed at once
SHARES = 2  # chunks that each worker of an executor shall get at least: of few clips smaller ones are made
AHEAD = 4  # chunks in flight for each worker: bounds the memory


@dataclass(frozen=True)
class Preprocessed:
    """What became of one corpus."""

    corpus: str
    folder: Path
    clips: int
    unreadable: int
    done_before: int
    """Clips that an earlier run had already done."""
    remarks: dict[str, int] = field(default_factory=dict)
    """What a person should know of how clips were read, and of how many this run said it."""


def preprocess(
    spec: ModelSpec,
    settings: Any,
    corpus: str,
    *,
    workers: int = 1,
    resume: bool = True,
    executor: "Executor | Cluster | None" = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Preprocessed:
    """Bring the store of `corpus` up to date. An unchanged finished store is left as it is.

    executor: where `extract` runs, with `workers` at once, such as source.data.dask_client.Cluster; None: in `workers`
    processes. Files that cannot be read get no row; they are listed in the store's unreadable.csv. Raises
    DemeanorError where only the executor's workers cannot read a file.
    """
    clips = training_clips(spec, corpus)
    fresh = Manifest(spec.name, spec.extract_settings(settings), fingerprint(clips))
    writer = StoreWriter(spec.store_folder / corpus, fresh, resume)
    before, remarks = writer.manifest.clips_done, Counter()
    chunks = list(_chunks(clips[before:], workers if executor else 0))
    with _pool(executor, workers, len(chunks)) as pool:
        for clips_of, result in zip(chunks, _map(pool, spec, settings, chunks, workers), strict=True):
            if executor:
                _refuse_unreadable_there(spec, settings, result.unreadable)
            readable = [clip for clip in clips_of if str(clip.path) not in result.unreadable]
            writer.append(readable, result.rows, result.unreadable)
            remarks += result.remarks
            if on_progress:
                on_progress(writer.manifest.clips_done, len(clips))
    if not writer.manifest.rows:
        raise DemeanorError(
            f"None of the {len(clips)} files of {corpus} could be read; see {writer.folder}/unreadable.csv."
        )
    writer.finish()
    done = writer.manifest
    return Preprocessed(corpus, writer.folder, done.rows, done.unreadable, before, dict(remarks))


def training_clips(spec: ModelSpec, corpus: str) -> list[Clip]:
    """The labelled files of `corpus` in the model's training folder."""
    folder = spec.training_folder / corpus
    clips = training_files(folder, spec.suffixes) if folder.is_dir() else []
    if not clips:
        there = sorted(child.name for child in spec.training_folder.glob("*") if (child / MANIFEST).exists())
        raise DemeanorError(
            f"There are no training files of {corpus} in {folder}; get them with: python run.py data get {corpus} "
            f"--from FOLDER (there are: {', '.join(there) or 'none yet'})."
        )
    return clips


def changed_since(spec: ModelSpec, store: Store) -> bool:
    """Whether the corpus's training files are not those that `store` was made of; False where there are none here."""
    clips = labelled_files(spec.training_folder / store.folder.name, spec.suffixes)
    return bool(clips) and fingerprint(clips) != store.manifest.sources


@dataclass(frozen=True)
class Chunk:
    """What `extract` made of some files."""

    rows: dict[str, np.ndarray]
    """Array by name, a row for each file that could be read."""
    unreadable: dict[str, str]
    """The other files, each with why."""
    remarks: Counter[str]
    """What a person should know of the rows: the warnings of `extract`, and of how many files each was said."""


def extract_chunk(model: str, settings: Any, paths: Sequence[Path]) -> Chunk:
    """`extract` over some files. Runs in a worker."""
    spec, rows, unreadable, remarks = spec_of(model), [], {}, Counter()
    for path in paths:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always", DataWarning)
            try:
                rows.append(spec.extract(path, settings))
            except (DemeanorError, OSError) as reason:
                unreadable[str(path)] = str(reason)
        remarks.update(str(warning.message) for warning in said if warning.category is DataWarning)
    names = rows[0] if rows else ()
    return Chunk({name: np.stack([row[name] for row in rows]) for name in names}, unreadable, remarks)


def _chunks(clips: Sequence[Clip], sharers: int) -> Iterator[Sequence[Clip]]:
    share = -(-len(clips) // (SHARES * sharers)) if sharers else CHUNK
    size = max(min(CHUNK, share), 1)
    for start in range(0, len(clips), size):
        yield clips[start : start + size]


def _refuse_unreadable_there(spec: ModelSpec, settings: Any, unreadable: dict[str, str]) -> None:
    """Raise DemeanorError for a file that can be read here, so that no store depends on what a worker elsewhere
    lacks."""
    for path, reason in unreadable.items():
        if not extract_chunk(spec.name, settings, [Path(path)]).unreadable:
            raise DemeanorError(
                f"{path} can be read on this machine, but not where a worker runs ({reason.rstrip('.')}); give all "
                "machines the same data, code, packages and pretrained files."
            )


def _pool(executor: Any, workers: int, chunks: int) -> AbstractContextManager[Any]:
    if executor or workers <= 1 or chunks <= 1:
        return nullcontext(executor)
    # Spawned, not forked: a forked child of a process that has used threads may hang.
    return ProcessPoolExecutor(workers, get_context("spawn"), initializer=one_thread_each)


def one_thread_each() -> None:
    """Workers share the cores: one thread each for numerics."""
    import cv2

    os.environ["OMP_NUM_THREADS"] = "1"
    cv2.setNumThreads(1)


def _map(pool: Any, spec: ModelSpec, settings: Any, chunks: Sequence[Sequence[Clip]], workers: int):
    """Results in order, at most AHEAD chunks a worker under way."""
    jobs = iter([(spec.name, settings, [clip.path for clip in chunk]) for chunk in chunks])
    if pool is None:
        for job in jobs:
            yield extract_chunk(*job)
        return
    waiting = [pool.submit(extract_chunk, *job) for job in islice(jobs, AHEAD * max(workers, 1))]
    while waiting:
        yield waiting.pop(0).result()
        waiting += [pool.submit(extract_chunk, *job) for job in islice(jobs, 1)]
