"""Which column of a table of marks is which: by its header, or without one by what is in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from .times import CLOCK, seconds_in

BEGIN = ("begin", "start", "onset", "from", "begin time", "start time", "starttime", "begintime", "tmin", "xmin", "t0")
END = ("end", "stop", "offset", "to", "end time", "stop time", "endtime", "stoptime", "finish", "tmax", "xmax", "t1")
LENGTH = ("duration", "length", "dur")
TIME = ("time", "timestamp", "seconds", "second", "t")
LABEL = ("label", "emotion", "labels", "annotation", "code", "behavior", "behaviour", "category", "event", "value",
         "tag", "text", "annotations")  # fmt: skip
WHO = ("tier", "rater", "annotator", "coder", "subject", "participant", "person", "speaker", "track")
STATUS = ("status", "behavior type", "behaviour type", "event type")
BESIDE = ("comment", "comments", "note", "notes", "confidence", "modifier", "modifiers", "excluded", "file", "media",
          "participant", "id", "number", "observation id", "frame", "image index", "media file name")  # fmt: skip
UNIT = re.compile(r"\s(hh:mm:ss\S*( pal| ntsc)?|ss\.msec|msec|ms|s|sec|secs|seconds|milliseconds)$")
MILLISECONDS = re.compile(r"(?<!ss\.)(?<!\w)(msec|ms|milliseconds)(?!\w)")
MORE_TIMES = ("begin time ", "end time ", "duration ")  # in forms that are not read, such as ELAN's PAL
FRAME_CLOCK = re.compile(r"(\d+:){3}\d+")
FRAMES = re.compile(r"hh:mm:ss:ff|frame", re.IGNORECASE)


@dataclass(frozen=True)
class Columns:
    """The places of the columns; None for those that there are not."""

    begin: int
    labels: dict[int, str]
    """Place -> the name of what it labels; empty where it is the only one."""
    end: int | None = None
    length: int | None = None
    """Of seconds, where there is no end."""
    who: int | None = None
    status: int | None = None
    """START, STOP or POINT, where there is neither end nor length."""
    milliseconds: frozenset[int] = field(default_factory=frozenset)
    """The places whose numbers are milliseconds."""


def named(header: Sequence[str], row: Sequence[str]) -> Columns | None:
    """Return the columns that a header names; None where it is no header of marks. row: the first one below it."""
    names = [_plain(name) for name in header]
    in_milliseconds = frozenset(at for at, name in enumerate(header) if MILLISECONDS.search(name.lower()))

    def place(wanted: Sequence[str], timed: bool = False) -> int | None:
        """Return the first column with the first of these names that any has; of times, preferably one with a time."""
        found = [at for name in wanted for at, one in enumerate(names) if one == name and not FRAMES.search(header[at])]
        good = [at for at in found if timed and at < len(row) and seconds_in(row[at]) is not None]
        return next(iter(good or found), None)

    begin = place(BEGIN, timed=True)
    begin = place(TIME, timed=True) if begin is None else begin
    if begin is None:
        return None
    end, length, who, label = place(END, timed=True), place(LENGTH, timed=True), place(WHO), place(LABEL)
    length = length if end is None else None
    known = (*BEGIN, *END, *LENGTH, *TIME, *STATUS, *WHO, *BESIDE)
    others = {
        at: header[at].strip() for at, name in enumerate(names)
        if name and name not in known and not name.startswith(MORE_TIMES)
    }  # fmt: skip
    labels = {label: ""} if label is not None else others
    if len(labels) == 1:
        labels = dict.fromkeys(labels, "")
    return Columns(begin, labels, end, length, who, place(STATUS), in_milliseconds) if labels else None


def guessed(rows: Sequence[Sequence[str]]) -> Columns | None:
    """Return the columns of rows without a header; None where there are no times.

    Two times are begin and end, one is that of an event. Of more, as ELAN writes them (begin, end and duration, each in
    several forms), those are begin and end that look like the first. What is first among the rest says who, what is
    last is the label.
    """
    width = max(map(len, rows))
    cells = [[row[at].strip() for row in rows if at < len(row) and row[at].strip()] for at in range(width)]
    times = [at for at in range(width) if cells[at] and all(seconds_in(cell) is not None for cell in cells[at])]
    frames = [at for at in range(width) if all(FRAME_CLOCK.fullmatch(cell) for cell in cells[at])]
    rest = [at for at in range(width) if cells[at] and at not in (*times, *frames)]
    if not rest and len(times) > 2:
        rest = [times.pop()]  # labels by their number
    if not times or not rest:
        return None
    if len(times) == 1:  # events: of BORIS time, subject, code, and what it leaves empty
        if times[0] == 0 and 2 in rest:
            return Columns(0, {2: ""}, who=1)
        return Columns(times[0], {rest[-1]: ""}, who=rest[0] if len(rest) > 1 else None)
    looks = {at: _looks(cells[at]) for at in times}
    alike = [at for at in times[1:] if looks[at] == looks[times[0]]] if len(times) > 3 else []
    end = (alike or times[1:])[0]
    return Columns(times[0], {rest[-1]: ""}, end, who=rest[0] if len(rest) > 1 else None)


def _plain(name: str) -> str:
    """Return a column's name in lower case without its unit.

    >>> _plain("Begin Time - ss.msec"), _plain("Start (s)"), _plain("end_seconds")
    ('begin time', 'start', 'end')
    """
    name = re.sub(r"[\[(][^\])]*[\])]", " ", name.lower().strip().lstrip("#"))
    name = " ".join(re.sub(r"[_-]+", " ", name).split())
    return UNIT.sub("", name)


def _looks(cells: Sequence[str]) -> str:
    if all(CLOCK.fullmatch(cell) for cell in cells):
        return "clock"
    return "decimal" if any("." in cell or "," in cell for cell in cells) else "whole"
