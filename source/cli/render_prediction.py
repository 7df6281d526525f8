"""A prediction as the lines that a person reads on the terminal."""

from __future__ import annotations

import sys
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from ..api import Link, are_several
from ..core.spec import spec_of
from ..core.units import clock
from ..media.link import is_link
from ..media.types import RECORDINGS
from ..results.attribution import attribution_text
from ..results.prediction import Prediction, Reading, affect_phrases
from ..results.timeline import merge_runs, non_overlapping, without_pauses
from ..results.video_timeline import merged_segments_of
from .terminal import MOST_COLUMNS, columns, wrapped

MOST_LISTED = 20  # segments of a recording, or sentences of a text


def prediction_lines(prediction: Prediction, brief: bool = False) -> Iterator[str]:
    """Yield the lines of a prediction.

    Of a picture: one for each face, with the emotion, its place and what makes it doubtful. Of a recording, a video and
    a text: the emotion of the whole and, unless `brief`, a line for each segment of one emotion (of a video with what
    it was read from), each person, or each sentence.
    """
    name, overall = shown_name(prediction.source), prediction.overall
    if overall is None:
        yield from map(wrapped, _picture_lines(name, prediction))
        return
    if overall.probabilities:
        yield wrapped(f"{name}: {'; '.join((prediction.summary, *overall.notes))}")
    for note in prediction.notes:
        yield wrapped(f"{name}: {note}")
    if not brief:
        video, text = overall.modalities is not None, overall.speech_seconds is None
        lines = _video_lines if video else _sentence_lines if text else _recording_lines
        yield from (clipped(line, min(columns(sys.stdout), MOST_COLUMNS)) for line in lines(prediction))


def _picture_lines(name: str, prediction: Prediction) -> Iterator[str]:
    for reading in prediction.people or prediction.readings:
        notes = "".join(f"; {note}" for note in reading.notes)
        if reading.box is None:
            yield f"{name}: {reading.summary}{notes}"
            continue
        left, top, right, bottom = (round(edge) for edge in reading.box)
        start, end = reading.start_seconds, reading.end_seconds
        when = "" if start is None or end is None else f"{clock(start)} to {clock(end)}, "
        yield f"{name} #{reading.person}: {reading.summary} ({when}face at {left}, {top} to {right}, {bottom}{notes})"
    for note in prediction.notes or (() if prediction.readings else ("nobody was found",)):
        yield f"{name}: {note}"


def shown_name(source: str) -> str:
    """Return a source as people call it: a file without its folders, a link as it is."""
    return source if is_link(source) else Path(source).name


def _recording_lines(prediction: Prediction) -> Iterator[str]:
    parts = merge_runs(without_pauses(non_overlapping(prediction.readings), prediction.pauses))
    if len(parts) < 2:
        return
    shown = _listed(parts)
    for part, time in zip(shown, _times(shown), strict=True):
        yield f"  {time}  {part.summary}"
    if len(parts) > len(shown):
        yield f"  ... {len(parts) - len(shown)} more; timeline.png shows all"


def _video_lines(prediction: Prediction) -> Iterator[str]:
    parts = merged_segments_of(prediction)
    shown, several = _listed(parts), len(prediction.people) > 1
    widest = max((len(part.summary) for part in shown), default=0)
    for part, time in zip(shown, _times(shown), strict=True):
        whose = f"#{part.person:<3}" if several else ""
        why = "; ".join(filter(None, (attribution_text(part).replace("the ", ""), *part.notes)))
        yield f"  {time}  {whose}{part.summary:<{widest}}  {why}"
    if len(parts) > len(shown):
        yield f"  ... {len(parts) - len(shown):,} more; report.html shows all"
    people = _listed(prediction.people) if several else ()
    for person, time in zip(people, _times(people), strict=True):
        yield "; ".join((f"  {time}  #{person.person}'s face: {person.summary}", *person.notes))
    if several and len(prediction.people) > len(people):
        yield f"  ... {len(prediction.people) - len(people):,} more people; people.csv lists all"


def _times(parts: Sequence[Reading]) -> list[str]:
    """Return when each begins and ends, in tenths where one is under a second: "0:12 to 0:12" would say nothing."""
    spans = [(part.start_seconds or 0.0, part.end_seconds or 0.0) for part in parts]
    tenths = any(end - start < 1 for start, end in spans)
    return [f"{clock(start, tenths=tenths):>7} to {clock(end, tenths=tenths):>7}" for start, end in spans]


def _sentence_lines(prediction: Prediction) -> Iterator[str]:
    readings, shown = prediction.readings, _listed(prediction.readings)
    widest = max((len(reading.summary) for reading in shown), default=0)
    for reading in shown if len(readings) > 1 else ():
        time = "" if reading.start_seconds is None else f"{clock(reading.start_seconds):>7}  "
        sentiment = "" if reading.sentiment is None else f"  {affect_phrases(reading)[0].split()[1]:>4}"
        yield f"  {time}{reading.summary:<{widest}}{sentiment}  {reading.text}"
    if len(readings) > len(shown):
        yield f"  ... {len(readings) - len(shown):,} more; sentences.csv lists all"
    if len(readings) == 1:
        yield from (f"  {note}" for note in readings[0].notes)


def _listed(parts: Sequence[Reading]) -> Sequence[Reading]:
    return parts if len(parts) <= MOST_LISTED + 1 else parts[:MOST_LISTED]  # "1 more" is no shorter


def clipped(text: str, most_columns: int) -> str:
    r"""Return `text` as one line of at most so many columns, without what would move a terminal's cursor.

    >>> clipped("I love you.\x1b[2J", 10)
    'I love ...'
    """
    shown = [char if char.isprintable() else " " for char in text]
    widths = (0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF") for char in shown)
    ends = list(accumulate(widths))
    if not ends or ends[-1] <= most_columns:
        return "".join(shown).rstrip()
    return "".join(shown[: bisect_right(ends, most_columns - 3)]) + "..."


def unit_of_progress(model: str, asked: Sequence[Path | list[Path] | str]) -> str:
    """Return what `predict` counts: files of several, seconds of a recording, or what the model's SPEC names."""
    spec, first = spec_of(model), asked[0]
    if are_several(asked):
        return spec.layout.noun
    if isinstance(first, Link):  # the text model counts sentences of a page, but seconds of a film
        return spec.progress_unit if spec.progress_unit == "picture" else "second"
    return "second" if isinstance(first, Path) and first.suffix.lower() in RECORDINGS else spec.progress_unit
