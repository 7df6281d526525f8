"""A comparison as a table for spreadsheets."""

from ...core.serialise import csv_text, spreadsheet_safe
from .comparison import Comparison

COLUMNS = ("case", "recordings", "measure", "quantity", "mean", "low", "high", "n")


def comparison_csv(comparison: Comparison) -> str:
    """Return a row for each quantity of each case: mean probabilities, shares of time, changes."""
    rows = []
    for case in comparison.cases:
        measures = {"mean": case.means, "share of time": case.shares, "change": case.changes or {}}
        for measure, estimates in measures.items():
            for quantity, one in estimates.items():
                numbers = {"mean": one.mean, "low": one.low, "high": one.high}
                row = {name: "" if value is None else f"{value:.4f}" for name, value in numbers.items()}
                named = {"case": spreadsheet_safe(case.name), "recordings": case.recordings, "measure": measure}
                rows.append(named | {"quantity": quantity, "n": one.n} | row)
    return csv_text(COLUMNS, rows)
