"""Prediction of a file, or of a folder of files that cannot stop each other, with the result files."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from .. import MODELS
from ..core import config
from ..core.errors import DemeanorError
from ..core.files import new_folder
from ..core.hooks import Notify, OnProgress, silent
from ..core.spec import ModelSpec, spec_of
from ..media.selection import WHOLE, Selection
from ..training.checkpoint import Trained
from .prediction import Prediction
from .writing import Written, write_prediction, write_summary

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Result:
    """What a model's `read` makes of one source, before anything is written."""

    prediction: Prediction
    files: Callable[[Collection[str]], Mapping[str, Written]] = lambda without: {}
    """Names of files to leave out -> the result files beside result.json and the table, by name; made when called."""
    folder_name: str = ""
    """Of the folder for the results; empty: the source's name."""


def predict(
    source: Any,
    trained: Trained,
    folder_out: Path | None = None,
    *,
    write: bool = True,
    without: Collection[str] = (),
    selection: Selection = WHOLE,
    notify: Notify = log.info,
    on_progress: OnProgress = silent,
) -> list[Prediction]:
    """Predict `source`: one file, every file of a folder, or what else the model's `read` takes.

    With `write` the results of each file go to a new folder in `folder_out` (default: config.OUTPUT_FOLDER), but for
    the files named in `without`. `on_progress` takes what `read` counts, or the files of a folder. Raises DemeanorError
    where nothing could be read, or where the model does not read what `selection` asks for.
    """
    refuse_unselectable(trained.spec, selection)
    target = (folder_out or config.OUTPUT_FOLDER) if write else None
    if isinstance(source, Path) and source.is_dir():
        return _predict_folder(source, trained, target, without, selection, notify, on_progress)
    return [_predict_one(source, trained, target, without, selection, notify, on_progress)]


def refuse_unselectable(spec: ModelSpec, selection: Selection) -> None:
    """Raise DemeanorError where `selection` asks for what the model does not choose among."""
    asked = {field.name for field in fields(Selection) if getattr(selection, field.name) != field.default}
    refused = sorted(asked.difference(spec.selectable))
    if refused:
        able = [name for name in MODELS if asked.issubset(spec_of(name).selectable)]
        what = " and ".join(name.replace("_", " ") for name in refused)
        raise DemeanorError(f"The {spec.name} model has no choice of {what}; these have: {', '.join(able) or 'none'}.")


def _predict_one(
    source: Any,
    trained: Trained,
    out: Path | None,
    without: Collection[str],
    selection: Selection,
    notify: Notify,
    on_progress: OnProgress,
) -> Prediction:
    """Predict one source; write its results into a new folder of `out` unless that is None."""
    result = trained.spec.read(source, trained, notify, on_progress, selection)
    if out is None:
        return result.prediction
    return write_prediction(result.prediction, result.files(without), out, result.folder_name, without)


def _predict_folder(
    path: Path,
    trained: Trained,
    target: Path | None,
    without: Collection[str],
    selection: Selection,
    notify: Notify,
    on_progress: OnProgress,
) -> list[Prediction]:
    """Predict every file in the folder `path` whose suffix the model can read, in the order of names.

    A file that cannot be read gets a Prediction without readings, with the reason as a note. Sub-folders and hidden
    files are skipped. Results, one folder for each file and a summary, go to a new folder in `target`; a run that
    is stopped keeps those that are done. Raises DemeanorError where there is no such file, or none could be read.
    """
    model, noun = trained.spec.name, trained.spec.layout.noun
    notify = cache(notify)  # which passes each message on only once
    files = _files_in(path, trained.spec.readable, noun, notify)
    folder = new_folder(target, path.resolve().name or f"{noun}s") if target else None
    predictions, unreadable = [], []
    if folder:  # first, or a file's folder could take one of the summary's names
        write_summary(folder, predictions, trained.labels, model)
    on_progress(0, len(files))
    try:
        for number, file in enumerate(files, start=1):
            try:
                predictions.append(_predict_one(file, trained, folder, without, selection, notify, silent))
            except DemeanorError as trouble:
                unreadable.append(str(trouble))
                notes = (f"could not be read: {trouble}",)
                predictions.append(Prediction(str(file), model, trained.labels, (), notes=notes))
                notify(str(trouble))
            on_progress(number, len(files))
    finally:
        if folder:
            write_summary(folder, predictions, trained.labels, model)
    if len(unreadable) == len(files):
        raise DemeanorError(f"None of the {len(files)} {noun}s in {path} could be read; the first: {unreadable[0]}")
    if unreadable:
        notify(f"{len(unreadable)} of the {len(files)} {noun}s in {path} could not be read; the others were.")
    return predictions


def _files_in(path: Path, suffixes: tuple[str, ...], noun: str, notify: Notify) -> list[Path]:
    """Return the folder's files with one of these suffixes, by name; raise DemeanorError where there is none."""
    children = sorted(child for child in path.iterdir() if not child.name.startswith("."))
    files = [child for child in children if child.suffix.lower() in suffixes and child.is_file()]
    folders, others = [child for child in children if child.is_dir()], len(children) - len(files)
    if not files:
        inside = f"; it has sub-folders ({folders[0].name}, ...): name one of them" if folders else ""
        raise DemeanorError(f"There are no {noun}s in {path}{inside} ({noun}s end in {', '.join(suffixes)}).")
    if others:
        notify(f"{others} other entries in {path} were skipped, {len(folders)} of them sub-folders.")
    return files
