"""The trials of a tuning as rows of trials.csv; a `document` here is `Tuned.to_dict()`."""

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]
Row = Mapping[str, Any]

TRIALS_COLUMNS = (
    "trial", "state", "val_uar", "val_accuracy", "val_macro_f1", "val_weighted_f1", "val_loss", "best_epoch", "epochs",
    "seconds", "parameters", "milliseconds", "host", "finished", "why",
)  # fmt: skip
STATES = ("complete", "pruned", "failed", "running")


def trial_columns(document: Document) -> tuple[str, ...]:
    """TRIALS_COLUMNS, then every setting that was varied or fixed."""
    return (*TRIALS_COLUMNS, *map(setting_column, setting_names(document)))


def trial_rows(document: Document) -> list[dict[str, Any]]:
    """A row a trial, in the document's order (best first); numbers are whole, so that a row can be repeated exactly."""
    return [_row(document, trial) for trial in document["trials"]]


def _row(document, trial):
    settings = (document["fixed"] | trial["settings"]).items()
    texts = {setting_column(name): setting_text(value) for name, value in settings}
    return {name: trial.get(name) for name in TRIALS_COLUMNS} | texts


def setting_names(document: Document) -> list[str]:
    """The varied settings, in the order of the ranges, then the fixed ones."""
    tried = (name for trial in document["trials"] for name in trial["settings"])
    return list(dict.fromkeys([*document["ranges"], *tried, *document["fixed"]]))


def setting_column(name: str) -> str:
    """The column of a setting; those called like a column of TRIALS_COLUMNS are set apart.

    >>> setting_column("dropout"), setting_column("epochs")
    ('dropout', 'setting_epochs')
    """
    return f"setting_{name}" if name in TRIALS_COLUMNS else name


def setting_text(value: Any) -> str:
    """A setting's value as `--set` takes it.

    >>> setting_text(True), setting_text([8, 16]), setting_text(0.1)
    ('true', '8,16', '0.1')
    """
    if isinstance(value, list | tuple):
        return ",".join(map(setting_text, value))
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def setting_brief(value: Any) -> str:
    """The same for people: of a number the digits that tell.

    >>> setting_brief(0.00123456), setting_brief(False)
    ('0.00123', 'false')
    """
    return f"{value:.3g}" if isinstance(value, float) else setting_text(value)


def in_state(document: Document, *states: str) -> list[Row]:
    """The trials in these states."""
    return [row for row in document["trials"] if row["state"] in states]


def scored(document: Document, *states: str) -> list[Row]:
    """The trials in these states (default: complete and pruned) that have a val UAR."""
    return [row for row in in_state(document, *(states or ("complete", "pruned"))) if row["val_uar"] is not None]


def is_default(document: Document, trial: Row) -> bool:
    """Whether this trial is of the default's settings."""
    default = document["default"]
    return bool(default) and all(trial["settings"].get(name) == value for name, value in default.items())


def cost_of(document: Document) -> str:
    """What the score is drawn against: the second objective, where there is one, else the parameters."""
    return document["against"] or "parameters"


def front_of(document: Document) -> list[Row]:
    """The complete trials that no other beats in val UAR without costing more, the cheapest first."""
    cost, found, best = cost_of(document), [], float("-inf")
    rows = [row for row in scored(document, "complete") if row[cost] is not None]
    for row in sorted(rows, key=lambda row: (row[cost], -row["val_uar"])):
        if row["val_uar"] > best:
            found.append(row)
            best = row["val_uar"]
    return found
