"""Who reads the files of a run: this process, processes that are replaced when they die, or a cluster."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..core import config
from ..core.errors import DemeanorError
from ..core.hooks import silent
from ..core.memory import share_arenas
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
    person: Any = None
    """Of `Trained.person`, which every process that reads gets; None: as the model has it."""
    links: Mapping[str, str] = field(default_factory=dict)
    """File -> the link that it was fetched from, which is its source."""

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
class Task:
    """All that another process or machine needs to read files as this one would."""

    model: str
    labels: tuple[str, ...]
    weights: Path
    sha256: str
    """Of the weights, which it has to find unchanged."""
    options: Options
    folder: Path
    """Where relative paths are seen from."""

    @classmethod
    def of(cls, weights: Path, options: Options) -> Self:
        """Return the task to read with these weights; raises DemeanorError where they are none."""
        header = read_header(weights)
        return cls(header.model, header.labels, weights.absolute(), _sha256(weights), options, Path.cwd())

    @property
    def made_with(self) -> str:
        """A text that differs where results would: by the weights, the options or config.py."""
        decides = {name: getattr(config, name) for name in DECIDES} | asdict(self.options) | {"weights": self.sha256}
        del decides["brief"], decides["links"]
        text = json.dumps(decides, sort_keys=True, default=np.ndarray.tolist)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


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
    made_with = Task.of(weights, options).made_with if weights else ""
    return Reader(trained.spec.name, trained.labels, partial(read_file, trained, options), options, made_with=made_with)


@contextmanager
def in_processes(count: int, weights: Path, options: Options) -> Iterator[Reader]:
    """Read in `count` processes; a file that ends one costs that file alone."""
    task = Task.of(weights, options)
    with Workers(count, _prepare, task.weights, task.sha256) as workers:
        read = partial(_read_in, workers, task)
        yield Reader(task.model, task.labels, read, options, lambda: count, task.made_with)


def on_cluster(cluster: Cluster, weights: Path, options: Options) -> Reader:
    """Return what reads on a cluster; its machines see files, results and `weights` under the same paths."""
    from distributed import KilledWorker

    task = Task.of(weights, options)

    def read(file: Path, destination: Destination | None) -> Outcome:
        try:
            return cluster.submit(read_there, task, file, destination).result()
        except KilledWorker as killed:
            lost = killed.allowed_failures + 1
            return unreadable(file, task.model, task.labels, f"{lost} workers were lost over it, one after the other")

    return Reader(task.model, task.labels, read, options, lambda: cluster.threads, task.made_with)


def read_there(task: Task, file: Path, destination: Destination | None) -> Outcome:
    """Read a file on a worker of a cluster: in a process of its own there too, or it could end that worker."""
    return _read_in(_process_of_its_own(task.weights, task.sha256), task, file, destination)


def read_file(trained: Trained, options: Options, file: Path, destination: Destination | None) -> Outcome:
    """Read a file and write its results; whatever goes wrong in it is its outcome. Raises CannotWrite alone."""
    spec, messages = trained.spec, list[str]()
    if options.person is not None:
        trained = replace(trained, person=options.person)
    try:
        result = spec.read(file, trained, messages.append, silent, options.selection)
        prediction = replace(result.prediction, source=options.links.get(str(file), result.prediction.source))
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


def unreadable(file: Path, model: str, labels: tuple[str, ...], reason: str) -> Outcome:
    """Return the outcome of a file that cannot be read."""
    prediction = Prediction(str(file), model, labels, (), notes=(f"could not be read: {reason}",))
    sentence = reason if str(file) in reason else f"{file} could not be read: {reason.rstrip('.')}."
    return Outcome(prediction, spec_of(model).layout.summary_rows(prediction), trouble=sentence)


def _read_in(workers: Workers, task: Task, file: Path, destination: Destination | None) -> Outcome:
    try:
        return workers.run(_read, task, file, destination)
    except WorkerDied as died:
        return unreadable(file, task.model, task.labels, f"the process that read it {died}")


def _read(task: Task, file: Path, destination: Destination | None) -> Outcome:
    with chdir(task.folder) if task.folder.is_dir() else nullcontext():
        return read_file(_loaded(task.weights, task.sha256), task.options, file, destination)


def _prepare(weights: Path, sha256: str) -> None:
    share_arenas()
    one_thread_each()  # of one process too: the number of threads changes the last bits of sums
    _loaded(weights, sha256)


@lru_cache(maxsize=1)
def _process_of_its_own(weights: Path, sha256: str) -> Workers:
    return Workers(1, _prepare, weights, sha256)


@lru_cache(maxsize=1)
def _loaded(weights: Path, sha256: str) -> Trained:
    if not weights.is_file() or _sha256(weights) != sha256:
        raise DemeanorError(f"{weights} is not there any more as it was when the run began; start it again.")
    return load(weights)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _reason(error: Exception) -> str:
    if isinstance(error, DemeanorError):
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    return f"Unexpected error ({type(error).__name__}: {error})"
