"""Prediction of one source, with the result files."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .. import MODELS
from ..core import config
from ..core.errors import DemeanorError
from ..core.hooks import Notify, OnProgress, silent
from ..core.spec import ModelSpec, spec_of
from ..core.threads import one_thread
from ..media.selection import WHOLE, Selection
from ..training.checkpoint import Trained
from . import readers
from .batch import files_in, predict_files
from .batch_folder import batch_folder
from .prediction import Prediction
from .writing import Written, explained, refuse_unwritable, write_prediction

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
    beside: Mapping[str, Written] = MappingProxyType({}),
    links: Mapping[str, str] = MappingProxyType({}),
    notify: Notify = log.info,
    on_progress: OnProgress = silent,
) -> list[Prediction]:
    """Predict `source`: one file, or what else the model's `read` takes; or every file of a folder, one by one.

    With `write` the results go to a new folder in `folder_out` (default: config.OUTPUT_FOLDER), but for the files named
    in `without`, and of one file with what is to lie `beside` them, by name. `on_progress` takes what `read` counts, or
    the files of a folder. Raises DemeanorError where nothing could be read, where the model does not read what
    `selection` asks for, or where results cannot be written.

    links: file -> the link that it was fetched from, which is its source.
    """
    refuse_unselectable(trained.spec, selection)
    target = (folder_out or config.OUTPUT_FOLDER) if write else None
    if isinstance(source, Path) and source.is_dir():
        files = files_in(source, trained.spec, notify)
        folder = batch_folder(target, source.resolve().name or f"{trained.spec.layout.noun}s") if target else None
        reader = readers.here(trained, readers.Options(tuple(without), selection))
        return predict_files(files, reader, folder, where=f" in {source}", notify=notify, on_progress=on_progress)
    if target:
        refuse_unwritable(target)
    with one_thread():
        result = trained.spec.read(source, trained, notify, on_progress, selection)
        link = links.get(str(source))
        prediction = replace(result.prediction, source=link or result.prediction.source)
        if target is None:
            return [prediction]
        with explained(target):
            target.mkdir(parents=True, exist_ok=True)
        files, name = {**result.files(without), **beside}, result.folder_name or (Path(source).stem if link else "")
        return [write_prediction(prediction, files, target, name, without)]


def refuse_unselectable(spec: ModelSpec, selection: Selection) -> None:
    """Raise DemeanorError where `selection` asks for what the model does not choose among."""
    asked = {field.name for field in fields(Selection) if getattr(selection, field.name) != field.default}
    refused = sorted(asked.difference(spec.selectable))
    if refused:
        able = [name for name in MODELS if asked.issubset(spec_of(name).selectable)]
        what = " and ".join(name.replace("_", " ") for name in refused)
        raise DemeanorError(f"The {spec.name} model has no choice of {what}; these have: {', '.join(able) or 'none'}.")
