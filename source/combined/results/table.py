"""A video's prediction as rows of CSV files: its windows, faces, people and sentences, and the video as a whole."""

from ...data.clips import AFFECT_DIMENSIONS
from ...results import cells
from ...results.cells import ANSWER, PLACE, TIMES, Row
from ...results.layout import Layout
from ...results.prediction import Prediction, Reading
from ..settings import MASKS

MOOD = ("valence", "arousal")
UNIMODAL = tuple(f"{name}_{what}" for name in MASKS for what in ("likeliest", "confidence", "attribution"))

window_columns = cells.columns(*TIMES, "person", "speech_seconds", *ANSWER, *MOOD, *UNIMODAL, "text", "notes")
face_columns = cells.columns(*TIMES, "person", *PLACE, *ANSWER, "notes")
people_columns = cells.columns(*TIMES, "person", *ANSWER, "notes")
sentence_columns = cells.columns(*TIMES, "person", "text", *ANSWER, *AFFECT_DIMENSIONS, *UNIMODAL, "notes")
video_columns = cells.columns("file", "seconds", "people", "speech_seconds", *ANSWER, *MOOD, "notes")


def window_rows(prediction: Prediction) -> list[Row]:
    """Return a row for each window: the answer, and each modality's own answer and attribution."""
    return [
        {"person": reading.person, "text": reading.text} | cells.times(reading) | cells.notes(reading)
        | cells.answer(reading) | cells.affect(reading, MOOD) | _unimodal(reading) | _speech(reading)
        for reading in prediction.readings
    ]  # fmt: skip


def face_rows(prediction: Prediction) -> list[Row]:
    """Return a row for each face and second."""
    return [
        cells.times(face) | {"person": face.person} | cells.place(face) | cells.answer(face) | cells.notes(face)
        for face in prediction.faces
    ]


def people_rows(prediction: Prediction) -> list[Row]:
    """Return a row for each person: from where to where they are seen, and their face's mean answer."""
    return [
        cells.times(person) | {"person": person.person} | cells.answer(person) | cells.notes(person)
        for person in prediction.people
    ]


def sentence_rows(prediction: Prediction) -> list[Row]:
    """Return a row for each sentence."""
    return [
        {"person": sentence.person} | cells.sentence(sentence) | _unimodal(sentence)
        for sentence in prediction.sentences
    ]


def video_rows(prediction: Prediction) -> list[Row]:
    """Return the one row of a video: its overall answer, or why it could not be read."""
    overall = prediction.overall
    if overall is None:
        return [cells.of_file(prediction)]
    video = {"seconds": f"{prediction.seconds or 0:.2f}", "people": len(prediction.people)} | _speech(overall)
    return [video | cells.answer(overall) | cells.affect(overall, MOOD) | cells.of_file(prediction)]


def _unimodal(reading: Reading) -> Row:
    row = {}
    for name, probabilities in (reading.modalities or {}).items():
        unimodal = Reading(probabilities)
        row |= {f"{name}_likeliest": unimodal.likeliest, f"{name}_confidence": f"{unimodal.confidence:.4f}"}
    attribution = {f"{name}_attribution": f"{value:+.4f}" for name, value in (reading.attribution or {}).items()}
    return {name: value for name, value in (row | attribution).items() if name in UNIMODAL}


def _speech(reading: Reading) -> Row:
    return {} if reading.speech_seconds is None else {"speech_seconds": f"{reading.speech_seconds:.2f}"}


TABLES = {  # file -> columns by labels, and rows, of the tables beside timeline.csv
    "faces.csv": (face_columns, face_rows),
    "people.csv": (people_columns, people_rows),
    "sentences.csv": (sentence_columns, sentence_rows),
}

LAYOUT = Layout(
    "video", "timeline.csv", window_columns, window_rows, video_columns, video_rows,
    (
        *TABLES, "frames.csv", "timeline.png", "circumplex.png", "key_frames.png", "transcript.srt", "report.html",
        "annotated.mp4",
    ),
)  # fmt: skip
