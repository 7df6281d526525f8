"""CSV rows of a picture: one for each face."""

from collections.abc import Sequence

from ...results import cells
from ...results.cells import ANSWER, PLACE, Row
from ...results.layout import Layout
from ...results.prediction import Prediction, Reading


def face_columns(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of a table of faces."""
    return ("file", "person", *PLACE, *ANSWER, *labels, "notes")


def face_rows(prediction: Prediction) -> list[Row]:
    """Return a row for each face of a picture."""
    return [_face_row(prediction, reading) for reading in prediction.readings]


def picture_rows(prediction: Prediction) -> list[Row]:
    """Return a row for each face of a picture, or the one that says why there is none."""
    return face_rows(prediction) or [cells.of_file(prediction)]


def _face_row(prediction: Prediction, reading: Reading) -> Row:
    notes = "; ".join((*prediction.notes, *reading.notes))
    who = {"file": prediction.source, "person": reading.person}
    return who | cells.place(reading) | cells.answer(reading) | {"notes": notes}


LAYOUT = Layout(
    "picture", "faces.csv", face_columns, face_rows, face_columns, picture_rows,
    ("annotated.png", "explanation.png", "feature_maps.png"),
)  # fmt: skip
