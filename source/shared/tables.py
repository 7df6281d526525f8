"""Predictions as rows of CSV files: a row a face, a window of a recording or a sentence, and a row a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from source.shared import cells, video_tables
from source.shared.cells import ANSWER, PLACE, TIMES, Row
from source.shared.clips import SCALES
from source.shared.prediction import Prediction, Reading


def face_columns(labels: Sequence[str]) -> tuple[str, ...]:
    return ("file", "person", *PLACE, *ANSWER, *labels, "notes")


def face_rows(prediction: Prediction) -> list[Row]:
    """A row a face of a picture."""
    return [_face_row(prediction, reading) for reading in prediction.readings]


def picture_rows(prediction: Prediction) -> list[Row]:
    """A row a face of a picture, or the one that says why there is none."""
    return face_rows(prediction) or [cells.of_file(prediction)]


def window_columns(labels: Sequence[str]) -> tuple[str, ...]:
    return (*TIMES, "speech_seconds", *ANSWER, *labels, "notes")


def window_rows(prediction: Prediction) -> list[Row]:
    """A row a window of a recording."""
    return [_window_row(reading) | cells.notes(reading) for reading in prediction.readings]


def recording_columns(labels: Sequence[str]) -> tuple[str, ...]:
    return ("file", "seconds", "speech_seconds", *ANSWER, *labels, "notes")


def recording_rows(prediction: Prediction) -> list[Row]:
    """The one row of a recording: what it came to over all, or why it could not be read."""
    if prediction.overall is None:
        return [cells.of_file(prediction)]
    window = _window_row(prediction.overall)
    chosen = {name: value for name, value in window.items() if name in recording_columns(prediction.labels)}
    return [chosen | cells.of_file(prediction) | {"seconds": f"{prediction.seconds or 0:.2f}"}]


def sentence_columns(labels: Sequence[str]) -> tuple[str, ...]:
    return (*TIMES, "text", *ANSWER, *labels, *SCALES, "notes")


def sentence_rows(prediction: Prediction) -> list[Row]:
    """A row a sentence of a text."""
    return [cells.sentence(reading) for reading in prediction.readings]


def text_columns(labels: Sequence[str]) -> tuple[str, ...]:
    return ("file", "seconds", "sentences", *ANSWER, *labels, *SCALES, "notes")


def text_rows(prediction: Prediction) -> list[Row]:
    """The one row of a text: what it came to over all, or why it could not be read."""
    if prediction.overall is None:
        return [cells.of_file(prediction)]
    length = {} if prediction.seconds is None else {"seconds": f"{prediction.seconds:.2f}"}
    what = length | {"sentences": len(prediction.readings)}
    return [what | cells.answer(prediction.overall) | cells.scales(prediction.overall) | cells.of_file(prediction)]


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
    files: tuple[str, ...] = ()
    """Names of the files that may be written beside result.json and the table."""

    @property
    def can_be_left_out(self) -> tuple[str, ...]:
        """Names of the files that a person may do without: all but result.json."""
        return (self.table, *self.files)


LAYOUTS = {  # by the model's name
    "face": Layout(
        "picture", "faces.csv", face_columns, face_rows, face_columns, picture_rows,
        ("annotated.png", "explanation.png", "feature_maps.png"),
    ),
    "audio": Layout(
        "recording", "timeline.csv", window_columns, window_rows, recording_columns, recording_rows, ("timeline.png",)
    ),
    "text": Layout(
        "text", "sentences.csv", sentence_columns, sentence_rows, text_columns, text_rows,
        ("highlights.html", "word_counts.csv", "timeline.png",
         "transcript.txt", "transcript.srt", "transcript.vtt", "transcript.json"),
    ),
    "combined": Layout(
        "video", "timeline.csv", *video_tables.TIMELINE, *video_tables.SUMMARY,
        (*video_tables.BESIDE, "timeline.png", "circumplex.png", "telling_frames.png", "transcript.srt", "report.html",
         "annotated.mp4"),
    ),
}  # fmt: skip


def _face_row(prediction: Prediction, reading: Reading) -> Row:
    notes = "; ".join((*prediction.notes, *reading.notes))
    who = {"file": prediction.source, "person": reading.person}
    return who | cells.place(reading) | cells.answer(reading) | {"notes": notes}


def _window_row(reading: Reading) -> Row:
    speech = {"speech_seconds": f"{reading.speech_seconds or 0:.2f}"}
    return cells.times(reading) | speech | cells.answer(reading)
