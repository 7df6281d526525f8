"""Moments of a person's own clips with labels by eye: a table that they fill in, or a folder for each emotion."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

from ..core import config
from ..core.errors import DemeanorError
from ..core.files import natural, write_whole
from ..core.hooks import Notify, silent
from ..core.serialise import csv_text
from ..core.spec import ModelSpec
from ..core.units import clock, seconds_of
from ..media.types import RECORDINGS
from .clips import labelled_files
from .corpora.folders import files_below
from .corpora.tables import TABLES, by_column, table_rows
from .labels import Grouping, emotion_named
from .segmentation.probe import header_of

TABLE = "labels.csv"
COLUMNS = ("file", "start", "end", "emotion", "person")  # of the table that is written to be filled in
UNCLEAR = ("", "?", "unclear", "not sure")  # what stands for a moment that cannot be labelled
SEVERAL = "|"  # between the labels of a moment that may be read as either
WHOLE_SECONDS = 10.0  # a recording of this length is one moment
APART_SECONDS = 20.0  # of a longer one, the middle of each such part
MOST_MOMENTS = 100  # that are laid out over all recordings
TOLERANCE_SECONDS = 0.5  # that a moment may end after its recording
TIMED = (*RECORDINGS, ".srt", ".vtt")


@dataclass(frozen=True)
class Moment:
    """A part of a file, or a text, with what a person saw in it."""

    source: Path | str
    """The file, or the words themselves."""
    accepted: tuple[str, ...]
    """The model's labels that count as right, the best one first; empty: not clear."""
    start_seconds: float = 0.0
    end_seconds: float = inf
    person: str = ""
    """Who it shows, for the intervals; empty: not known."""
    face: int | None = None
    """Number of the person in the file, as predictions have it; None: whoever the model reads."""

    @property
    def whole(self) -> bool:
        """Whether it is all of the file."""
        return self.start_seconds == 0 and self.end_seconds == inf

    @property
    def row(self) -> dict[str, str]:
        """What names it, by the columns of the table."""
        name = self.source if isinstance(self.source, str) else self.source.name
        times = {"start": f"{self.start_seconds:g}", "end": "" if self.end_seconds == inf else f"{self.end_seconds:g}"}
        named = {"text" if isinstance(self.source, str) else "file": name} | ({} if self.whole else times)
        return named | {"person": self.person, "labels": SEVERAL.join(self.accepted)}


def read_moments(place: Path, spec: ModelSpec, grouping: Grouping, notify: Notify = silent) -> list[Moment]:
    """Return the moments in a folder, by its labels.csv, else by names or sub-folders; or those of a table.

    notify: is told how many files have no label, where names or sub-folders give them.

    Raises DemeanorError where a row is wrong, naming it; where no moment has a label; and where nothing says the
    labels: then a table of all files is written, to be filled in.
    """
    if not place.exists():
        raise DemeanorError(f"There is no {place}.")
    table = place / TABLE if place.is_dir() else place
    if table.is_file():
        moments = list(_moments_of_table(table, spec, grouping))
        if not any(moment.accepted for moment in moments):
            raise DemeanorError(f"{table} has no labels yet; {_how_to_fill_in(grouping)}")
        return moments
    clips = labelled_files(place, spec.readable)
    labels = [grouping.label_of(clip.emotion, clip.original) for clip in clips]
    moments = [
        Moment(clip.path, (label,), person=clip.speaker) for clip, label in zip(clips, labels, strict=True) if label
    ]
    others = sorted({*files_below(place, spec.readable)} - {moment.source for moment in moments})
    if moments and others:
        notify(f"{len(others):,} files are left out, for nothing says their emotion, such as {others[0]}.")
    return moments or _lay_out(table, spec, grouping)


def _lay_out(table: Path, spec: ModelSpec, grouping: Grouping) -> list[Moment]:
    """Write a table of moments to be labelled, and raise DemeanorError, which says so."""
    folder = table.parent
    files = sorted(files_below(folder, spec.readable), key=lambda file: natural(file.relative_to(folder).as_posix()))
    if not files:
        raise DemeanorError(f"There are no {spec.layout.noun}s in {folder} (they end in {', '.join(spec.readable)}).")
    rows = list(_rows_to_fill_in(files, folder))
    write_whole(table, csv_text(COLUMNS, rows))
    raise DemeanorError(
        f"Nothing says yet what the {spec.layout.noun}s in {folder} show, so {table} was written with {len(rows):,} of "
        f"their moments; {_how_to_fill_in(grouping)}"
    )


