"""Corpora that are tables: rows by column, and each utterance of a corpus of texts as a file.

A clip of a row has the path `<table>/<name>.txt` until `unpacked` has made that file, as `fer2013` does with pictures.
"""

import csv
import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...core import config
from ...core.errors import DemeanorError
from ..clips import Clip
from ..training_folder import QUOTE
from .folders import write_if_changed

TABLES = (".csv", ".tsv", ".txt")  # in order of preference
CP1252 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}  # \x92 is meant as ’
SEVERAL = "they have several emotions, so that no single answer is right (those of train are kept)"
INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0xFEFF))  # soft hyphen, zero-width space, byte order mark


def table_rows(file: Path, delimiter: str = ",", quoted: bool = True) -> list[list[str]]:
    """Return the rows of a table, UTF-8 or else Windows-1252, without empty ones; quoted: cells may stand in "".

    Raises OSError where it cannot be read, csv.Error where it is not a table.
    """
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    quoting = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)
    return [row for row in rows if any(cell.strip() for cell in row)]


def delimiter_of(file: Path, delimiters: str = "\t;,") -> str:
    """Return what stands between the cells of a table: the commonest of `delimiters` in its first line."""
    with file.open("rb") as stream:
        first = stream.readline().decode("utf-8-sig", "replace")
    return max(delimiters, key=first.count)


def by_column(rows: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """Return rows after a header as {column in lower case: cell without outer blanks}; "" where a row is short."""
    header = [name.strip().lower() for name in rows[0]] if rows else []
    filled = ([*row, *[""] * (len(header) - len(row))] for row in rows[1:])
    return [{name: cell.strip() for name, cell in zip(header, row, strict=False)} for row in filled]


def corpus_table(corpus: str, file: Path, columns: Sequence[str], delimiter: str = ",") -> list[dict[str, str]]:
    """Return the rows of a corpus's table by column in lower case; raise DemeanorError where it lacks `columns`."""
    rows = by_column(table_rows(file, delimiter))
    if rows and not {column.lower() for column in columns} <= set(rows[0]):
        raise DemeanorError(f"{file} is not {corpus}'s table: it needs the columns {', '.join(columns)}.")
    return rows


def cleaned(text: str) -> str:
    r"""Return a text as one line, with single blanks and without control characters that stand for Windows-1252.

    Quotation marks (">") at the beginning go: in a file they mark what was said before.

    >>> cleaned("> That\x92s it,  man")
    'That’s it, man'
    """
    line = " ".join(text.translate(CP1252 | INVISIBLE).split())
    return re.sub(rf"^[{QUOTE}\s]+", "", line)


def votes_of(emotions: Collection[str]) -> tuple[float, ...]:
    """Return a vote for each of several emotions, over config.EMOTIONS; none for a single one."""
    return tuple(float(emotion in emotions) for emotion in config.EMOTIONS) if len(set(emotions)) > 1 else ()


def row_clip(table: Path, name: str | int, corpus: str, text: str, **fields: Any) -> Clip:
    """Return the clip of a row of `table`; name: its file's, or the row's number from 1."""
    stem = f"row{name:05d}" if isinstance(name, int) else name
    source = fields.pop("source", "") or f"{table.name}:{name}"
    return Clip(table / f"{stem}.txt", corpus, 0, fields.pop("emotion", ""), sentence=text, source=source, **fields)


def unpacked(clips: list[Clip], folder: Path, context: Mapping[Path, Sequence[str]] | None = None) -> list[Clip]:
    """Return the clips, rows of a table as files below `folder`/utterances.

    context: what was said before, oldest first, by the clip's path.
    """
    files = []
    for clip in clips:
        table = clip.path.parent
        if table.suffix.lower() in TABLES:
            before = (f"{QUOTE} {text}" for text in (context or {}).get(clip.path, ()))
            clip = replace(clip, path=folder / "utterances" / table.stem / clip.path.name)
            write_if_changed(clip.path, "".join(f"{line}\n" for line in (*before, clip.sentence)).encode())
        files.append(clip)
    return files
