"""Predictions as rows of CSV files: a row a face, a window of a recording or a sentence, and a row a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from source.shared.clips import SCALES
from source.shared.prediction import Prediction, Reading

PLACE = ("left", "top", "right", "bottom")
ANSWER = ("emotion", "likeliest", "confidence")
NOT_SURE = "not sure"
TIMES = ("start_seconds", "end_seconds")

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
    return (*TIMES, "speech_seconds", *ANSWER, *labels, "notes")


def window_rows(prediction: Prediction) -> list[Row]:
    """A row a window of a recording."""
    return [_window_row(reading) | _notes(reading) for reading in prediction.readings]


def recording_columns(labels: Sequence[str]) -> tuple[str, ...]:
    return ("file", "seconds", "speech_seconds", *ANSWER, *labels, "notes")


def recording_rows(prediction: Prediction) -> list[Row]:
    """The one row of a recording: what it came to over all, or why it could not be read."""
    if prediction.overall is None:
        return [_file_row(prediction)]
    window = _window_row(prediction.overall)
    chosen = {name: value for name, value in window.items() if name in recording_columns(prediction.labels)}
    return [chosen | _file_row(prediction) | {"seconds": f"{prediction.seconds or 0:.2f}"}]


def sentence_columns(labels: Sequence[str]) -> tuple[str, ...]:
    return (*TIMES, "text", *ANSWER, *labels, *SCALES, "notes")


def sentence_rows(prediction: Prediction) -> list[Row]:
    """A row a sentence of a text."""
    return [_sentence_row(reading) for reading in prediction.readings]


def text_columns(labels: Sequence[str]) -> tuple[str, ...]:
    return ("file", "seconds", "sentences", *ANSWER, *labels, *SCALES, "notes")


def text_rows(prediction: Prediction) -> list[Row]:
    """The one row of a text: what it came to over all, or why it could not be read."""
    if prediction.overall is None:
        return [_file_row(prediction)]
    length = {} if prediction.seconds is None else {"seconds": f"{prediction.seconds:.2f}"}
    what = length | {"sentences": len(prediction.readings)}
    return [what | _answer(prediction.overall) | _scales(prediction.overall) | _file_row(prediction)]


@dataclass(frozen=True)
class Layout:
    """How what a model says of a file is laid out."""

    noun: str
    """What a file is called, in the singular."""
    table: str
    """Name of the table of its readings."""
    columns: Callable[[Sequence[str]], tuple[str, ...]]
    """Labels -> the table's columns."""
    rows: Callable[[Prediction], list[Row]]
    summary_columns: Callable[[Sequence[str]], tuple[str, ...]]
    """Labels -> the columns of summary.csv, over a folder of files."""
    summary_rows: Callable[[Prediction], list[Row]]


LAYOUTS = {  # by the model's name
    "face": Layout("picture", "faces.csv", face_columns, face_rows, face_columns, picture_rows),
    "audio": Layout("recording", "timeline.csv", window_columns, window_rows, recording_columns, recording_rows),
    "text": Layout("text", "sentences.csv", sentence_columns, sentence_rows, text_columns, text_rows),
}


def _face_row(prediction: Prediction, reading: Reading) -> Row:
    place = {name: f"{edge:.1f}" for name, edge in zip(PLACE, reading.box or (), strict=False)}
    notes = "; ".join((*prediction.notes, *reading.notes))
    return {"file": prediction.source, "person": reading.person, **place, **_answer(reading), "notes": notes}


def _window_row(reading: Reading) -> Row:
    speech = {"speech_seconds": f"{reading.speech_seconds or 0:.2f}"}
    return _times(reading) | speech | _answer(reading)


def _sentence_row(reading: Reading) -> Row:
    return _times(reading) | {"text": reading.text} | _answer(reading) | _scales(reading) | _notes(reading)


def _file_row(prediction: Prediction) -> Row:
    return {"file": prediction.source, "notes": "; ".join(prediction.notes)}


def _answer(reading: Reading) -> Row:
    if not reading.probabilities:
        return {"emotion": reading.said}
    shares = {label: f"{share:.4f}" for label, share in reading.probabilities.items()}
    answer = {"emotion": reading.emotion or NOT_SURE, "likeliest": reading.likeliest}
    return answer | {"confidence": f"{reading.confidence:.4f}"} | shares


def _times(reading: Reading) -> Row:
    times = {name: getattr(reading, name) for name in TIMES}
    return {name: f"{seconds:.2f}" for name, seconds in times.items() if seconds is not None}


def _scales(reading: Reading) -> Row:
    return {name: f"{value:.4f}" for name, value in reading.scales.items()}


def _notes(reading: Reading) -> Row:
    return {"notes": "; ".join(reading.notes)}
