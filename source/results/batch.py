"""Prediction of many files, none of which can end the run."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import closing
from functools import cache
from itertools import islice
from pathlib import Path

from ..core.errors import DemeanorError
from ..core.files import natural
from ..core.hooks import Notify, OnProgress, silent
from ..core.spec import ModelSpec, spec_of
from .batch_folder import BatchFolder
from .prediction import Prediction
from .readers import Destination, Outcome, Reader
from .writing import CannotWrite

MOST_NAMED = 6  # of what is skipped
MOST_THREADS = 1000  # each waits for a process or a machine
KEPT = "What is done is kept, and the same command, of predict with --resume, goes on with the rest."


def predict_files(
    files: Sequence[Path],
    reader: Reader,
    folder: Path | None = None,
    *,
    where: str = "",
    keep_open: bool = False,
    notify: Notify = silent,
    on_progress: OnProgress = silent,
) -> list[Prediction]:
    """Return the prediction of each file, in this order; one that cannot be read has a note with the reason instead.

    folder: exists and takes the results, see `BatchFolder`; what an earlier run was done with there is not read again.
    where: what the files lie in, for people. keep_open: a later run in `folder` shall read only what has changed.

    Raises DemeanorError where no file could be read or their folder is gone, and CannotWrite.
    """
    layout, notify = spec_of(reader.model).layout, cache(notify)  # which passes each message on only once
    predictions: dict[Path, Prediction] = {}
    troubles: dict[Path, str] = {}
    try:
        batch = (
            BatchFolder(folder, files, layout, reader.labels, reader.made_with, reader.options.keep) if folder else None
        )
        predictions |= batch.done if batch else {}
        on_progress(len(predictions), len(files))
        with closing(_outcomes(reader, [file for file in files if file not in predictions], batch)) as outcomes:
            for file, outcome in outcomes:
                predictions[file] = outcome.prediction
                if batch:
                    batch.add(file, outcome.prediction, outcome.rows)
                for message in outcome.messages:
                    notify(message)
                if outcome.trouble:
                    notify(outcome.trouble)
                    troubles[file] = outcome.trouble
                    _require_folder(file)
                on_progress(len(predictions), len(files))
        if batch:
            batch.finish(keep_open)
    except CannotWrite as error:
        raise CannotWrite(f"{error} {KEPT}") from None
    if len(troubles) == len(files):
        first = troubles[files[0]]
        raise DemeanorError(f"None of the {len(files)} {layout.noun}s{where} could be read; the first: {first}")
    if troubles:
        notify(f"{len(troubles)} of the {len(files)} {layout.noun}s{where} could not be read; the others were.")
    return [predictions[file] for file in files]


def _outcomes(reader: Reader, files: Sequence[Path], batch: BatchFolder | None) -> Generator[tuple[Path, Outcome]]:
    """Yield what comes of each file, as it comes, with no more in work than the reader can do at once."""
    jobs = ((file, Destination(batch.path, batch.names[file]) if batch else None) for file in files)
    if not reader.at_once():
        yield from ((file, reader.read(file, destination)) for file, destination in jobs)
        return
    threads, running = ThreadPoolExecutor(MOST_THREADS), {}
    try:
        while True:
            for file, destination in islice(jobs, max(reader.at_once() - len(running), 0)):
                running[threads.submit(reader.read, file, destination)] = file
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def _require_folder(file: Path) -> None:
    """Raise DemeanorError where a file could not be read because its folder is gone."""
    if not file.parent.is_dir():
        raise DemeanorError(f"The folder {file.parent} is not there any more. {KEPT}")


def files_in(path: Path, spec: ModelSpec, notify: Notify = silent) -> list[Path]:
    """Return the files in the folder `path` that the model can read, 2 before 10; sub-folders and hidden files are not.

    Raises DemeanorError where there is none.
    """
    noun, suffixes = spec.layout.noun, spec.readable
    children = sorted((child for child in path.iterdir() if not child.name.startswith(".")), key=by_name)
    files = [child for child in children if child.suffix.lower() in suffixes and child.is_file()]
    skipped = sorted({*children}.difference(files), key=by_name)
    folders = [child.name for child in skipped if child.is_dir()]
    if not files:
        inside = f"; it has sub-folders ({folders[0]}, ...): name one of them" if folders else ""
        raise DemeanorError(f"There are no {noun}s in {path}{inside} ({noun}s end in {', '.join(suffixes)}).")
    if skipped:
        names = [child.name for child in skipped[:MOST_NAMED]] + ["..."] * (len(skipped) > MOST_NAMED)
        notify(f"Skipped in {path}: {', '.join(names)} ({len(skipped)}, {len(folders)} of them sub-folders).")
    return files


def by_name(path: Path) -> tuple[list[int | str], str]:
    """Return a key that puts files in a person's order of their names."""
    return natural(path.name), path.name
