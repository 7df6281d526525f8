"""A human's marks, as annotation programs and spreadsheets write them."""

from __future__ import annotations

from dataclasses import replace

from ...core.errors import DemeanorError
from ..annotations import Mark
from ..tracks import Track
from . import eaf, label_studio, tables, textgrid

MOST_BYTES = 20_000_000
MOST_MARKS = 20_000
SLACK_SECONDS = 2.0  # that marks may end after their recording


def read_marks(content: bytes, seconds: float | None = None) -> list[Track]:
    """Return the tracks of a file: a table, a TextGrid, an EAF document or Label Studio's JSON, told by its content.

    seconds: length of the recording, by which whole numbers without a unit are known to be milliseconds. A table is
    CSV in any dialect, text of ELAN or events of BORIS. Raises DemeanorError where it is none of these or contradicts
    itself.
    """
    if len(content) > MOST_BYTES:
        raise DemeanorError(f"Marks are files of up to {MOST_BYTES // 10**6} MB; this one has {len(content) // 10**6}.")
    text = decoded(content).replace("\0", "")
    start = text.lstrip()[:400]
    if start.startswith("<"):
        tracks = eaf.tracks(text)
    elif "ooTextFile" in start or '"TextGrid"' in start:
        tracks = textgrid.tracks(text)
    elif start.startswith(("{", "[")):
        tracks = label_studio.tracks(text)
    else:
        tracks = tables.tracks(text)
        last = max((mark.end_seconds for track in tracks for mark in track.marks), default=0.0)
        if seconds and last > 2 * seconds + SLACK_SECONDS and last / 1000 <= seconds + SLACK_SECONDS and _whole(tracks):
            tracks = [Track(track.name, tuple(_scaled(mark, 1 / 1000) for mark in track.marks)) for track in tracks]
    count = sum(len(track.marks) for track in tracks)
    if not count:
        raise DemeanorError("There are no marks in it; a table of marks has the columns begin, end and label.")
    if count > MOST_MARKS:
        raise DemeanorError(f"It has {count:,} marks; {MOST_MARKS:,} are the most.")
    return tracks


def decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 with its byte order mark, or else Windows-1252."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _whole(tracks: list[Track]) -> bool:
    return all(mark.end_seconds.is_integer() for track in tracks for mark in track.marks)


def _scaled(mark: Mark, factor: float) -> Mark:
    return replace(mark, begin_seconds=mark.begin_seconds * factor, end_seconds=mark.end_seconds * factor)
