"""Corpora of texts: tables with a row an utterance, mended, and each utterance as a file of its own.

A clip of a row has the path `<table>/<name>.txt` until `unpacked` has made that file, as `fer2013` does with pictures.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...core.files import write_whole
from ..clips import Clip
from ..training_folder import QUOTE
from . import Notify

TABLES = (".csv", ".tsv", ".txt")  # in this order one is preferred
CP1252 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}  # \x92 is meant as ’
INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0xFEFF))  # soft hyphen, zero-width space, byte order mark


def table_rows(file: Path, delimiter: str = ",", quoted: bool = True) -> list[list[str]]:
    """The rows of a table, UTF-8 or else Windows-1252, without empty ones; `quoted`: whether cells may stand in "".

    Raises OSError where it cannot be read, csv.Error where it is no table.
    """
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    quoting = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)
    return [row for row in rows if any(cell.strip() for cell in row)]


def by_column(rows: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """Rows after a header as mappings: column in lower case -> cell without blanks around; "" where a row is short."""
    header = [name.strip().lower() for name in rows[0]] if rows else []
    filled = ([*row, *[""] * (len(header) - len(row))] for row in rows[1:])
    return [{name: cell.strip() for name, cell in zip(header, row, strict=False)} for row in filled]


def mended(text: str) -> str:
    """One line of the text: Windows-1252 in the guise of control characters put right, blanks made single.

    A quotation mark (">") at the beginning goes: in a file it would say that this was said before.

    >>> mended("> That\\x92s it,  man")
    'That’s it, man'
    """
    line = " ".join(text.translate(CP1252 | INVISIBLE).split())
    return re.sub(rf"^[{QUOTE}\s]+", "", line)


def row_clip(table: Path, name: str | int, corpus: str, text: str, **fields: Any) -> Clip:
    """The clip of one row of `table`; name: its file's, or the row's number from 1."""
    stem = f"row{name:05d}" if isinstance(name, int) else name
    source = fields.pop("source", "") or f"{table.name}:{name}"
    return Clip(table / f"{stem}.txt", corpus, 0, fields.pop("emotion", ""), sentence=text, source=source, **fields)


def unpacked(clips: list[Clip], folder: Path, before: Mapping[Path, Sequence[str]] | None = None) -> list[Clip]:
    """The clips, those that are rows of a table with their utterances written as files below `folder`/utterances.

    before: what was said before, oldest first, by the clip's path. A file that says the same already stays.
    """
    return [_unpacked(clip, folder, (before or {}).get(clip.path, ())) for clip in clips]


def say_left_out(corpus: str, reasons: Iterable[str], notify: Notify) -> None:
    """Say how many rows were left out for each of the reasons."""
    for reason, count in sorted(Counter(reasons).items()):
        notify(f"{corpus}: {count:,} texts left out: {reason}.")


def _unpacked(clip, folder, before):
    table = clip.path.parent
    if table.suffix.lower() not in TABLES:
        return clip
    target = folder / "utterances" / table.stem / clip.path.name
    content = "".join(f"{line}\n" for line in (*(f"{QUOTE} {text}" for text in before), clip.sentence)).encode()
    _write(target, content)
    return replace(clip, path=target)


def _write(target, content):
    try:
        if target.read_bytes() == content:
            return
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, content)