def _rows_to_fill_in(files: Sequence[Path], folder: Path) -> Iterator[dict[str, str]]:
    """Yield a row for each moment: a short file as a whole, of longer recordings windows at equal distances.

    That the distances are equal keeps a person from choosing what is easy to label.
    """
    seconds = {file: header_of(file).seconds or 0.0 for file in files if file.suffix.lower() in RECORDINGS}
    apart = max(APART_SECONDS, sum(seconds.values()) / MOST_MOMENTS)
    for file in files:
        name, length = {"file": file.relative_to(folder).as_posix()}, seconds.get(file, 0.0)
        if length <= WHOLE_SECONDS:
            yield name
            continue
        count = max(1, round(length / apart))
        for number in range(count):
            start = (number + 0.5) * length / count - config.WINDOW_SECONDS / 2
            yield name | {"start": f"{start:.1f}", "end": f"{start + config.WINDOW_SECONDS:.1f}"}


def _how_to_fill_in(grouping: Grouping) -> str:
    labels = ", ".join(grouping.labels)
    return (
        f"fill in what a person sees and hears, one of {labels}, several joined by {SEVERAL} where either is right, or "
        "nothing where it is not clear, and who it is where you know; then give the same command again."
    )


def _moments_of_table(table: Path, spec: ModelSpec, grouping: Grouping) -> Iterator[Moment]:
    """Yield the moments of a table, with commas, semicolons or tabs between its cells."""
    is_table = table.suffix.lower() in TABLES  # a video is not even opened
    rows = by_column(table_rows(table, _delimiter(table))) if is_table else []
    wanted = "file or text, and emotion" if spec.typed else "file and emotion"
    if not rows or "emotion" not in rows[0] or not {"file", "text"} & set(rows[0]):
        raise DemeanorError(f"{table} is no table of labelled moments: its columns are {wanted}, one row a moment.")
    if "text" in rows[0] and "file" not in rows[0] and not spec.typed:
        raise DemeanorError(f"{table} holds texts; the {spec.name} model reads files ({', '.join(spec.readable)}).")
    lengths: dict[Path, float | None] = {}
    for number, row in enumerate(rows, start=2):
        try:
            yield _moment(row, table.parent, spec, grouping, lengths)
        except DemeanorError as wrong:
            raise DemeanorError(f"{table}, row {number}: {wrong}") from None


def _moment(
    row: Mapping[str, str], folder: Path, spec: ModelSpec, grouping: Grouping, lengths: dict[Path, float | None]
) -> Moment:
    accepted, person = tuple(_labels(row["emotion"], grouping)), row.get("person", "")
    if not row.get("file"):
        if not row.get("text"):
            raise DemeanorError("it names no file.")
        return Moment(row["text"], accepted, person=person)
    file = folder / row["file"]
    if not file.is_file():
        raise DemeanorError(f"there is no {row['file']} in {folder}.")
    if file.suffix.lower() not in spec.readable:
        raise DemeanorError(f"the {spec.name} model does not read {row['file']}; it reads {', '.join(spec.readable)}.")
    start, end = (_seconds(row.get(name, "")) for name in ("start", "end"))
    face = row.get("face", "")
    if face and not face.isdecimal():
        raise DemeanorError(f"'{face}' is no number of a person in the file, from 0.")
    moment = Moment(file, accepted, start or 0.0, inf if end is None else end, person, int(face) if face else None)
    if not moment.whole:
        _check_times(moment, file, row["file"], lengths)
    return moment


def _check_times(moment: Moment, file: Path, name: str, lengths: dict[Path, float | None]) -> None:
    """Raise DemeanorError where the file has no such moment; lengths: of the files looked at so far."""
    if file.suffix.lower() not in TIMED:
        raise DemeanorError(f"{name} is no recording; leave start and end empty.")
    start, end = moment.start_seconds, moment.end_seconds
    if start >= end:
        raise DemeanorError(f"its start, {start:g} s, is not before its end, {end:g} s.")
    if file.suffix.lower() in RECORDINGS and file not in lengths:
        lengths[file] = header_of(file).seconds
    seconds = lengths.get(file)
    if seconds is not None and (start >= seconds or seconds + TOLERANCE_SECONDS < end < inf):
        raise DemeanorError(f"{name} ends at {clock(seconds, tenths=True)}, before the moment does.")


def _labels(cell: str, grouping: Grouping) -> Iterator[str]:
    """Yield the model's labels that a cell names, each once; none where it is not clear."""
    words = dict.fromkeys(word.strip().lower() for word in cell.split(SEVERAL))
    found = {}
    for word in words if cell.strip().lower() not in UNCLEAR else ():
        emotion = emotion_named(word)
        label = word if word in grouping.labels else emotion and grouping.label_of(emotion, word)
        if not label:
            raise DemeanorError(f"'{word}' is none of the labels: {', '.join(grouping.labels)}.")
        found[label] = None
    yield from found


def _seconds(cell: str) -> float | None:
    """Return a time such as 80, 1:20 or 3,5 in seconds; None for an empty cell."""
    if not cell:
        return None
    try:
        return seconds_of(cell.replace(",", "."))
    except ValueError as wrong:
        raise DemeanorError(f"{wrong}.") from None


def _delimiter(table: Path) -> str:
    with table.open("rb") as stream:
        header = stream.readline().decode("utf-8", "replace")
    return max(",;\t", key=header.count)
