"""Who reads the files of a run: this process, processes that are replaced when they die, or a cluster."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ..core import config
from ..core.errors import DemeanorError
from ..core.hooks import silent
from ..core.spec import spec_of
from ..core.threads import one_thread_each
from ..core.workers import WorkerDied, Workers
from ..media.selection import WHOLE, Selection
from ..training.checkpoint import Trained, load, read_header
from .cells import Row
from .prediction import Prediction
from .writing import CannotWrite, write_prediction

if TYPE_CHECKING:
    from ..data.dask_client import Cluster

DECIDES = ("NOT_SURE_BELOW", "WINDOW_SECONDS", "HOP_SECONDS", "FRAMES_PER_SECOND", "SAMPLE_RATE_HZ", "WHISPER_MODEL")


@dataclass(frozen=True)
class Options:
    """How every file is read."""

    without: tuple[str, ...] = ()
    """Result files not to be written."""
    selection: Selection = WHOLE
    brief: bool = False
    """Whether to keep no more of a prediction than its summary needs: for thousands of files."""

    def keep(self, prediction: Prediction) -> Prediction:
        """Return what is to be kept of a prediction."""
        overall = prediction.overall
        if not self.brief or overall is None or overall.speech_seconds is None:  # a picture or a text is small
            return prediction
        return replace(prediction, readings=(), pauses=(), people=(), faces=(), sentences=())


@dataclass(frozen=True)
class Destination:
    """Where the results of one file go."""

    folder: Path
    name: str


@dataclass(frozen=True)
class Outcome:
    """What came of one file."""

    prediction: Prediction
    """Without readings, and with the reason as a note, where it could not be read."""
    rows: list[Row]
    """Of the summary."""
    messages: tuple[str, ...] = ()
    """What a person should know."""
    trouble: str = ""
    """Why it could not be read, in a sentence."""


@dataclass(frozen=True)
class Weights:
    """A file of weights that another process or machine has to find unchanged."""

    file: Path
    sha256: str

    @classmethod
    def of(cls, file: Path) -> Self:
        """Return the file as it is now."""
        return cls(file, hashlib.sha256(file.read_bytes()).hexdigest())


@dataclass(frozen=True)
class Reader:
    """Reads files, `at_once()` of them in as many threads, or one after the other in this one where that is 0."""

    model: str
    labels: tuple[str, ...]
    read: Callable[[Path, Destination | None], Outcome]
    options: Options
    at_once: Callable[[], int] = lambda: 0
    made_with: str = ""
    """Stands for the weights and all that decides the results; empty: not known."""


def here(trained: Trained, options: Options, weights: Path | None = None) -> Reader:
    """Return what reads in this process, which an abort of native code ends; weights: the file of `trained`."""
    made_with = _made_with(Weights.of(weights), options) if weights else ""
    return Reader(trained.spec.name, trained.labels, partial(read_file, trained, options), options, made_with=made_with)


@contextmanager
def in_processes(count: int, weights: Path, options: Options) -> Iterator[Reader]:
    """Read in `count` processes; a file that ends one costs that file alone. Several share the cores."""
    header, found = read_header(weights), Weights.of(weights)
    with Workers(count, _prepare, found) as workers:

        def read(file: Path, destination: Destination | None) -> Outcome:
            try:
                return workers.run(read_with, found, options, file, destination)
            except WorkerDied as died:
                return unreadable(file, header.model, header.labels, f"the process that read it {died}")

        yield Reader(header.model, header.labels, read, options, lambda: count, _made_with(found, options))


def on_cluster(cluster: Cluster, weights: Path, options: Options) -> Reader:
    """Return what reads on a cluster; its machines see files, results and `weights` under the same paths."""
    from distributed import KilledWorker

    header, found, here = read_header(weights), Weights.of(weights), Path.cwd()

    def read(file: Path, destination: Destination | None) -> Outcome:
        try:
            return cluster.submit(read_from, here, found, options, file, destination).result()
        except KilledWorker as killed:
            why = f"{killed.allowed_failures + 1} workers died over it, one after the other"
            return unreadable(file, header.model, header.labels, why)

    made_with = _made_with(found, options)
    return Reader(header.model, header.labels, read, options, lambda: cluster.threads, made_with)


def read_file(trained: Trained, options: Options, file: Path, destination: Destination | None) -> Outcome:
    """Read a file and write its results; whatever goes wrong in it is its outcome. Raises CannotWrite alone."""
    spec, messages = trained.spec, list[str]()
    try:
        result = spec.read(file, trained, messages.append, silent, options.selection)
        prediction = result.prediction
        if destination:
            files = result.files(options.without)
            prediction = write_prediction(
                prediction, files, destination.folder, destination.name, options.without, in_place=True
            )
        rows = spec.layout.summary_rows(prediction)
    except CannotWrite:
        raise
    except Exception as error:
        return replace(unreadable(file, spec.name, trained.labels, _reason(error)), messages=tuple(messages))
    return Outcome(options.keep(prediction), rows, tuple(messages))


def read_with(weights: Weights, options: Options, file: Path, destination: Destination | None) -> Outcome:
    """Do the same in another process or on another machine, which has loaded the weights or does it now."""
    return read_file(_loaded(weights), options, file, destination)


def read_from(folder: Path, weights: Weights, options: Options, file: Path, destination: Destination | None) -> Outcome:
    """Do the same on a machine where relative paths are to be seen from `folder`."""
    with chdir(folder) if folder.is_dir() else nullcontext():
        return read_with(weights, options, file, destination)


def unreadable(file: Path, model: str, labels: tuple[str, ...], reason: str) -> Outcome:
    """Return the outcome of a file that cannot be read."""
    prediction = Prediction(str(file), model, labels, (), notes=(f"could not be read: {reason}",))
    sentence = reason if str(file) in reason else f"{file} could not be read: {reason.rstrip('.')}."
    return Outcome(prediction, spec_of(model).layout.summary_rows(prediction), trouble=sentence)


def _prepare(weights: Weights) -> None:
    one_thread_each()  # of one process too: the number of threads changes the last bits of sums
    _loaded(weights)


@lru_cache(maxsize=1)
def _loaded(weights: Weights) -> Trained:
    if not weights.file.is_file() or Weights.of(weights.file) != weights:
        raise DemeanorError(f"{weights.file} is not there any more as it was when the run began; start it again.")
    return load(weights.file)


def _made_with(weights: Weights, options: Options) -> str:
    """Return a text that differs where results would: by the weights, the options or config.py."""
    decides = {name: getattr(config, name) for name in DECIDES} | asdict(options) | {"weights": weights.sha256}
    del decides["brief"]
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:16]


def _reason(error: Exception) -> str:
    if isinstance(error, DemeanorError):
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    return f"Unexpected error ({type(error).__name__}: {error})"
