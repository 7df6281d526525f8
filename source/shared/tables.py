"""Predictions as rows of CSV files: a row a face, a row a window of a recording, a row a recording."""

from collections.abc import Sequence
from typing import Any

from source.shared.prediction import Prediction, Reading

PLACE = ("left", "top", "right", "bottom")
ANSWER = ("emotion", "likeliest", "confidence")
NOT_SURE = "not sure"
NO_SPEECH = "no speech"

Row = dict[str, Any]


def face_columns(labels: Sequence[str]) -> tuple[str, ...]:
    return ("file", "person", *PLACE, *ANSWER, *labels, "notes")


def face_rows(prediction: Prediction) -> list[Row]:
    """A row a face of a picture."""
    return [_face_row(prediction, reading) for reading in prediction.readings]


def picture_rows(prediction: Prediction) -> list[Row]:
    """A row a face of a picture, or the one that says why there is none."""
    return face_rows(prediction) or [_file_row(prediction)]


def window_columns(labels: Sequence[str]) -> tuple[str, ...]:
    return ("start_seconds", "end_seconds", "speech_seconds", *ANSWER, *labels, "notes")


def window_rows(prediction: Prediction) -> list[Row]:
    """A row a window of a recording."""
    return [_window_row(reading) | {"notes": "; ".join(reading.notes)} for reading in prediction.readings]


def recording_columns(labels: Sequence[str]) -> tuple[str, ...]:
    return ("file", "seconds", "speech_seconds", *ANSWER, *labels, "notes")


def recording_rows(prediction: Prediction) -> list[Row]:
    """The one row of a recording: what it came to over all, or why it could not be read."""
    if prediction.overall is None:
        return [_file_row(prediction)]
    window = _window_row(prediction.overall)
    chosen = {name: value for name, value in window.items() if name in recording_columns(prediction.labels)}
    return [chosen | _file_row(prediction) | {"seconds": f"{prediction.seconds or 0:.2f}"}]


def _face_row(prediction: Prediction, reading: Reading) -> Row:
    place = {name: f"{edge:.1f}" for name, edge in zip(PLACE, reading.box or (), strict=False)}
    notes = "; ".join((*prediction.notes, *reading.notes))
    return {"file": prediction.source, "person": reading.person, **place, **_answer(reading), "notes": notes}


def _window_row(reading: Reading) -> Row:
    times = {name: getattr(reading, name) for name in ("start_seconds", "end_seconds", "speech_seconds")}
    return {name: f"{seconds or 0:.2f}" for name, seconds in times.items()} | _answer(reading)


def _file_row(prediction: Prediction) -> Row:
    return {"file": prediction.source, "notes": "; ".join(prediction.notes)}


def _answer(reading: Reading) -> Row:
    if not reading.probabilities:
        return {"emotion": NO_SPEECH}
    shares = {label: f"{share:.4f}" for label, share in reading.probabilities.items()}
    answer = {"emotion": reading.emotion or NOT_SURE, "likeliest": reading.likeliest}
    return answer | {"confidence": f"{reading.confidence:.4f}"} | shares
