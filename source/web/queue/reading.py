"""What is done in the process of a job: what came in is looked at, read, and left as a result with the original."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import chdir, suppress
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ... import api
from ...api.load import weights_file
from ...core import config
from ...core.memory import share_arenas
from ...core.spec import spec_of
from ...core.workers import say
from ...media.kind import kind_and_ending
from ...media.link import fetch
from ...media.remux import remuxed
from ...media.types import PICTURES, RECORDINGS, TEXTS
from ...results.writing import Written
from ..files import ORIGINAL
from ..titles import file_stem, title
from .job import AUTO, INPUT, LINK, RECORDING, TEXT
from .journal import ENTRY, UPLOAD
from .outcome import MARK
from .task import Task

if TYPE_CHECKING:
    from ...training.checkpoint import Trained

MODEL_OF = {"picture": "face", "sound": "combined", "video": "combined", "text": "text"}
SECONDS_BETWEEN_WORDS = 0.2
MEGABYTES = "MB"
POLITENESS = 5  # of Unix's niceness: the page and whoever is live come first
PR_SET_PDEATHSIG = 1  # of Linux's prctl(2)


def prepare() -> None:
    """Make the process of jobs ready: it comes last, and ends with its parent even while it is suspended."""
    prepare_to_answer()
    if sys.platform == "linux":  # it goes by the thread that started this process, which is there to the end
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if hasattr(os, "nice"):
        os.nice(POLITENESS)


def prepare_to_answer() -> None:
    """Make the process ready whose answers somebody waits for."""
    share_arenas()
    for name in ("DATA_FOLDER", "MODELS_FOLDER", "INPUT_FOLDER", "OUTPUT_FOLDER"):  # a job has a folder of its own
        setattr(config, name, getattr(config, name).absolute())


def read(task: Task) -> list[str]:
    """Do a job; returns the folders of its results. What goes on is said as changes of the job's fields.

    Raises DemeanorError where there is no result.
    """
    say({"sentence": "Getting ready."})
    if task.source == TEXT:
        return _read_one(task, api.Words(task.asked), _model(task, "text"), {ORIGINAL + ".txt": task.asked})
    if task.source == INPUT:
        path = api.input_named(task.asked)
        if path.is_dir():
            return _read_folder(task, path)
        kind, ending = kind_and_ending(path, path.name)
        costs_nothing = path.stat().st_dev == task.results.stat().st_dev  # to have a second name
        original = {ORIGINAL + ending: partial(linked_or_copied, path.resolve())} if costs_nothing else {}
        return _read_one(task, path, _model(task, kind), original)
    with chdir(task.folder):  # so that all that is said and written of the file has its bare name
        kind, file = _file_of(task)
        original = {ORIGINAL + file.suffix: partial(linked_or_copied, file)}
        return _read_one(task, file, _model(task, kind), original, {str(file): task.asked} if task.asked else {})


def read_at_once(model: str, content: bytes | str) -> dict[str, Any]:
    """Return the document of the prediction of a picture's bytes or of words; nothing is written."""
    from ...media.image import picture_in
    from ...results.predicting import predict

    source = content if isinstance(content, str) else picture_in(BytesIO(content), "This")
    return predict(source, _loaded(model), write=False)[0].to_dict()


def _file_of(task: Task) -> tuple[str, Path]:
    """Return the kind of the file that came in, and the file under a name that says so, seen from the job's folder."""
    came, name = Path(UPLOAD), task.name
    if task.source == LINK:
        came = _fetched(task)
        name = title(came.name)
        say({"name": name, "bytes": came.stat().st_size})
    kind, ending = kind_and_ending(came, name)
    file = Path(file_stem(name) + ending)
    if file.name in (UPLOAD, ENTRY):
        file = file.with_stem(f"{file.stem}_")
    if task.source == RECORDING and ending in RECORDINGS:
        say({"sentence": "Putting the recording in order."})
        with suppress(Exception):  # what FFmpeg cannot put in order may be read all the same
            remuxed(came, file)
            return kind, file
        file.unlink(missing_ok=True)
    linked_or_copied(came, file)
    return kind, file


