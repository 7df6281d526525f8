"""The folder of a run over many files: a folder for each of them, and two files over all."""

import csv
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ..core.files import new_folder, write_whole
from ..core.serialise import csv_text
from .cells import Row
from .layout import Layout
from .prediction import Prediction
from .writing import RESULT, explained

SUMMARY = "summary.csv"
STATE = ".unfinished.jsonl"  # a line for each file that is done; there until all are, or until none goes on from it
WEIGHTS = ".weights.safetensors"  # what the machines of a cluster read with


@dataclass(frozen=True)
class Done:
    """A file that was read: what it was then, what it was read with, and the name of its folder."""

    file: str
    bytes: int
    modified_ns: int
    made_with: str
    folder: str


def batch_folder(target: Path, name: str, resume: bool = False) -> Path:
    """Return a new folder `target`/name for a run; with `resume` the newest that is not finished, or `target` itself.

    Raises CannotWrite where none can be made.
    """
    with explained(target):
        if resume and (target / STATE).is_file():
            return target
        numbered = re.compile(f"{re.escape(name)}(_[0-9]+)?")
        states = [state for state in target.glob(f"*/{STATE}") if numbered.fullmatch(state.parent.name)]
        if resume and states:
            return max(states, key=lambda state: state.stat().st_mtime_ns).parent
        return new_folder(target, name)


class BatchFolder:
    """Keeps what is done at once: a row in summary.csv, in the order it comes in; all files in theirs at the end.

    done: what an earlier run in `path` made of the files, shortened by `keep`, where neither they nor `made_with`,
    which stands for the weights and options, have changed. names: of the folder of each file.
    Everything raises CannotWrite where the disk is full or the folder is gone.
    """

    def __init__(
        self,
        path: Path,
        files: Sequence[Path],
        layout: Layout,
        labels: Sequence[str],
        made_with: str = "",
        keep: Callable[[Prediction], Prediction] = lambda prediction: prediction,
    ) -> None:
        self.path, self._columns = path, layout.summary_columns(labels)
        self._stamps = {file: _stamp(file, made_with) for file in files}
        self._rows: dict[Path, str] = {}
        self._unreadable: dict[Path, Prediction] = {}
        self.done: dict[Path, Prediction] = {}
        before = {Path(line.file): line for line in _lines(path / STATE)}
        for file, stamp in self._stamps.items():
            line = before.get(file)
            if line and line == Done(*stamp, line.folder) and (prediction := _finished(path / line.folder, file)):
                self._rows[file] = csv_text(self._columns, layout.summary_rows(prediction), header=False)
                self.done[file] = keep(prediction)
        kept = {file: line for file, line in before.items() if file in self.done or file not in self._stamps}
        self.names = folder_names(files, {file: line.folder for file, line in kept.items()})
        with explained(path):
            for leftover in path.glob(".*.part.*"):  # of processes that were killed
                shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
            self._write_summary(self.done)
            write_whole(path / STATE, "".join(map(_line, kept.values())))

    def add(self, file: Path, prediction: Prediction, rows: Sequence[Row]) -> None:
        """Keep what came of a file and its rows; a prediction without a folder: it could not be read."""
        self._rows[file] = csv_text(self._columns, rows, header=False)
        if not prediction.folder:
            self._unreadable[file] = prediction
        with explained(self.path):
            _append(self.path / SUMMARY, self._rows[file])
            if prediction.folder:
                _append(self.path / STATE, _line(Done(*self._stamps[file], Path(prediction.folder).name)))

    def finish(self, keep_open: bool = False) -> None:
        """Write summary.csv in the order of the files, and result.json, the list of their documents.

        keep_open: remember what is done, so that a later run in the same folder goes on from it.
        """
        with explained(self.path):
            self._write_summary(self._stamps)
            write_whole(self.path / RESULT, self._write_documents)
            (self.path / WEIGHTS).unlink(missing_ok=True)
            if not keep_open:
                (self.path / STATE).unlink(missing_ok=True)

    def _write_summary(self, files: Iterable[Path]) -> None:
        write_whole(self.path / SUMMARY, csv_text(self._columns, []) + "".join(self._rows[file] for file in files))

    def _write_documents(self, path: Path) -> None:
        """Write the files' documents into one list, one after the other: of ten thousand videos they are gigabytes."""
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            before = "[\n  "
            for file, name in self.names.items():
                unread = self._unreadable.get(file)
                text = unread.to_json() if unread else (self.path / name / RESULT).read_text(encoding="utf-8")
                stream.write(before + text.replace("\n", "\n  "))
                before = ",\n  "
            stream.write("\n]")


