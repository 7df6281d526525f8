"""CSV rows of a recording: one for each window, and one for the whole."""

from ...results import cells
from ...results.cells import ANSWER, TIMES, Row
from ...results.layout import Layout
from ...results.prediction import Prediction, Reading

window_columns = cells.columns(*TIMES, "speech_seconds", *ANSWER, "notes")
recording_columns = cells.columns("file", "seconds", "speech_seconds", *ANSWER, "notes")


def window_rows(prediction: Prediction) -> list[Row]:
    """Return a row for each window of a recording."""
    return [cells.times(reading) | _answer(reading) | cells.notes(reading) for reading in prediction.readings]


def recording_rows(prediction: Prediction) -> list[Row]:
    """Return the one row of a recording: its overall reading, or why it could not be read."""
    if prediction.overall is None:
        return [cells.of_file(prediction)]
    seconds = {"seconds": f"{prediction.seconds or 0:.2f}"}
    return [seconds | _answer(prediction.overall) | cells.of_file(prediction)]


def _answer(reading: Reading) -> Row:
    return {"speech_seconds": f"{reading.speech_seconds or 0:.2f}"} | cells.answer(reading)


LAYOUT = Layout(
    "recording", "timeline.csv", window_columns, window_rows, recording_columns, recording_rows, ("timeline.png",)
)
