"""CSV rows of a picture: one for each face."""

from ...results import cells
from ...results.cells import ANSWER, PLACE, Row
from ...results.layout import Layout
from ...results.prediction import Prediction

face_columns = cells.columns("file", "person", *PLACE, *ANSWER, "notes")


def face_rows(prediction: Prediction) -> list[Row]:
    """Return a row for each face of a picture."""
    return [
        {"file": prediction.source, "person": reading.person, "notes": "; ".join((*prediction.notes, *reading.notes))}
        | cells.place(reading)
        | cells.answer(reading)
        for reading in prediction.readings
    ]


def picture_rows(prediction: Prediction) -> list[Row]:
    """Return a row for each face of a picture, or the one that says why there is none."""
    return face_rows(prediction) or [cells.of_file(prediction)]


LAYOUT = Layout(
    "picture", "faces.csv", face_columns, face_rows, face_columns, picture_rows,
    ("annotated.png", "explanation.png", "feature_maps.png"),
)  # fmt: skip