def _fetched(task: Task) -> Path:
    say({"sentence": "Fetching."})
    inside = Path("fetched")  # where no name that a site gives is another's
    inside.mkdir(exist_ok=True)
    reads = (*PICTURES, *RECORDINGS, *TEXTS) if task.model == AUTO else spec_of(task.model).readable
    how = {"allow_private": task.allow_private_links, "on_progress": _progress(MEGABYTES, 1e-6)}
    return fetch(task.asked, inside, reads=reads, **how)


def _model(task: Task, kind: str) -> str:
    model = MODEL_OF[kind] if task.model == AUTO else task.model
    say({"model": model})
    return model


def _read_one(
    task: Task,
    source: Any,
    model: str,
    original: Mapping[str, Written],
    links: Mapping[str, str] = MappingProxyType({}),
) -> list[str]:
    from ...results.predicting import predict  # which the server itself, that imports this, does without

    spec = spec_of(model)
    recording = isinstance(source, Path) and source.suffix.lower() in RECORDINGS
    unit = "seconds" if recording else f"{spec.progress_unit}s"
    say({"sentence": "Reading.", "unit": unit, "done": 0, "total": 0})
    beside, hooks = {**original, MARK: task.id}, {"notify": _note, "on_progress": _progress(unit)}
    made = predict(source, _loaded(model), task.results, beside=beside, links=links, **hooks)
    return [_seen_from(task.results, one.folder) for one in made]


def _loaded(model: str) -> Trained:
    """Return the trained model, which is loaded anew where it is another one, or its weights are."""
    changed = weights_file(model).stat()
    return _loaded_once(model, changed.st_mtime_ns, changed.st_size)


@lru_cache(maxsize=1)
def _loaded_once(model: str, *_: int) -> Trained:
    return api.load(model)


def _read_folder(task: Task, folder: Path) -> list[str]:
    model = task.model if task.model != AUTO else _most_frequent(folder)
    noun = f"{spec_of(model).layout.noun}s"
    say({"model": model, "sentence": "Reading.", "unit": noun, "done": 0, "total": 0})
    hooks = {"notify": _note, "on_progress": _progress(noun)}
    made = api.predict(model, folder, output=task.results, resume=True, brief=True, **hooks)
    return [_seen_from(task.results, one.folder) for one in made if one.folder]


def _most_frequent(folder: Path) -> str:
    """Return the model that reads the kind of most files in the folder, by their names."""
    kinds = {"combined": RECORDINGS, "face": PICTURES, "text": TEXTS}
    endings = [path.suffix.lower() for path in folder.iterdir() if not path.name.startswith(".")]
    return max(kinds, key=lambda model: sum(ending in kinds[model] for ending in endings))


def _seen_from(results: Path, folder: str) -> str:
    return Path(folder).absolute().relative_to(results.absolute()).as_posix()


def _note(sentence: str) -> None:
    say({"note": sentence})


def _progress(unit: str, scale: float = 1.0) -> Callable[[int, int], None]:
    """Return what says how far it is, in plural units, not too often; scale: units in one of what is counted."""
    last, before, is_first = 0.0, 0, True

    def tell(done: int, total: int) -> None:
        nonlocal last, before, is_first
        is_first, before = is_first and done >= before, done
        now, at_end = time.monotonic(), total and done >= total
        if at_end or now - last >= SECONDS_BETWEEN_WORDS:
            last = now
            sentence = "Reading." if unit != MEGABYTES else "Fetching."
            if unit != MEGABYTES and (at_end or not is_first):  # what is counted once more is drawn, or explained
                sentence = "Preparing the results."
            say({"done": int(done * scale), "total": int(total * scale), "unit": unit, "sentence": sentence})

    return tell


def linked_or_copied(file: Path, target: Path) -> None:
    """Give a file a second name or, where a file system has none, copy it."""
    try:
        os.link(file, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(file, target)
