"""A tuning under way as a rich renderable: how far it is, the best trials and the running ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..core.units import duration, percent

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

    from ..tuning import Status

Row = Mapping[str, Any]
MOST_BEST, MOST_RUNNING = 5, 6
FEWEST_TO_RANK = 10  # complete trials from which settings are ordered by their effect
MOST_GROUPS = 4  # numbers with more values than this are halved at their median
BETWEEN = 2  # columns between two cells
BAR = 20  # columns


def best_of(status: Status) -> list[Row]:
    """Return the complete trials, best first."""
    complete = (row for row in status.trials if row["state"] == "complete" and row["uar"] is not None)
    return sorted(complete, key=lambda row: (-row["uar"], row["trial"]))


def best_text(status: Status) -> str:
    """Return the best so far in words; empty before there is one."""
    return next((f"best {percent(row['uar'])} (trial {row['trial']})" for row in best_of(status)), "")


def left_text(seconds: float | None) -> str:
    """Return the time left in words; empty where it is not known or over."""
    return f"about {duration(seconds)} left" if seconds else ""


def heading(model: str, status: Status, since: float) -> str:
    """Return how far the study is; since: seconds since `status` was taken."""
    parts = [f"Tuning {model}: {status.finished} of {status.wanted} trials", best_text(status)]
    left = None if status.seconds_left is None else max(0.0, status.seconds_left - since)
    parts += [duration(status.seconds + since), left_text(left)]
    return ", ".join(part for part in parts if part)


def tuning_panel(model: str, status: Status | None, since: float, batches: tuple[int, int], columns: int) -> Group:
    """Return all of it, as wide as `columns`.

    since: seconds since `status` was taken; batches: done of the training under way, and in all.
    """
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    parts = []
    if status is not None:
        parts.append(Text(heading(model, status, since), style="bold"))
        rows = cells_of(status)
        parts += [_trials_table(fitting(rows, by_effect(status.trials), columns))] if rows else []
        hidden = sum(row["state"] == "running" for row in status.trials) - MOST_RUNNING
        parts += [Text(f"and {hidden} more running")] if hidden > 0 else []
    if batches[1]:
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_row(f"batch {batches[0]:,} of {batches[1]:,}", ProgressBar(batches[1], batches[0], width=BAR))
        parts.append(grid)
    return Group(*parts)


def cells_of(status: Status) -> list[dict[str, str]]:
    """Return column -> text of each trial that is shown."""
    best = best_of(status)[:MOST_BEST]
    running = sorted((row for row in status.trials if row["state"] == "running"), key=lambda row: row["trial"])
    shown = [*zip(["best", *[""] * MOST_BEST], best, strict=False), *(("running", row) for row in running)]
    return [_cells(name, row) for name, row in shown[: len(best) + MOST_RUNNING]]


def _cells(name: str, row: Row) -> dict[str, str]:
    from ..tuning.reports.tables import setting_brief

    uar = "" if row["uar"] is None else percent(row["uar"])
    epochs = f"{row['epochs'] or 0} of {row.get('of') or '?'}" if name == "running" else str(row["epochs"])
    # As wide with a running trial as without one, so that nothing jumps aside.
    fixed = {"": name.ljust(len("running")), "trial": str(row["trial"]), "UAR": uar, "epochs": epochs.rjust(7)}
    return fixed | {key: setting_brief(value) for key, value in row["settings"].items()}


def fitting(rows: Sequence[Mapping[str, str]], order: Sequence[str], columns: int) -> list[list[str]]:
    """Return lines of cells, the headings first, that fit in so many columns: of the settings the first of `order`."""
    names, wide = ["", "trial", "UAR", "epochs"], 0
    for name in [*names, *order]:
        cell = max(len(name), *(len(row.get(name, "")) for row in rows)) + BETWEEN
        if name in names[:4]:
            wide += cell
        elif wide + cell <= columns:
            names, wide = [*names, name], wide + cell
    return [names, *([row.get(name, "") for name in names] for row in rows)]


def by_effect(trials: Sequence[Row]) -> list[str]:
    """Return the settings' names by their effect on the UAR, largest first; with few trials as they were suggested."""
    complete = [row for row in trials if row["state"] == "complete" and row["uar"] is not None]
    names = list(dict.fromkeys(name for row in trials for name in row["settings"]))
    if len(complete) < FEWEST_TO_RANK:
        return names
    return sorted(names, key=lambda name: -_effect([row for row in complete if name in row["settings"]], name))


def _effect(rows: Sequence[Row], name: str) -> float:
    """Return the F statistic of the UAR grouped by the setting's values (one-way ANOVA); 0 where it is undefined."""
    from statistics import fmean  # scipy's is imported far more slowly than it is computed here

    groups = list(_groups([row["settings"][name] for row in rows], [row["uar"] for row in rows]))
    if len(groups) < 2 or len(rows) <= len(groups):
        return 0.0
    overall, means = fmean(row["uar"] for row in rows), [fmean(group) for group in groups]
    between = sum(len(group) * (mean - overall) ** 2 for group, mean in zip(groups, means, strict=True))
    within = sum((uar - mean) ** 2 for group, mean in zip(groups, means, strict=True) for uar in group)
    return between / (len(groups) - 1) * (len(rows) - len(groups)) / (within or 1e-12)


def _groups(values: Sequence[Any], uars: Sequence[float]) -> Iterator[list[float]]:
    from statistics import median

    keys = [str(value) for value in values]
    if len(set(keys)) > MOST_GROUPS and all(isinstance(value, int | float) for value in values):
        middle = median(values)
        keys = [str(value > middle) for value in values]
    for key in dict.fromkeys(keys):
        yield [uar for this, uar in zip(keys, uars, strict=True) if this == key]


def _trials_table(lines: Sequence[Sequence[str]]) -> Table:
    from rich.table import Table

    grid = Table.grid(padding=(0, BETWEEN, 0, 0))
    for name in lines[0]:
        grid.add_column(justify="right" if name in ("trial", "UAR", "epochs") else "left", no_wrap=True)
    grid.add_row(*lines[0], style="dim")
    for line in lines[1:]:
        grid.add_row(*line, style={"best": "green", "running": "cyan"}.get(line[0].strip()))
    return grid
