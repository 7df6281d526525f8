"""What a person reads of a prediction on the terminal, as text."""

from __future__ import annotations

import shutil
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from ..core.spec import spec_of
from ..core.units import clock
from ..media.types import RECORDINGS
from ..results.attribution import short_attribution_text
from ..results.prediction import Prediction, Reading, affect_phrases
from ..results.timeline import merge_runs, non_overlapping, without_pauses
from ..results.video_timeline import merged_segments_of
from .terminal import MOST_COLUMNS

MOST_LISTED = 20  # stretches of a recording, or sentences of a text


def prediction_lines(prediction: Prediction, brief: bool = False) -> Iterator[str]:
    """A line a face: picture, number, answer, place and what makes it doubtful; one for a picture without a face.

    Of a recording and of a text: what it came to and, unless it is to be brief, a line for every stretch of the same
    answer, or for every sentence; of a video with what each stretch was read from, and who is seen.
    """
    name = Path(prediction.source).name
    if prediction.overall is None:
        yield from _picture_lines(name, prediction)
        return
    if prediction.overall.probabilities:
        yield f"{name}: {prediction.summary}{''.join(f'; {note}' for note in prediction.overall.notes)}"
    for note in prediction.notes:
        yield f"{name}: {note}"
    if prediction.overall.modalities is not None:
        yield from () if brief else _video_lines(prediction)
    elif not brief:
        read = prediction.overall.speech_seconds is None
        yield from _sentence_lines(prediction.readings) if read else _stretch_lines(prediction)


def _picture_lines(name, prediction):
    for reading in prediction.readings:
        notes = "".join(f"; {note}" for note in reading.notes)
        if reading.box is None:
            yield f"{name}: {reading.summary}{notes}"
            continue
        left, top, right, bottom = (round(edge) for edge in reading.box)
        yield f"{name} #{reading.person}: {reading.summary} (face at {left}, {top} to {right}, {bottom}{notes})"
    for note in prediction.notes or (() if prediction.readings else ("nobody was found",)):
        yield f"{name}: {note}"


def _stretch_lines(prediction):
    parts = merge_runs(without_pauses(non_overlapping(prediction.readings), prediction.pauses))
    if len(parts) < 2:
        return
    shown = _listed(parts)
    for part, time in zip(shown, _times(shown), strict=True):
        yield f"  {time}  {part.summary}"
    if len(parts) > len(shown):
        yield f"  ... {len(parts) - len(shown)} more; timeline.png shows all"


def _video_lines(prediction: Prediction) -> Iterator[str]:
    """Each stretch of the same answer: when, what, whose face if there are several, what from, what makes it doubtful.

    Then, where there are several, each person.
    """
    columns, parts = min(shutil.get_terminal_size().columns, MOST_COLUMNS), merged_segments_of(prediction)
    shown, several = _listed(parts), len(prediction.people) > 1
    widest = max((len(part.summary) for part in shown), default=0)
    for part, time in zip(shown, _times(shown), strict=True):
        whose = f"#{part.person:<3}" if several else ""
        why = "; ".join(filter(None, (short_attribution_text(part), *part.notes)))
        yield clipped(f"  {time}  {whose}{part.summary:<{widest}}  {why}", columns)
    if len(parts) > len(shown):
        yield f"  ... {len(parts) - len(shown):,} more; report.html shows all"
    people = _listed(prediction.people) if several else ()
    for person, time in zip(people, _times(people), strict=True):
        yield clipped("; ".join((f"  {time}  #{person.person}'s face: {person.summary}", *person.notes)), columns)
    if several and len(prediction.people) > len(people):
        yield f"  ... {len(prediction.people) - len(people):,} more people; people.csv lists all"


def _times(parts: Sequence[Reading]) -> list[str]:
    """From when to when each is, to the tenth where one is under a second: "0:12 to 0:12" would say nothing."""
    spans = [(part.start_seconds or 0.0, part.end_seconds or 0.0) for part in parts]
    tenths = any(end - start < 1 for start, end in spans)
    return [f"{clock(start, tenths=tenths):>7} to {clock(end, tenths=tenths):>7}" for start, end in spans]


def _sentence_lines(readings: Sequence[Reading]) -> Iterator[str]:
    """What each sentence says, and in one that stands alone what makes that doubtful."""
    columns, shown = min(shutil.get_terminal_size().columns, MOST_COLUMNS), _listed(readings)
    widest = max((len(reading.summary) for reading in shown), default=0)
    for reading in shown if len(readings) > 1 else ():
        time = "" if reading.start_seconds is None else f"{clock(reading.start_seconds):>7}  "
        sentiment = "" if reading.sentiment is None else f"  {affect_phrases(reading)[0].split()[1]:>4}"
        yield clipped(f"  {time}{reading.summary:<{widest}}{sentiment}  {reading.text}", columns)
    if len(readings) > len(shown):
        yield f"  ... {len(readings) - len(shown):,} more; sentences.csv lists all"
    if len(readings) == 1:
        yield from (f"  {note}" for note in readings[0].notes)


def _listed(parts):
    return parts if len(parts) <= MOST_LISTED + 1 else parts[:MOST_LISTED]  # "1 more" is no shorter


def clipped(text: str, columns: int) -> str:
    """One line of `text` in so many columns of a terminal, without what would move its cursor.

    >>> clipped("I love you.\\x1b[2J", 10)
    'I love ...'
    """
    shown = [char if char.isprintable() else " " for char in text]
    ends = list(accumulate(_columns(char) for char in shown))
    if not ends or ends[-1] <= columns:
        return "".join(shown).rstrip()
    return "".join(shown[: bisect_right(ends, columns - 3)]) + "..."


def _columns(char):
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def unit_of_progress(model: str, asked: Path | str) -> str:
    """What `predict` counts: pictures, the files of a folder, the seconds of a recording or a video, sentences."""
    spec = spec_of(model)
    if isinstance(asked, Path) and asked.is_dir():
        return spec.layout.noun
    return "second" if isinstance(asked, Path) and asked.suffix.lower() in RECORDINGS else spec.progress_unit
