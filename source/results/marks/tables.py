"""Tables of marks: CSV in any dialect, ELAN's tab-delimited text, events of BORIS."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ...core.errors import DemeanorError
from ..annotations import Mark
from ..tracks import Track
from .columns import Columns, guessed, named
from .times import mark_between, seconds_in

DELIMITERS = "\t;|,"
QUOTED = re.compile(r'"(.*)"', re.DOTALL)
FIRST_ROWS = 40  # among which a header is looked for: BORIS writes about the observation before it
NO_SUBJECT = ("no focal subject",)
Rows = list[tuple[int, list[str]]]  # with the number of each one's line


def tracks(text: str) -> list[Track]:
    """Return a track for each tier, rater or subject that the table names; raises DemeanorError where it has none."""
    rows = _rows(text)
    columns, rows = _laid_out(rows)
    found: defaultdict[str, list[Mark]] = defaultdict(list)
    for at, name in columns.labels.items():
        for who, mark in _marks(rows, columns, at):
            found[" ".join(filter(None, (who, name)))].append(mark)
    return [Track(name, tuple(sorted(marks, key=lambda one: one.begin_seconds))) for name, marks in found.items()]


def _rows(text: str) -> Rows:
    """Return the rows that have content, cut at the delimiter by which most of the lines have equally many cells."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    best: tuple[float, Rows] = (0.0, [])
    for delimiter in DELIMITERS:
        try:
            rows = [(line, row) for line, row in _cut(lines, delimiter) if any(cell.strip() for cell in row)]
        except csv.Error:
            continue
        rows = [(line, row) for line, row in rows if not row[0].lstrip(' "').startswith("#")]
        widths = Counter(len(row) for _, row in rows)
        width, often = widths.most_common(1)[0] if widths else (0, 0)
        if width > 1 and often / len(rows) > best[0] + 0.05:
            best = (often / len(rows), rows)
    if not best[1]:
        raise DemeanorError("It is no table of marks; one has the columns begin, end and label, as in 0.0,2.5,happy.")
    return best[1]


def _cut(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of each line and its cells.

    Between tabs a quotation mark is one, as ELAN writes them, unless it stands at both ends of a cell.
    """
    if delimiter == "\t":
        for number, line in enumerate(text.split("\n"), start=1):
            cells = (cell.strip() for cell in line.split("\t"))
            yield number, [_unquoted(cell) for cell in cells]
    else:
        reader = csv.reader(io.StringIO(text), delimiter=delimiter)
        yield from ((reader.line_num, row) for row in reader)


def _unquoted(cell: str) -> str:
    quoted = QUOTED.fullmatch(cell)
    return quoted[1].replace('""', '"') if quoted else cell


def _laid_out(rows: Rows) -> tuple[Columns, Rows]:
    """Return the columns, and the rows below the header."""
    for at, ((_, header), (_, row)) in enumerate(pairwise(rows[:FIRST_ROWS])):
        if not any(seconds_in(cell) is not None for cell in header) and (columns := named(header, row)):
            return columns, rows[at + 1 :]
    columns = guessed([row for _, row in rows])
    if columns is None:
        raise DemeanorError("Its columns are not known; name them begin, end and label in the first line.")
    return columns, rows


def _marks(rows: Rows, columns: Columns, label_at: int) -> Iterator[tuple[str, Mark]]:
    """Yield the marks of one column of labels, each with who is said to have made it or to be seen."""
    events = list[tuple[str, float, str, str, int]]()
    for line, row in rows:
        cells = [cell.strip() for cell in row]

        def cell(at: int | None, cells: Sequence[str] = cells) -> str:
            return cells[at] if at is not None and at < len(cells) else ""

        def time(at: int | None, cells: Sequence[str] = cells) -> float | None:
            return seconds_in(cells[at], at in columns.milliseconds) if at is not None and at < len(cells) else None

        who, label, where = cell(columns.who), cell(label_at), f"line {line}"
        who = "" if who.lower() in NO_SUBJECT else who
        begin = time(columns.begin)
        if columns.end is not None:
            end = time(columns.end)
        elif columns.length is not None:
            length = time(columns.length)
            end = None if begin is None or length is None else begin + length
        else:
            events.append(
                (who, mark_between(begin, begin, label, where).begin_seconds, label, cell(columns.status), line)
            )
            continue
        if label or len(columns.labels) == 1:
            yield who, mark_between(begin, end, label, where)
    toggled = columns.who is not None or columns.status is not None
    yield from _started_and_stopped(events) if toggled else _until_the_next(events)


def _started_and_stopped(events: Sequence[tuple[str, float, str, str, int]]) -> Iterator[tuple[str, Mark]]:
    """Yield a mark for each pair of the same subject and code: the first starts a state, the next one stops it."""
    running: dict[tuple[str, str], tuple[float, int]] = {}
    for who, at, label, status, line in sorted(events, key=lambda event: event[1]):
        if status.upper() == "POINT":
            yield who, Mark(at, at, label)
        elif (who, label) in running:
            yield who, Mark(running.pop((who, label))[0], at, label)
        else:
            running[who, label] = at, line
    for (_, label), (_, line) in running.items():
        raise DemeanorError(f"line {line}: {label} starts and does not stop.")


def _until_the_next(events: Sequence[tuple[str, float, str, str, int]]) -> Iterator[tuple[str, Mark]]:
    """Yield a mark from each row to the next; the last one lasts as long as the one before it."""
    ordered = sorted(events, key=lambda event: event[1])
    starts = [event[1] for event in ordered]
    ends = [*starts[1:], *([2 * starts[-1] - starts[-2]] if len(starts) > 1 else starts)]
    for (who, at, label, _, _), end in zip(ordered, ends, strict=True):
        yield who, Mark(at, end, label)
