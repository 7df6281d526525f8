"""A video's prediction as rows of CSV files: its windows, faces, people and sentences, and the video as a whole."""

from collections.abc import Sequence

from ...data.clips import AFFECT_DIMENSIONS
from ...results import cells
from ...results.cells import ANSWER, PLACE, TIMES, Row
from ...results.layout import Layout
from ...results.prediction import Prediction, Reading
from ..settings import MASKS

MOOD = ("valence", "arousal")
ALONE = tuple(f"{name}_{what}" for name in MASKS for what in ("likeliest", "confidence", "attribution"))


def moment_columns(labels: Sequence[str]) -> tuple[str, ...]:
    return (*TIMES, "person", "speech_seconds", *ANSWER, *labels, *MOOD, *ALONE, "text", "notes")


def moment_rows(prediction: Prediction) -> list[Row]:
    """A row a window of a video: the answer, and what each modality said by itself and gave to the answer."""
    return [
        cells.times(reading)
        | {"person": reading.person}
        | _speech(reading)
        | cells.answer(reading)
        | cells.affect(reading, MOOD)
        | _said_alone(reading)
        | {"text": reading.text}
        | cells.notes(reading)
        for reading in prediction.readings
    ]


def seen_columns(labels: Sequence[str]) -> tuple[str, ...]:
    return (*TIMES, "person", *PLACE, *ANSWER, *labels, "notes")


def seen_rows(prediction: Prediction) -> list[Row]:
    """A row a face and second of a video."""
    return [cells.times(face) | {"person": face.person} | cells.place(face) | cells.answer(face) | cells.notes(face)
            for face in prediction.faces]  # fmt: skip


def people_columns(labels: Sequence[str]) -> tuple[str, ...]:
    return (*TIMES, "person", *ANSWER, *labels, "notes")


def people_rows(prediction: Prediction) -> list[Row]:
    """A row a person of a video: from where to where they are seen, and what their face came to."""
    return [
        cells.times(one) | {"person": one.person} | cells.answer(one) | cells.notes(one) for one in prediction.people
    ]


def spoken_columns(labels: Sequence[str]) -> tuple[str, ...]:
    return (*TIMES, "person", "text", *ANSWER, *labels, *AFFECT_DIMENSIONS, *ALONE, "notes")


def spoken_rows(prediction: Prediction) -> list[Row]:
    """A row a sentence that is said in a video."""
    return [{"person": one.person} | cells.sentence(one) | _said_alone(one) for one in prediction.sentences]


def video_columns(labels: Sequence[str]) -> tuple[str, ...]:
    return ("file", "seconds", "people", "speech_seconds", *ANSWER, *labels, *MOOD, "notes")


def video_rows(prediction: Prediction) -> list[Row]:
    """The one row of a video: what it came to over all, or why it could not be read."""
    overall = prediction.overall
    if overall is None:
        return [cells.of_file(prediction)]
    what = {"seconds": f"{prediction.seconds or 0:.2f}", "people": len(prediction.people)} | _speech(overall)
    return [what | cells.answer(overall) | cells.affect(overall, MOOD) | cells.of_file(prediction)]


def _said_alone(reading: Reading) -> Row:
    """What each modality said by itself, and by how much less probable the answer would be without it."""
    row = {}
    for name, probabilities in (reading.modalities or {}).items():
        alone = Reading(probabilities)
        row |= {f"{name}_likeliest": alone.likeliest, f"{name}_confidence": f"{alone.confidence:.4f}"}
    attribution = {f"{name}_attribution": f"{value:+.4f}" for name, value in (reading.attribution or {}).items()}
    return {name: value for name, value in (row | attribution).items() if name in ALONE}


def _speech(reading: Reading) -> Row:
    return {} if reading.speech_seconds is None else {"speech_seconds": f"{reading.speech_seconds:.2f}"}


TIMELINE, SUMMARY = (moment_columns, moment_rows), (video_columns, video_rows)
BESIDE = {  # file -> columns by labels, and rows, of the tables beside timeline.csv
    "faces.csv": (seen_columns, seen_rows),
    "people.csv": (people_columns, people_rows),
    "sentences.csv": (spoken_columns, spoken_rows),
}

LAYOUT = Layout(
    "video", "timeline.csv", *TIMELINE, *SUMMARY,
    (*BESIDE, "timeline.png", "circumplex.png", "key_frames.png", "transcript.srt", "report.html",
     "annotated.mp4"),
)  # fmt: skip
