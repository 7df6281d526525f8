"""The parts that all figures of a recording share: answers and probabilities over time, time axis, legend, title."""

import warnings
from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from ..core.figure import ink_on, png_of
from ..core.units import clock
from .prediction import Prediction, Reading

STEPS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400)  # seconds
MOST_TICKS = 13
MOST_SEGMENTS = 500  # drawn; in a longer recording neighbours are averaged, as single ones would look like stripes
LONGEST_NAME = 60  # characters of a file's name in the title
WRITTEN_SHARE = 0.008  # of the axis's width that a character of a written answer needs
NOT_SURE, SILENCE = "#666666", "#d2d2d2"


def draw_answers(axes: Any, segments: Sequence[Reading], colours: Mapping[str, str], seconds: float) -> None:
    """Draw a strip with the answer of every segment; seconds: length of the recording."""
    for segment in segments:
        start, end = segment.start_seconds or 0.0, segment.end_seconds or 0.0
        colour = colours.get(segment.emotion or "", NOT_SURE) if segment.probabilities else SILENCE
        axes.axvspan(start, end, color=colour, linewidth=0)
        text = (segment.emotion or "not sure") if segment.probabilities else segment.summary
        if end - start > WRITTEN_SHARE * seconds * (len(text) + 1):
            style: Any = {"ha": "center", "va": "center", "fontsize": 9, "parse_math": False}
            axes.text((start + end) / 2, 0.47, text, color=ink_on(colour), **style)
    axes.set(ylabel="answer", yticks=(), ylim=(0, 1))
    axes.yaxis.label.set(rotation=0, ha="right", va="center")


def draw_shares(axes: Any, segments: Sequence[Reading], colours: Mapping[str, str]) -> None:
    """Draw the stacked probabilities of every segment; segments: in the order of time."""
    spans = [(segment.start_seconds or 0.0, segment.end_seconds or 0.0) for segment in segments]
    times = np.array([(start, start, end, end) for start, end in spans], float).ravel()
    below = np.zeros(len(times))
    for label, colour in colours.items():
        shares = [segment.probabilities.get(label, 0.0) for segment in segments]
        above = below + np.array([(0.0, share, share, 0.0) for share in shares], float).ravel()
        axes.fill_between(times, below, above, color=colour, linewidth=0)
        below = above
    axes.set(ylabel="probability", ylim=(0, 1))
    axes.set_yticks((0, 0.25, 0.5, 0.75, 1), ("0", "25 %", "50 %", "75 %", "100 %"))


def round_times(start: float, end: float, most: int) -> list[float]:
    """Return fewer than `most` + 1 round times in seconds, evenly spread from start to end.

    >>> round_times(80, 125, 6)
    [80, 90, 100, 110, 120]
    """
    step = next((step for step in STEPS if (end - start) / step < most), STEPS[-1])
    return [round(number * step, 2) for number in range(ceil(start / step - 1e-6), int(end / step + 1e-6) + 1)]


def mark_time(axes: Any, prediction: Prediction) -> None:
    """Show the time that the prediction covers, with readable ticks."""
    start, length = prediction.start_seconds, prediction.seconds or 0.0
    end = start + length
    ticks = round_times(start, end, MOST_TICKS)
    units = "seconds" if end < 60 else "minutes:seconds" if length < 3600 else "hours:minutes"
    if end < 60:
        names = [f"{tick:g}" for tick in ticks]
    else:
        names = [clock(tick) if length < 3600 else clock(tick, hours=True).rpartition(":")[0] for tick in ticks]
    axes.set_xlim(start, start + (length or 1.0))
    axes.set_xticks(ticks, names)
    axes.set_xlabel(f"time ({units})")


def legend(figure: Any, colours: Mapping[str, str], nothing: str, lines: Sequence[Any] = ()) -> None:
    """Draw the legend. nothing: name of what has no answer; lines: labelled artists that come first."""
    from matplotlib.patches import Patch

    patches = [Patch(color=colour, label=label) for label, colour in reversed(list(colours.items()))]
    patches += [Patch(color=NOT_SURE, label="not sure"), Patch(color=SILENCE, label=nothing)]
    figure.legend(handles=[*lines, *patches], loc="outside right lower", frameon=False)


def titled_png(figure: Any, prediction: Prediction) -> bytes:
    """Return the figure as PNG, titled with the file's name and the overall answer."""
    name = Path(prediction.source).name.encode(errors="replace").decode()
    short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME // 2]}...{name[-LONGEST_NAME // 2 :]}"
    figure.suptitle(f"{short}: {prediction.summary}", parse_math=False, fontsize=13)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # letters of a file's name that the font lacks are drawn as boxes
        return png_of(figure)
