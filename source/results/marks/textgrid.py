"""TextGrids of Praat, in the long and in the short form of text."""

import re
from collections.abc import Iterator

from ...core.errors import DemeanorError
from ..tracks import Track
from .times import mark_between

TOKEN = re.compile(r'"(?P<text>(?:[^"]|"")*)"|(?<!\S)(?P<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?!\S)')


def tracks(text: str) -> list[Track]:
    """Return a track for each tier, without its empty intervals; raises DemeanorError where it is damaged."""
    values = iter(_values(text))
    try:
        _expect(next(values), "ooTextFile")
        _expect(next(values), "TextGrid")
        _whole_time(values)
        return [_tier(values) for _ in range(int(next(values)))]
    except DemeanorError:
        raise
    except (StopIteration, ValueError, OverflowError):
        raise DemeanorError("It is no TextGrid that can be read; save it in Praat as a text file.") from None


def _values(text: str) -> Iterator[str]:
    """Yield all texts and free-standing numbers: what else the long form has is for people."""
    for token in TOKEN.finditer(text):
        yield token["number"] if token["text"] is None else token["text"].replace('""', '"')


def _tier(values: Iterator[str]) -> Track:
    kind, name = next(values), next(values)
    _whole_time(values)
    marks = []
    for number in range(1, int(next(values)) + 1):
        begin = float(next(values))
        end = float(next(values)) if kind == "IntervalTier" else begin
        label = next(values)
        if label.strip():
            marks.append(mark_between(begin, end, label, f"{name}, {number}"))
    return Track(name, tuple(marks))


def _whole_time(values: Iterator[str]) -> tuple[float, float]:
    return float(next(values)), float(next(values))


def _expect(found: str, wanted: str) -> None:
    if not found.startswith(wanted):
        raise ValueError(found)
