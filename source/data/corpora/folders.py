"""How corpora lie on disk: finding the folder that is meant and the files in it."""

import csv
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from ...core.errors import DemeanorError
from ...core.files import write_whole
from ...core.hooks import Notify

SPLIT_FOLDERS = {
    "train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "dev": "val",
    "test": "test", "testing": "test",
}  # fmt: skip


def subfolders(folder: Path) -> list[Path]:
    """Return the folders in `folder` in order of name, without hidden ones and those that archivers leave."""
    entries = [entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith((".", "__"))]
    return sorted(entries, key=lambda entry: (entry.name.lower(), entry.name))


def files_below(folder: Path, suffixes: Collection[str]) -> list[Path]:
    """Return every file of these endings in `folder` and below, by path, without the "._" doubles that macOS packs.

    Raises OSError where a folder cannot be read, which `rglob` would skip in silence.
    """

    def fail(error: OSError) -> None:
        raise error

    walk = os.walk(folder, onerror=fail)
    files = (Path(place, name) for place, _, names in walk for name in names if not name.startswith("._"))
    return sorted(file for file in files if file.suffix.lower() in suffixes and file.is_file())


def corpus_folder(folder: Path, is_corpus: Callable[[Path], bool], parts: Collection[str] = ()) -> Path | None:
    """Return the first match of `folder`, two levels below it, and its parent where `folder` is one of `parts`."""
    children = subfolders(folder)
    above = [folder.parent] if folder.name.lower() in parts else []
    candidates = [folder, *children, *(inner for child in children for inner in subfolders(child)), *above]
    return next((candidate for candidate in candidates if is_corpus(candidate)), None)


def nearby(folder: Path, name: str) -> Path | None:
    """Return the file or folder called `name`: `folder` itself, anything below it, or beside it."""
    candidates = (folder, *sorted(folder.rglob(name)), folder.parent / name)
    return next((place for place in candidates if place.name == name and place.exists()), None)


def csv_rows(file: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file by column, one at a time; blanks around the columns' names are dropped."""
    with file.open(newline="", encoding="utf-8-sig") as stream:
        reader = csv.reader(stream)
        header = [name.strip() for name in next(reader, [])]
        yield from (dict(zip(header, row, strict=False)) for row in reader if row)


def write_if_changed(file: Path, content: bytes) -> None:
    """Write a file and the folders it lies in, unless it has that content already."""
    if not file.is_file() or file.read_bytes() != content:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, content)


def notify_left_out(corpus: str, reasons: Iterable[str], notify: Notify, noun: str = "texts") -> None:
    """Report how many were left out for each of the reasons; an empty reason counts for none."""
    for reason, count in sorted(Counter(filter(None, reasons)).items()):
        notify(f"{corpus}: {count:,} {noun} left out: {reason}.")


def left_out_sentence(corpus: str, left_out: Counter[str]) -> str:
    """Return the message about pictures left out for their label."""
    counts = ", ".join(f"{count:,} of {label}" for label, count in sorted(left_out.items()))
    return f"{corpus}: pictures left out, for their labels are none of the emotions: {counts}."


def not_found(corpus: str, folder: Path, looked_for: str) -> DemeanorError:
    """Return the error that says what was looked for in `folder` and what lies there instead."""
    entries = sorted(entry.name for entry in folder.iterdir())
    there = ", ".join(entries[:6]) + (f" and {len(entries) - 6:,} more" if len(entries) > 6 else "")
    return DemeanorError(f"{folder} holds no {corpus}: looked for {looked_for}; found {there or 'nothing'}.")
