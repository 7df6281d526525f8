"""Charts of a tuning, as PNG bytes; None where there is nothing to draw. A `document` is `Tuned.to_dict()`.

Unlike Optuna's own plots they show pruned trials and the default, need no open storage, and leave pyplot's global
state alone. Complete and pruned trials differ by colour and by marker.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from ...core.figure import PALETTE, new_figure, png_of
from .tables import Document, Row, front_of, is_default, score_name, scored, setting_brief

COMPLETE = {"marker": "o", "color": PALETTE[4], "label": "complete"}
PRUNED = {"marker": "x", "color": PALETTE[0], "label": "pruned"}
BEST = PALETTE[1]
DEFAULT = {"marker": "D", "facecolors": "none", "edgecolors": "black", "s": 110, "linewidths": 1.6, "label": "default"}
MOST_BARS = 20
COLUMNS = 4  # of charts of settings
MOST_LETTERS = 14  # of a category's name
GOLDEN = 0.6180339887  # its multiples spread evenly over [0, 1)


def history(document: Document) -> bytes | None:
    """Draw the UAR of each trial by its number, and the best so far."""
    rows = sorted(scored(document), key=lambda row: row["trial"])
    if not rows:
        return None
    complete = [row for row in rows if row["state"] == "complete"]
    best = list(accumulate((row["uar"] for row in complete), max))
    line = list(zip((row["trial"] for row in complete), best, strict=True))
    figure, axes = _scatter(document, rows, "trial", line, f"best so far: {best[-1]:.1%}" if best else "")
    axes.set(xlabel="trial", title=f"{document['model']}: {score_name(document)} of the trials")
    axes.set_xlim(rows[0]["trial"] - 0.5, rows[-1]["trial"] + 0.5)
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    return png_of(figure)


def importances(document: Document) -> bytes | None:
    """Draw each setting's share of the variance of the UAR."""
    shares = list((document["importances"] or {}).items())[:MOST_BARS]
    if not shares:
        return None
    figure = new_figure(7, 1.2 + 0.32 * len(shares))
    axes = figure.add_subplot()
    names, values = zip(*reversed(shares), strict=True)
    axes.bar_label(axes.barh(names, values, color=COMPLETE["color"]), fmt="{:.0%}", padding=3)
    axes.set(xlabel="importance", title=f"from {len(scored(document, 'complete'))} complete trials")
    axes.set_xlim(0, 1.15 * max(*values, 0.01))
    axes.xaxis.set_major_formatter(_percent())
    axes.spines[["top", "right"]].set_visible(False)
    return png_of(figure)


def costs(document: Document) -> bytes | None:
    """Draw the UAR against the cost of a trial's network; the trials of the Pareto front are numbered."""
    cost = document["against"] or "parameters"
    rows, front = [row for row in scored(document) if row.get(cost)], front_of(document)
    if not rows:
        return None
    places = [(row[cost], row["uar"]) for row in front]
    figure, axes = _scatter(document, rows, cost, places, "Pareto front")
    for row, place in zip(front, places, strict=True):
        axes.annotate(str(row["trial"]), place, (0, 10), textcoords="offset points", ha="center", fontsize=9)
    _log_axis(axes, [row[cost] for row in rows])
    name = f"{cost} for a clip on one thread" if cost == "milliseconds" else cost
    axes.set(xlabel=name, title=f"{document['model']}: {score_name(document)} against {cost}")
    return png_of(figure)


