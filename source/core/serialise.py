"""Documents as the text of JSON and CSV files."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO


def json_text(document: Any) -> str:
    """Return the document as indented JSON, with letters beyond ASCII as they are."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], header: bool = True) -> str:
    """Return a header, or none, and rows as CSV; a column that a row lacks is left empty."""
    stream = io.StringIO()
    _write_table(stream, columns, rows, header)
    return stream.getvalue()


def spreadsheet_safe(text: str) -> str:
    """Return a text from outside so that no spreadsheet takes it for a formula.

    >>> spreadsheet_safe("=1+1"), spreadsheet_safe("Ann")
    ("'=1+1", 'Ann')
    """
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@", "\t", "\r")) else text


def write_csv(file: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write what `csv_text` returns, row by row: a long table is never in memory."""
    with file.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        _write_table(stream, columns, rows)


def _write_table(
    stream: TextIO, columns: Sequence[str], rows: Iterable[Mapping[str, Any]], header: bool = True
) -> None:
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    if header:
        writer.writeheader()
    writer.writerows(rows)
