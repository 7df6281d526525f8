"""The trials of a tuning as rows of trials.csv; a `document` is `Tuned.to_dict()`."""

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]
Row = Mapping[str, Any]

MEASURED = (
    *("uar", "val_uar", "val_accuracy", "val_macro_f1", "val_weighted_f1", "val_loss", "best_epoch"),
    *("epochs", "seconds", "parameters", "milliseconds"),
)
TRIALS_COLUMNS = ("trial", "state", *MEASURED, "host", "finished", "why")
STATES = ("complete", "pruned", "failed", "running")


def trial_columns(document: Document) -> tuple[str, ...]:
    """Return TRIALS_COLUMNS, then the varied settings, in the order of the ranges, then the fixed ones."""
    tried = (name for trial in document["trials"] for name in trial["settings"])
    names = dict.fromkeys([*document["ranges"], *tried, *document["fixed"]])
    return (*TRIALS_COLUMNS, *map(setting_column, names))


def trial_rows(document: Document) -> list[dict[str, Any]]:
    """Return a row for each trial, in the document's order (best first), with numbers in full precision."""
    rows = []
    for trial in document["trials"]:
        settings = document["fixed"] | trial["settings"]
        texts = {setting_column(name): setting_text(value) for name, value in settings.items()}
        rows.append({name: trial.get(name) for name in TRIALS_COLUMNS} | texts)
    return rows


def score_name(document: Document) -> str:
    """Return what the UAR of a trial is called."""
    return "UAR on strangers" if document["objective"] == "strangers" else "val UAR"


def setting_column(name: str) -> str:
    """Return the column of a setting; those named like one of TRIALS_COLUMNS get a prefix.

    >>> setting_column("dropout"), setting_column("epochs")
    ('dropout', 'setting_epochs')
    """
    return f"setting_{name}" if name in TRIALS_COLUMNS else name


def setting_text(value: Any) -> str:
    """Format a setting's value as `--set` takes it.

    >>> setting_text(True), setting_text([8, 16]), setting_text(0.1)
    ('true', '8,16', '0.1')
    """
    if isinstance(value, list | tuple):
        return ",".join(map(setting_text, value))
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def setting_brief(value: Any) -> str:
    """Format a setting's value for people: three digits of a number.

    >>> setting_brief(0.00123456), setting_brief(False)
    ('0.00123', 'false')
    """
    return f"{value:.3g}" if isinstance(value, float) else setting_text(value)


def in_state(document: Document, *states: str) -> list[Row]:
    """Return the trials in these states."""
    return [row for row in document["trials"] if row["state"] in states]


def scored(document: Document, *states: str) -> list[Row]:
    """Return the trials in these states (default: complete and pruned) that have a UAR."""
    return [row for row in in_state(document, *(states or ("complete", "pruned"))) if row["uar"] is not None]


def is_default(document: Document, trial: Row) -> bool:
    """Return whether this trial has the default's settings."""
    default = document["default"]
    return bool(default) and all(trial["settings"].get(name) == value for name, value in default.items())


def front_of(document: Document) -> list[Row]:
    """Return the complete trials that no other beats in UAR at no higher cost, the cheapest first."""
    cost, front, best = document["against"] or "parameters", [], float("-inf")
    rows = [row for row in scored(document, "complete") if row[cost] is not None]
    for row in sorted(rows, key=lambda row: (row[cost], -row["uar"])):
        if row["uar"] > best:
            front.append(row)
            best = row["uar"]
    return front