def slices(document: Document) -> bytes | None:
    """Draw each varied setting's values against the UAR, a small chart each, coloured by the trial's number."""
    from matplotlib.lines import Line2D
    from matplotlib.ticker import MaxNLocator

    rows = scored(document)
    names = [name for name in document["ranges"] if any(name in row["settings"] for row in rows)]
    if not names:
        return None
    columns = min(COLUMNS, len(names))
    lines = -(-len(names) // columns)
    figure = new_figure(1.2 + 3 * columns, 0.4 + 2.7 * lines)
    grid = figure.subplots(lines, columns, sharey=True, squeeze=False)
    first, last = min(row["trial"] for row in rows), max(row["trial"] for row in rows)
    colours = {"cmap": _darkening(), "vmin": first, "vmax": max(last, first + 1)}
    for axes, name in zip(grid.flat, names, strict=False):
        axes.grid(alpha=0.25)
        chosen = [row for row in rows if name in row["settings"]]
        points = _slice(axes, name, document["ranges"][name], chosen, colours)
    for axes in grid.flat[len(names) :]:
        axes.remove()
    for axes in grid[:, 0]:
        _uar_axis(axes, document)
    if len(rows) > 1:
        bar = figure.colorbar(points, ax=figure.axes, label="trial", fraction=0.03)
        bar.ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    present = [style for style in (COMPLETE, PRUNED) if any(row["state"] == style["label"] for row in rows)]
    handles = [
        Line2D([], [], linestyle="", color=PALETTE[4], marker=style["marker"], label=style["label"])
        for style in present
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    return png_of(figure)


def _scatter(
    document: Document, rows: Sequence[Row], across: str, line: Sequence[tuple[float, float]], label: str
) -> tuple[Any, Any]:
    """Draw the UAR against the column `across`, with the default marked, and a stepped line; return figure and axes."""
    figure = new_figure(8, 4.4)
    axes = figure.add_subplot()
    for style in (COMPLETE, PRUNED):
        places = [(row[across], row["uar"]) for row in rows if row["state"] == style["label"]]
        if places:
            axes.scatter(*zip(*places, strict=True), s=34, zorder=3, **style)
    if line:
        axes.step(*zip(*line, strict=True), where="post", color=BEST, label=label, zorder=1)
    default = next((row for row in rows if is_default(document, row)), None)
    if default:
        axes.scatter(default[across], default["uar"], zorder=4, **DEFAULT)
    axes.grid(alpha=0.25)
    _uar_axis(axes, document)
    figure.legend(loc="outside lower center", ncols=4, frameon=False)
    return figure, axes


def _slice(axes: Any, name: str, range_: Any, rows: Sequence[Row], colours: Any) -> Any:
    """Draw the chart of one setting; return its points."""
    across = [row["settings"][name] for row in rows]
    if "choices" in range_:
        across = _draw_categories(axes, range_["choices"], across, rows)
    elif range_["log"]:
        _log_axis(axes, [range_["low"], range_["high"], *across])
    else:
        ends = [range_["low"], range_["high"], *across]
        margin = 0.05 * (max(ends) - min(ends)) or 0.5
        axes.set_xlim(min(ends) - margin, max(ends) + margin)
        axes.xaxis.get_major_locator().set_params(nbins=5, integer=all(isinstance(value, int) for value in ends))
    axes.set_xlabel(name, fontsize=min(10, 300 / len(name)))
    points = None
    for style, edges in ((PRUNED, {"linewidths": 1.2}), (COMPLETE, {"linewidths": 0.4, "edgecolors": "black"})):
        of_state = [(x, row) for x, row in zip(across, rows, strict=True) if row["state"] == style["label"]]
        places = np.reshape([(x, row["uar"], row["trial"]) for x, row in of_state], (-1, 3)).T
        points = axes.scatter(*places[:2], c=places[2], s=26, marker=style["marker"], **edges, **colours)
    return points


def _draw_categories(axes: Any, choices: Sequence[Any], values: Sequence[Any], rows: Sequence[Row]) -> list[float]:
    """Label a column for each choice; return the x of each value, spread out within its column."""
    texts = [setting_brief(choice) for choice in choices]
    tilt: Any = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"} if sum(map(len, texts)) > 26 else {}
    short = [text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…" for text in texts]
    axes.set_xticks(range(len(texts)), short, fontsize=8, **tilt)
    axes.set_xlim(-0.6, len(texts) - 0.4)
    aside = (0.5 * (row["trial"] * GOLDEN % 1 - 0.5) for row in rows)
    return [texts.index(setting_brief(value)) + shift for value, shift in zip(values, aside, strict=True)]


def _darkening() -> Any:
    """Return the colours of "viridis" from light to dark, without the yellow ones, which are hard to see on white."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    return ListedColormap(colormaps["viridis"](np.linspace(0.82, 0, 256)))


def _uar_axis(axes: Any, document: Document) -> None:
    axes.set_ylabel(score_name(document))
    axes.yaxis.set_major_formatter(_percent())
    axes.margins(y=0.12)


def _percent() -> Any:
    from matplotlib.ticker import PercentFormatter

    return PercentFormatter(1)


def _log_axis(axes: Any, values: Sequence[float]) -> None:
    """Make the x axis logarithmic, with up to four labels at round numbers even within one decade."""
    low, high = min(values), max(values)
    wide = max((high / low) ** 0.06, 1.02 if high > low else 1.5)
    digits = 1 if high > 2 * low else 3
    axes.set_xscale("log")
    ticks = sorted({float(f"{value:.{digits}g}") for value in np.geomspace(low, high, 4)})
    axes.set_xticks(ticks, [short_number(tick) for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlim(low / wide, high * wide)


def short_number(value: float) -> str:
    """Format a number for an axis.

    >>> short_number(394_000), short_number(2_500_000), short_number(0.0005), short_number(64)
    ('394k', '2.5M', '0.0005', '64')
    """
    size, letter = (1e6, "M") if value >= 1e6 else (1e3, "k") if value >= 1e3 else (1, "")
    return f"{value / size:.3g}{letter}"
