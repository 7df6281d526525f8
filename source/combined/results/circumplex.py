"""The picture of a video's path through Russell's circumplex: valence and arousal, from beginning to end."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...core.figure import label_colours, new_figure
from ...core.units import clock
from ...results.circumplex import place_of, valence_arousal
from ...results.prediction import Prediction, Reading
from ...results.timeline_figure import round_times, titled_png
from ...results.video_timeline import segments_of

MOST_POINTS = 400  # of the path; in a longer video neighbours are averaged
MOST_TICKS = 6  # of the time
REACH = 1.12  # of the plane, from its middle
PATH_COLOURS = "viridis"
GREY, LIGHT = "#8a8a8a", "#dcdcdc"
CORNERS = {
    "unpleasant,\nexcited": (-1, 1), "pleasant,\nexcited": (1, 1),
    "pleasant,\ncalm": (1, -1), "unpleasant,\ncalm": (-1, -1),
}  # fmt: skip


def picture(prediction: Prediction) -> bytes:
    """Draw the emotions' places, the video's path between them, and its overall place, as a PNG."""
    figure = new_figure(8.2, 6.6)
    axes = figure.add_subplot()
    _draw_plane(axes)
    _draw_places(axes, label_colours(prediction.labels))
    _draw_path(figure, axes, segments_of(prediction, MOST_POINTS))
    if prediction.overall and (place := point_of(prediction.overall)):
        style: Any = {"marker": "*", "s": 420, "color": "white", "edgecolor": "black", "linewidth": 1.3, "zorder": 6}
        axes.scatter(*place, **style, label="overall")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower center", ncols=3, frameon=False, bbox_to_anchor=(0.5, -0.2))
    return titled_png(figure, prediction)


def point_of(reading: Reading) -> tuple[float, float] | None:
    """Return valence and arousal of a reading: its own, else those expected from its probabilities."""
    if reading.valence is not None and reading.arousal is not None:
        return reading.valence, reading.arousal
    return valence_arousal(reading.probabilities)


def _draw_plane(axes: Any) -> None:
    turn = np.linspace(0, 2 * np.pi, 200)
    axes.plot(np.cos(turn), np.sin(turn), color=LIGHT, linewidth=1.2, zorder=1)
    axes.axhline(0, color=LIGHT, linewidth=1.2, zorder=1)
    axes.axvline(0, color=LIGHT, linewidth=1.2, zorder=1)
    for text, (x, y) in CORNERS.items():
        style: Any = {"ha": "right" if x > 0 else "left", "va": "top" if y > 0 else "bottom"}
        axes.text(x * REACH * 0.98, y * REACH * 0.98, text, color=GREY, fontsize=10, style="italic", **style)
    axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal")
    axes.set(xlabel="valence: unpleasant to pleasant", ylabel="arousal: calm to excited")
    ticks = (-1, -0.5, 0, 0.5, 1)
    axes.set(xticks=ticks, yticks=ticks)


def _draw_places(axes: Any, colours: Mapping[str, str]) -> None:
    """Draw a spot for every label in its colour; names that would meet go to different sides."""
    places = {label: place for label in colours if (place := place_of(label))}
    for label, (x, y) in places.items():
        axes.scatter(x, y, s=230, color=colours[label], edgecolor="white", linewidth=1.5, zorder=3)
        near = [other for name, other in places.items() if name != label and np.hypot(x - other[0], y - other[1]) < 0.3]
        side = -1 if any(other[0] > x or (other[0] == x and other[1] < y) for other in near) else 1
        style: Any = {"ha": "left" if side > 0 else "right", "va": "center", "fontsize": 11, "zorder": 5}
        axes.text(x + side * 0.075, y, label, parse_math=False, **style)


def _draw_path(figure: Any, axes: Any, parts: Sequence[Reading]) -> None:
    """Draw the segments' points, coloured by time, and a line between neighbours."""
    from matplotlib.collections import LineCollection
    from matplotlib.colors import Normalize

    placed = [(part, place) for part in parts if (place := point_of(part))]
    if not placed:
        axes.text(0, -0.6, "no path: nothing could be read", ha="center", color=GREY)
        return
    points = np.array([place for _, place in placed])
    times = np.array([((part.start_seconds or 0.0) + (part.end_seconds or 0.0)) / 2 for part, _ in placed])
    start, end = parts[0].start_seconds or 0.0, parts[-1].end_seconds or 0.0
    span = {"cmap": PATH_COLOURS, "norm": Normalize(start, max(end, start + 1e-3))}
    segments = np.stack((points[:-1], points[1:]), axis=1)
    axes.add_collection(LineCollection(list(segments), array=times[1:], linewidths=1.6, alpha=0.8, zorder=3.5, **span))
    spots = axes.scatter(*points.T, c=times, s=24, edgecolor="white", linewidth=0.4, zorder=4, **span)
    axes.scatter(*points[0], marker="o", s=80, facecolor="none", edgecolor="black", zorder=5, label="the beginning")
    axes.scatter(*points[-1], marker="s", s=70, facecolor="none", edgecolor="black", zorder=5, label="the end")
    ticks = round_times(start, end, MOST_TICKS)
    bar = figure.colorbar(spots, ax=axes, fraction=0.046, pad=0.03, ticks=ticks, label="time")
    bar.set_ticklabels([f"{tick:g} s" if end < 60 else clock(tick) for tick in ticks])
