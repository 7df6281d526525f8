"""Charts of a tuning, as PNG bytes; None where there is nothing to draw. A `document` is `Tuned.to_dict()`.

Unlike Optuna's own plots they show pruned trials and the default, need no open storage, and leave pyplot's global
state alone. Complete and pruned trials differ by colour and by marker.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from ...core.figure import PALETTE, new_figure, png_of
from .tables import Document, Row, cost_of, front_of, is_default, scored

COMPLETE = {"marker": "o", "color": PALETTE[4], "label": "complete"}
PRUNED = {"marker": "x", "color": PALETTE[0], "label": "pruned"}
BEST = PALETTE[1]
ABOUT_DEFAULT = {"marker": "D", "facecolors": "none", "edgecolors": "black", "s": 110, "zorder": 4, "label": "default"}
MOST_BARS = 20
COSTS = {"parameters": "parameters", "milliseconds": "milliseconds for a clip on one thread"}


def history(document: Document) -> bytes | None:
    """Draw val UAR of each trial by its number, and the best so far."""
    rows = sorted(scored(document), key=lambda row: row["trial"])
    if not rows:
        return None
    figure = new_figure(8, 4.2)
    axes = figure.add_subplot()
    _draw_states(axes, rows, lambda row: row["trial"])
    complete = [row for row in rows if row["state"] == "complete"]
    if complete:
        uars = [row["val_uar"] for row in complete]
        best = [max(uars[: end + 1]) for end in range(len(uars))]
        numbers = [row["trial"] for row in complete]
        axes.step(numbers, best, where="post", color=BEST, label=f"best so far: {best[-1]:.1%}")
    _mark_default(axes, document, rows, lambda row: row["trial"])
    axes.set(xlabel="trial", title=f"{document['model']}: val UAR of the trials")
    axes.set_xlim(rows[0]["trial"] - 0.5, rows[-1]["trial"] + 0.5)
    locator: Any = axes.xaxis.get_major_locator()
    locator.set_params(integer=True, min_n_ticks=1)
    _finish(figure, axes)
    return png_of(figure)


def importances(document: Document) -> bytes | None:
    """Draw each setting's share of the variance of val UAR."""
    shares = list((document["importances"] or {}).items())[:MOST_BARS]
    if not shares:
        return None
    figure = new_figure(7, 1.2 + 0.32 * len(shares))
    axes = figure.add_subplot()
    names, values = zip(*reversed(shares), strict=True)
    bars = axes.barh(names, values, color=COMPLETE["color"])
    axes.bar_label(bars, [f"{value:.0%}" for value in values], padding=3)
    axes.set(xlabel="importance", title=f"from {len(scored(document, 'complete'))} complete trials")
    axes.set_xlim(0, 1.15 * max(*values, 0.01))
    axes.xaxis.set_major_formatter(percent_formatter())
    axes.spines[["top", "right"]].set_visible(False)
    return png_of(figure)


def costs(document: Document) -> bytes | None:
    """Draw val UAR against the cost of a trial's network; the trials of the Pareto front are numbered."""
    cost = cost_of(document)
    rows = [row for row in scored(document) if row.get(cost)]
    if not rows:
        return None
    figure = new_figure(8, 4.6)
    axes = figure.add_subplot()
    _draw_states(axes, rows, lambda row: row[cost])
    front = front_of(document)
    places = [(row[cost], row["val_uar"]) for row in front]
    if front:
        axes.step(*zip(*places, strict=True), where="post", color=BEST, label="Pareto front", zorder=1)
    for row, place in zip(front, places, strict=True):
        axes.annotate(str(row["trial"]), place, (0, 10), textcoords="offset points", ha="center", fontsize=9)
    _mark_default(axes, document, rows, lambda row: row[cost])
    log_axis(axes, [row[cost] for row in rows])
    axes.set(xlabel=COSTS[cost], title=f"{document['model']}: val UAR against {cost}")
    _finish(figure, axes)
    return png_of(figure)


def _draw_states(axes: Any, rows: Sequence[Row], across: Callable[[Row], float]) -> None:
    for state, style in (("complete", COMPLETE), ("pruned", PRUNED)):
        chosen = [row for row in rows if row["state"] == state]
        if chosen:
            axes.scatter([across(row) for row in chosen], [row["val_uar"] for row in chosen], s=34, zorder=3, **style)


def _mark_default(axes: Any, document: Document, rows: Sequence[Row], across: Callable[[Row], float]) -> None:
    default = next((row for row in rows if is_default(document, row)), None)
    if default:
        axes.scatter([across(default)], [default["val_uar"]], linewidths=1.6, **ABOUT_DEFAULT)


def _finish(figure: Any, axes: Any) -> None:
    axes.set_ylabel("val UAR")
    axes.yaxis.set_major_formatter(percent_formatter())
    axes.grid(alpha=0.25)
    axes.margins(y=0.12)
    figure.legend(loc="outside lower center", ncols=4, frameon=False)


def log_axis(axes: Any, values: Sequence[float]) -> None:
    """Make the x axis logarithmic, with labels at round numbers even within one decade."""
    low, high = min(values), max(values)
    wide = max((high / low) ** 0.06, 1.02 if high > low else 1.5)
    axes.set_xscale("log")
    axes.set_xlim(low / wide, high * wide)
    axes.set_xticks(_round_numbers(low / wide, high * wide))
    axes.set_xticks([], minor=True)
    axes.xaxis.set_major_formatter(lambda value, _: short_number(value))


def _round_numbers(low: float, high: float) -> list[float]:
    for steps in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)):
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        numbers = [step * 10.0**decade for decade in decades for step in steps if low <= step * 10.0**decade <= high]
        if len(numbers) >= 3:
            return numbers
    return [low + (high - low) * share for share in (0.1, 0.5, 0.9)]


def short_number(value: float) -> str:
    """Format a number for an axis.

    >>> short_number(394_000), short_number(2_500_000), short_number(0.0005), short_number(64)
    ('394k', '2.5M', '0.0005', '64')
    """
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def percent_formatter() -> Any:
    """Return a formatter of shares for an axis."""
    from matplotlib.ticker import PercentFormatter

    return PercentFormatter(1)
