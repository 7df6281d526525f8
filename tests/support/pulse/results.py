"""How the results of the pulse model are laid out: a row a file."""

from collections.abc import Sequence

from ..results import cells
from ..results.layout import Layout
from ..results.prediction import Prediction


def columns(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of pulse.csv and of summary.csv."""
    return ("file", *cells.ANSWER, *labels, "notes")


def rows(prediction: Prediction) -> list[cells.Row]:
    """Return the one row of a pulse: its answer, or why it could not be read."""
    return [cells.of_file(prediction) | cells.answer(reading) for reading in prediction.readings] or [
        cells.of_file(prediction)
    ]


LAYOUT = Layout("pulse", "pulse.csv", columns, rows, columns, rows)
