"""The files of a prediction: a folder that is there whole or not at all."""

import errno
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

from ..core.errors import DemeanorError
from ..core.files import write_whole
from ..core.memory import give_back
from ..core.serialise import csv_text
from ..core.spec import spec_of
from .prediction import Prediction

RESULT = "result.json"
ANNOTATIONS = "annotations.json"  # what people added, which outlives a new reading of the file
FULL = (errno.ENOSPC, errno.EDQUOT)

Written = bytes | str | Callable[[Path], None]  # a file's content, or a function that writes it to the path it is given


def later(make: Callable[[], bytes | str]) -> Written:
    """Return a file's content that is made as the file is written: nothing is made that is left out."""

    def write(file: Path) -> None:
        content = make()
        file.write_bytes(content if isinstance(content, bytes) else content.encode(errors="backslashreplace"))

    return write


class CannotWrite(DemeanorError):
    """Raised where results cannot be kept, whatever they are of."""


def write_prediction(
    prediction: Prediction,
    files: Mapping[str, Written],
    folder_out: Path,
    name: str = "",
    without: Collection[str] = (),
    *,
    in_place: bool = False,
) -> Prediction:
    """Write a new folder in `folder_out`, which exists, and return the prediction with its name.

    It holds result.json, the table of the model's layout and `files` (name -> content), but none of `without`. It is
    filled under a hidden name: stopped half-way, even by kill -9, there is no folder of that name.

    name: of the folder (default: the source's), with a number where it is taken, unless it is to be replaced
    (`in_place`). Raises CannotWrite where the disk is full or does not allow it.
    """
    name, layout = name or Path(prediction.source).stem, spec_of(prediction.model).layout
    table = csv_text(layout.columns(prediction.labels), layout.rows(prediction))
    give_back()  # what reading took: drawing and encoding need their own
    draft = folder_out / f".{os.getpid()}.part.{name}"
    with explained(folder_out):
        shutil.rmtree(draft, ignore_errors=True)  # of a process that was killed and had the same number
        draft.mkdir()
        try:
            for file, content in {layout.table: table, **files}.items():
                if file not in without:
                    write_whole(draft / file, content)
            while True:
                folder = folder_out / name if in_place else _free(folder_out, name)
                prediction = replace(prediction, folder=str(folder))
                write_whole(draft / RESULT, prediction.to_json())
                if _moved(draft, folder, in_place):
                    return prediction
        finally:
            shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Raise CannotWrite, a sentence, for what keeps files from being written in `folder`."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            why = "the disk is full; free some space, then run the command again"
        elif isinstance(error.filename, str) and Path(error.filename).is_relative_to(folder):
            gone = "it is a file" if folder.exists() else "the folder is not there any more"
            why = (error.strerror or str(error)) if folder.is_dir() else gone
        else:
            raise
        raise CannotWrite(f"Results cannot be written to {folder}: {why}.") from None


def refuse_unwritable(folder: Path) -> None:
    """Raise CannotWrite where `folder`, or where it would be made, is no place for files: before hours are read."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        why = f"{there} may not be written to" if there.is_dir() else f"{there} is a file"
        raise CannotWrite(f"Results cannot be written to {folder}: {why}.")


def _free(folder_out: Path, name: str) -> Path:
    candidates = (folder_out / (name if number == 1 else f"{name}_{number}") for number in count(1))
    return next(folder for folder in candidates if not folder.exists())


def _moved(draft: Path, folder: Path, in_place: bool) -> bool:
    """Give the folder its name; return False where another process took that meanwhile."""
    if in_place:
        if (folder / ANNOTATIONS).is_file():
            shutil.copy2(folder / ANNOTATIONS, draft / ANNOTATIONS)
        shutil.rmtree(folder, ignore_errors=True)
    try:
        draft.rename(folder)
    except OSError:
        if not folder.exists():
            raise
        return False
    return True
