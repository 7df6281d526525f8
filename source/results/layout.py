"""How the results of each model are laid out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .cells import Row
from .prediction import Prediction


@dataclass(frozen=True)
class Layout:
    """How the results of one file are laid out."""

    noun: str
    """What a file is called, in the singular."""
    table: str
    """Name of the table of readings."""
    columns: Callable[[Sequence[str]], tuple[str, ...]]
    """Labels -> the table's columns."""
    rows: Callable[[Prediction], list[Row]]
    summary_columns: Callable[[Sequence[str]], tuple[str, ...]]
    """Labels -> the columns of summary.csv, over a folder of files."""
    summary_rows: Callable[[Prediction], list[Row]]
    files: tuple[str, ...] = ()
    """Names of the files that may be written beside result.json and the table."""

    @property
    def can_be_left_out(self) -> tuple[str, ...]:
        """Names of the files that may be left out: all but result.json."""
        return (self.table, *self.files)
