"""Prediction of a folder: its files one after the other; one that cannot be read does not stop the others."""

from collections.abc import Callable
from pathlib import Path

from ..core.errors import DemeanorError
from ..core.files import new_folder
from ..core.hooks import Notify, OnProgress
from ..training.checkpoint import Trained
from .prediction import Prediction
from .writing import write_summary

ReadFile = Callable[[Path, Trained, Path | None], Prediction]  # the last: where its results get a folder


def predict_folder(
    path: Path,
    trained: Trained,
    folder_out: Path | None,
    read: ReadFile,
    notify: Notify,
    on_progress: OnProgress | None = None,
) -> list[Prediction]:
    """Predict every file in the folder `path` whose suffix the model can read, in the order of names.

    A file that cannot be read gets a Prediction without readings, with the reason as a note. Sub-folders and hidden
    files are skipped. Results, one folder for each file and a summary, go to a new folder in `folder_out` (None:
    nothing is written); a run that is stopped keeps those that are done. Raises DemeanorError where there is no such
    file, or none could be read.
    """
    model, noun = trained.spec.name, trained.spec.layout.noun
    files = files_in(path, trained.spec.readable, noun, notify)
    folder = new_folder(folder_out, path.resolve().name or f"{noun}s") if folder_out else None
    predictions, unreadable = [], []
    if folder:
        write_summary(
            folder, predictions, trained.labels, model
        )  # first, or a file's folder could take one of its names
    if on_progress:
        on_progress(0, len(files))
    try:
        for number, file in enumerate(files, start=1):
            try:
                predictions.append(read(file, trained, folder))
            except DemeanorError as trouble:
                unreadable.append(str(trouble))
                notes = (f"could not be read: {trouble}",)
                predictions.append(Prediction(str(file), model, trained.labels, (), notes=notes))
                notify(str(trouble))
            if on_progress:
                on_progress(number, len(files))
    finally:
        if folder:
            write_summary(folder, predictions, trained.labels, model)
    if len(unreadable) == len(files):
        raise DemeanorError(f"None of the {len(files)} {noun}s in {path} could be read; the first: {unreadable[0]}")
    if unreadable:
        notify(f"{len(unreadable)} of the {len(files)} {noun}s in {path} could not be read; the others were.")
    return predictions


def files_in(path: Path, suffixes: tuple[str, ...], noun: str, notify: Notify) -> list[Path]:
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