def delete_result(path: Path, name: str) -> None:
    """Delete the result `name` of a finished run in the folder `path`, also what the files over all say of it.

    Nothing of the run is left where it was the last.
    """
    source = json.loads((path / name / RESULT).read_text(encoding="utf-8"))["source"]
    shutil.rmtree(path / name)
    if not any(path.glob(f"*/{RESULT}")):
        return shutil.rmtree(path)
    with explained(path):
        if (path / SUMMARY).is_file():
            with (path / SUMMARY).open(encoding="utf-8", newline="") as stream:
                rows = csv.DictReader(stream)
                left = [row for row in rows if row["file"] != source]
                write_whole(path / SUMMARY, csv_text(rows.fieldnames or (), left))
        if (path / RESULT).is_file():
            write_whole(path / RESULT, lambda draft: _write_all_but(path / RESULT, draft, source))


def _write_all_but(documents: Path, draft: Path, source: str) -> None:
    """Write the list of `documents`, line by line for it may be gigabytes, without that of `source`."""
    with documents.open(encoding="utf-8", newline="\n") as old, draft.open("w", encoding="utf-8", newline="\n") as new:
        before, lines, is_of_source = "[\n", list[str](), False
        for line in old:
            if line.rstrip("\n") not in ("[", "]"):
                lines.append(line)
                is_of_source |= (
                    line.startswith('    "source": ') and json.loads(line.strip()[10:].rstrip(",")) == source
                )
            if line.rstrip("\n") in ("  }", "  },"):
                if not is_of_source:
                    lines[-1] = "  }"
                    new.write(before + "".join(lines))
                    before = ",\n"
                lines, is_of_source = [], False
        new.write("\n]" if before == ",\n" else "[\n\n]")


def folder_names(files: Sequence[Path], given: Mapping[Path, str]) -> dict[Path, str]:
    """Return a name for the folder of each file: what is `given`, or the file's own, with a number where it is taken.

    >>> list(folder_names([Path("a.mov"), Path("a.mp4"), Path("b/a.mp4")], {Path("b/a.mp4"): "a"}).values())
    ['a_2', 'a_3', 'a']
    """
    used = {name.casefold() for name in (*given.values(), RESULT, SUMMARY)}  # disks may not tell A from a
    numbers: Counter[str] = Counter()
    names = {}
    for file in files:
        name = given.get(file, "")
        while not name:
            numbers[file.stem] += 1
            number = numbers[file.stem]
            wanted = file.stem if number == 1 else f"{file.stem}_{number}"
            if wanted.casefold() not in used:
                name = wanted
                used.add(name.casefold())
        names[file] = name
    return names


def _stamp(file: Path, made_with: str) -> tuple[str, int, int, str]:
    with suppress(OSError):  # it is gone, which whoever reads it says
        found = file.stat()
        return str(file), found.st_size, found.st_mtime_ns, made_with
    return str(file), 0, 0, made_with


def _finished(folder: Path, file: Path) -> Prediction | None:
    """Return the prediction in the folder; None where it is damaged or of another file."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        prediction = Prediction.from_dict(json.loads((folder / RESULT).read_text(encoding="utf-8")))
        return prediction if prediction.source == str(file) else None
    return None


def _lines(state: Path) -> Iterator[Done]:
    """Yield what an earlier run was done with; its last line may be torn."""
    with suppress(FileNotFoundError):
        for line in state.read_text(encoding="utf-8").splitlines():
            with suppress(ValueError, TypeError):
                yield Done(**json.loads(line))


def _line(done: Done) -> str:
    return json.dumps(asdict(done)) + "\n"


def _append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        stream.write(text)
