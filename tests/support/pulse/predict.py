"""A file with a pulse -> what it displays."""

from collections.abc import Callable
from pathlib import Path

from ..media.selection import WHOLE, Selection
from ..results.predicting import Result
from ..results.prediction import Prediction, Reading
from ..training.checkpoint import Trained


def read(
    source: Path,
    trained: Trained,
    notify: Callable[[str], None] = print,
    on_progress: Callable[[int, int], None] | None = None,
    selection: Selection = WHOLE,
) -> Result:
    """Return the Prediction of the file: one Reading."""
    arrays = {name: array[None] for name, array in trained.spec.extract(source, trained.settings).items()}
    probabilities = dict(zip(trained.labels, map(float, trained.probabilities(arrays)[0]), strict=True))
    return Result(Prediction(str(source), trained.spec.name, trained.labels, (Reading(probabilities),)))
