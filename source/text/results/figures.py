"""The figure of a text with times: emotions, probabilities, sentiment, valence and arousal over time."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ...core.figure import label_colours, new_figure
from ...data.clips import AFFECT_DIMENSIONS
from ...results.prediction import Prediction, Reading
from ...results.timeline import at_most
from ...results.timeline_figure import MOST_SEGMENTS, draw_answers, draw_shares, legend, mark_time, titled_png
from ...results.video_timeline import timed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection

AFFECT_COLOURS = dict(zip(AFFECT_DIMENSIONS, ("#000000", "#8a3ffc", "#6e6e6e"), strict=True))  # no label's
SHORTEST_SHARE = 0.002  # of the axis, the least width of an utterance: a "No!" must stay visible


def timeline(prediction: Prediction) -> bytes:
    """Return a PNG of the readings that have times, whether these cover seconds or hours."""
    seconds, colours = prediction.seconds or 0.0, label_colours(prediction.labels)
    parts = timed_parts(prediction.readings, seconds)
    rows = 3 if any(part.affect for part in parts) else 2
    figure = new_figure(13, 1.2 + 2.2 * (rows - 1))
    emotions, probabilities, *affect = figure.subplots(rows, 1, sharex=True, height_ratios=(0.32, 2, 2)[:rows])
    draw_answers(emotions, parts, colours, seconds)
    draw_shares(probabilities, parts, colours)
    lines = [line for axes in affect for line in _draw_affect(axes, parts)]
    last = (probabilities, *affect)[-1]
    mark_time(last, prediction)
    legend(figure, colours, "nothing to read", lines)
    return titled_png(figure, prediction)


def timed_parts(readings: Sequence[Reading], seconds: float) -> list[Reading]:
    """Return the readings with times as at most MOST_SEGMENTS parts, each at least wide enough to be visible."""
    parts, least = at_most(timed(readings), MOST_SEGMENTS), SHORTEST_SHARE * seconds
    ends = (max(part.end_seconds or 0.0, (part.start_seconds or 0.0) + least) for part in parts)
    return [replace(part, end_seconds=end) for part, end in zip(parts, ends, strict=True)]


def _draw_affect(axes: "Axes", parts: Sequence[Reading]) -> "list[LineCollection]":
    """Draw each dimension as a level over every part, thinly connected; return the levels' lines for the legend."""
    lines = []
    for name, colour in AFFECT_COLOURS.items():
        known = [part for part in parts if name in part.affect]
        if not known:
            continue
        starts, ends, values = zip(*((p.start_seconds, p.end_seconds, p.affect[name]) for p in known), strict=True)
        lines.append(axes.hlines(values, starts, ends, color=colour, linewidth=2.4, label=name))
        middles = [(start + end) / 2 for start, end in zip(starts, ends, strict=True)]
        axes.plot(middles, values, color=colour, linewidth=0.7, alpha=0.6)
    axes.axhline(0, color="#c4c4c4", linewidth=0.7)
    axes.set(ylabel="from the words", ylim=(-1.05, 1.05), yticks=(-1, -0.5, 0, 0.5, 1))
    axes.grid(axis="y", alpha=0.25)
    return lines
