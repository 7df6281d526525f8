"""Each setting's values against val UAR, as a PNG with a small chart for each setting."""

from collections.abc import Sequence
from typing import Any

from ...core.figure import PALETTE, new_figure, png_of
from .charts import log_axis, percent_formatter
from .tables import Document, Row, scored, setting_brief

COLUMNS = 4
MOST_LETTERS = 14  # of a category's name
GOLDEN = 0.6180339887  # its multiples spread evenly over [0, 1)
MARKERS = {"complete": "o", "pruned": "x"}


def slices(document: Document) -> bytes | None:
    """Draw the values of each varied setting, coloured by the trial's number; None: nothing to draw."""
    rows = scored(document)
    names = [name for name in document["ranges"] if any(name in row["settings"] for row in rows)]
    if not names:
        return None
    columns = min(COLUMNS, len(names))
    lines = -(-len(names) // columns)
    figure = new_figure(1.2 + 3 * columns, 0.4 + 2.7 * lines)
    grid = figure.subplots(lines, columns, sharey=True, squeeze=False)
    for axes, name in zip(grid.flat, names, strict=False):
        points = _slice(axes, name, document["ranges"][name], [row for row in rows if name in row["settings"]], rows)
    for axes in grid.flat[len(names) :]:
        axes.remove()
    _add_legends(figure, grid, points, rows)
    return png_of(figure)


def _slice(axes: Any, name: str, range_: Any, rows: Sequence[Row], every: Sequence[Row]) -> Any:
    """Draw the chart of one setting; every: the rows of all charts, which share their colours."""
    values = [row["settings"][name] for row in rows]
    across = _draw_categories(axes, range_["choices"], values, rows) if "choices" in range_ else values
    if range_.get("log"):
        log_axis(axes, [range_["low"], range_["high"], *values])
    elif "low" in range_:
        ends = [range_["low"], range_["high"], *values]
        margin = 0.05 * (max(ends) - min(ends)) or 0.5
        axes.set_xlim(min(ends) - margin, max(ends) + margin)
        axes.xaxis.get_major_locator().set_params(nbins=5, integer=all(isinstance(value, int) for value in ends))
    axes.set_xlabel(name, fontsize=min(10, 300 / len(name)))
    axes.grid(alpha=0.25)
    numbers, points = [row["trial"] for row in every], None
    colours: Any = {"cmap": _darkening(), "vmin": min(numbers), "vmax": max(max(numbers), min(numbers) + 1)}
    for state, style in (("pruned", {"linewidths": 1.2}), ("complete", {"linewidths": 0.4, "edgecolors": "black"})):
        at = [index for index, row in enumerate(rows) if row["state"] == state]
        points = axes.scatter(
            [across[index] for index in at],
            [rows[index]["val_uar"] for index in at],
            c=[rows[index]["trial"] for index in at],
            s=26, marker=MARKERS[state], **style, **colours,
        )  # fmt: skip
    return points


def _darkening() -> Any:
    """Return the colours of "viridis" from light to dark, without the yellow ones, which are hard to see on white."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    return ListedColormap([colormaps["viridis"](0.82 * (1 - step / 255)) for step in range(256)])


def _draw_categories(axes: Any, choices: Sequence[Any], values: Sequence[Any], rows: Sequence[Row]) -> list[float]:
    """Label a column for each choice; return the x of each value, spread out within its column."""
    texts = [setting_brief(choice) for choice in choices]
    tilt: Any = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"} if sum(map(len, texts)) > 26 else {}
    short = [text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…" for text in texts]
    axes.set_xticks(range(len(texts)), short, fontsize=8, **tilt)
    axes.set_xlim(-0.6, len(texts) - 0.4)
    aside = [0.5 * (row["trial"] * GOLDEN % 1 - 0.5) for row in rows]
    return [texts.index(setting_brief(value)) + shift for value, shift in zip(values, aside, strict=True)]


def _add_legends(figure: Any, grid: Any, points: Any, rows: Sequence[Row]) -> None:
    from matplotlib.lines import Line2D

    grid[0, 0].yaxis.set_major_formatter(percent_formatter())
    grid[0, 0].margins(y=0.12)
    for axes in grid[:, 0]:
        axes.set_ylabel("val UAR")
    if len(rows) > 1:
        bar = figure.colorbar(points, ax=figure.axes, label="trial", fraction=0.03)
        bar.ax.yaxis.get_major_locator().set_params(integer=True)
    present = [state for state in MARKERS if any(row["state"] == state for row in rows)]
    handles = [Line2D([], [], marker=MARKERS[state], color=PALETTE[4], linestyle="", label=state) for state in present]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
