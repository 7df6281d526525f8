"""CSV rows of a recording: one for each window, and one for the whole."""

from ...results import cells
from ...results.cells import ANSWER, TIMES, Row
from ...results.layout import Layout
from ...results.prediction import Prediction, Reading

window_columns = cells.columns(*TIMES, "speech_seconds", *ANSWER, "notes")
recording_columns = cells.columns("file", "seconds", "speech_seconds", *ANSWER, "notes")


def window_rows(prediction: Prediction) -> list[Row]:
    """Return a row for each window of a recording."""
    return [_window_row(reading) | cells.notes(reading) for reading in prediction.readings]


def recording_rows(prediction: Prediction) -> list[Row]:
    """Return the one row of a recording: its overall reading, or why it could not be read."""
    if prediction.overall is None:
        return [cells.of_file(prediction)]
    window = _window_row(prediction.overall)
    chosen = {name: value for name, value in window.items() if name in recording_columns(prediction.labels)}
    return [chosen | cells.of_file(prediction) | {"seconds": f"{prediction.seconds or 0:.2f}"}]


def _window_row(reading: Reading) -> Row:
    speech = {"speech_seconds": f"{reading.speech_seconds or 0:.2f}"}
    return cells.times(reading) | speech | cells.answer(reading)


LAYOUT = Layout(
    "recording", "timeline.csv", window_columns, window_rows, recording_columns, recording_rows, ("timeline.png",)
)
