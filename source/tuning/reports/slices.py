"""What each setting's values came to, as a PNG: a small chart a setting."""

from typing import Any

from ...core.figure import new_figure, png_of
from .charts import PALETTE, log_axis
from .tables import Document, Row, scored, setting_brief

ACROSS = 4  # charts in a row
MOST_LETTERS = 14  # of a category's name
GOLDEN = 0.6180339887  # its multiples spread evenly over [0, 1)


def slices(document: Document) -> bytes | None:
    """The values of each varied setting against val UAR, coloured by the trial's number; None: nothing to draw."""
    rows = scored(document)
    names = [name for name in document["ranges"] if any(name in row["settings"] for row in rows)]
    if not names:
        return None
    columns = min(ACROSS, len(names))
    lines = -(-len(names) // columns)
    figure = new_figure(1.2 + 3 * columns, 0.4 + 2.7 * lines)
    grid = figure.subplots(lines, columns, sharey=True, squeeze=False)
    for axes, name in zip(grid.flat, names, strict=False):
        points = _slice(axes, name, document["ranges"][name], [row for row in rows if name in row["settings"]], rows)
    for axes in grid.flat[len(names) :]:
        axes.remove()
    _scales(figure, grid, points, rows)
    return png_of(figure)


def _slice(axes: Any, name: str, range_: Any, rows: list[Row], every: list[Row]) -> Any:
    values = [row["settings"][name] for row in rows]
    across = _categories(axes, range_["choices"], values, rows) if "choices" in range_ else values
    if range_.get("log"):
        log_axis(axes, [range_["low"], range_["high"], *values])
    elif "low" in range_:
        _linear_axis(axes, [range_["low"], range_["high"], *values])
    axes.set_xlabel(name, fontsize=min(10, 300 / len(name)))
    axes.grid(alpha=0.25)
    numbers = [row["trial"] for row in every]
    how = {"cmap": _darker_and_darker(), "vmin": min(numbers), "vmax": max(max(numbers), min(numbers) + 1)}
    points = None
    for state, style in (("pruned", {"marker": "x"}), ("complete", {"marker": "o", "edgecolors": "black"})):
        where = [index for index, row in enumerate(rows) if row["state"] == state]
        points = axes.scatter(
            [across[index] for index in where],
            [rows[index]["val_uar"] for index in where],
            c=[rows[index]["trial"] for index in where],
            s=26, linewidths=0.4 if state == "complete" else 1.2, **style, **how,
        )  # fmt: skip
    return points


def _linear_axis(axes, values):
    margin = 0.05 * (max(values) - min(values)) or 0.5
    axes.set_xlim(min(values) - margin, max(values) + margin)
    axes.xaxis.get_major_locator().set_params(nbins=5, integer=all(isinstance(value, int) for value in values))


def _darker_and_darker():
    """The colours of "viridis" without the yellow ones, which are not seen on white."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    return ListedColormap([colormaps["viridis"](0.82 * (1 - step / 255)) for step in range(256)])


def _categories(axes, choices, values, rows):
    """Places of the values: a column a choice, in which trials lie beside one another."""
    texts = [setting_brief(choice) for choice in choices]
    tilted = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"} if sum(map(len, texts)) > 26 else {}
    short = [text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…" for text in texts]
    axes.set_xticks(range(len(texts)), short, fontsize=8, **tilted)
    axes.set_xlim(-0.6, len(texts) - 0.4)
    aside = [0.5 * (row["trial"] * GOLDEN % 1 - 0.5) for row in rows]
    return [texts.index(setting_brief(value)) + shift for value, shift in zip(values, aside, strict=True)]


def _scales(figure, grid, points, rows):
    from matplotlib.lines import Line2D
    from matplotlib.ticker import PercentFormatter

    grid[0, 0].yaxis.set_major_formatter(PercentFormatter(1))
    grid[0, 0].margins(y=0.12)
    for axes in grid[:, 0]:
        axes.set_ylabel("val UAR")
    if len(rows) > 1:
        bar = figure.colorbar(points, ax=figure.axes, label="trial", fraction=0.03)
        bar.ax.yaxis.get_major_locator().set_params(integer=True)
    marks = {"complete": "o", "pruned": "x"}
    there = [state for state in marks if any(row["state"] == state for row in rows)]
    handles = [Line2D([], [], marker=marks[state], color=PALETTE[4], linestyle="", label=state) for state in there]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
