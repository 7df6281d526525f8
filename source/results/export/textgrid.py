"""TextGrid of Praat: an interval tier for each track, without gaps as Praat wants it, and one of points for moments."""

from collections.abc import Callable, Iterator

from ..kept import Kept
from ..tracks import Track, tracks_of, without_overlap


def text(kept: Kept) -> str:
    """Return the TextGrid in Praat's long form."""
    tracks = tracks_of(kept)
    prediction = kept.prediction
    end = prediction.start_seconds + (prediction.seconds or 0.0)
    end = max([end, *(mark.end_seconds for track in tracks for mark in track.marks)])
    tiers: list[tuple[Track, Callable[[Track, float], Iterator[str]]]] = []
    for track in tracks:
        stretches = tuple(mark for mark in track.marks if mark.begin_seconds < mark.end_seconds)
        moments = tuple(mark for mark in track.marks if mark.begin_seconds == mark.end_seconds)
        tiers += [(layer, _intervals) for layer in without_overlap(Track(track.name, stretches))]
        tiers += [(Track(f"{track.name} (moments)", moments), _points)] if moments else []
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {end!r}",
             "tiers? <exists>", f"size = {len(tiers)}", "item []:"]  # fmt: skip
    for number, (track, written) in enumerate(tiers, start=1):
        lines += [f"    item [{number}]:", *written(track, end)]
    return "\n".join(lines) + "\n"


def _intervals(track: Track, end: float) -> Iterator[str]:
    pieces, at = list[tuple[float, float, str]](), 0.0
    for mark in track.marks:
        if mark.begin_seconds > at:
            pieces.append((at, mark.begin_seconds, ""))
        pieces.append((mark.begin_seconds, mark.end_seconds, mark.label))
        at = mark.end_seconds
    if at < end:
        pieces.append((at, end, ""))
    yield from _head("IntervalTier", track.name, end, f"intervals: size = {len(pieces)}")
    for number, (start, stop, label) in enumerate(pieces, start=1):
        yield f"        intervals [{number}]:"
        yield f"            xmin = {start!r}"
        yield f"            xmax = {stop!r}"
        yield f"            text = {_quoted(label)}"


def _points(track: Track, end: float) -> Iterator[str]:
    yield from _head("TextTier", track.name, end, f"points: size = {len(track.marks)}")
    for number, mark in enumerate(track.marks, start=1):
        yield f"        points [{number}]:"
        yield f"            number = {mark.begin_seconds!r}"
        yield f"            mark = {_quoted(mark.label)}"


def _head(kind: str, name: str, end: float, size: str) -> Iterator[str]:
    yield from (f'        class = "{kind}"', f"        name = {_quoted(name)}", "        xmin = 0")
    yield from (f"        xmax = {end!r}", f"        {size}")


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
