"""A text as rows of CSV files: one for each sentence, and one for the whole."""

from ...data.clips import AFFECT_DIMENSIONS
from ...results import cells
from ...results.cells import ANSWER, TIMES, Row
from ...results.layout import Layout
from ...results.prediction import Prediction

sentence_columns = cells.columns(*TIMES, "text", *ANSWER, *AFFECT_DIMENSIONS, "notes")
text_columns = cells.columns("file", "seconds", "sentences", *ANSWER, *AFFECT_DIMENSIONS, "notes")


def sentence_rows(prediction: Prediction) -> list[Row]:
    """Return a row for each sentence of a text."""
    return [cells.sentence(reading) for reading in prediction.readings]


def text_rows(prediction: Prediction) -> list[Row]:
    """Return the single row of a text: its overall reading, or why it could not be read."""
    if prediction.overall is None:
        return [cells.of_file(prediction)]
    length = {} if prediction.seconds is None else {"seconds": f"{prediction.seconds:.2f}"}
    row = length | {"sentences": len(prediction.readings)}
    return [row | cells.answer(prediction.overall) | cells.affect(prediction.overall) | cells.of_file(prediction)]


LAYOUT = Layout(
    "text", "sentences.csv", sentence_columns, sentence_rows, text_columns, text_rows,
    ("highlights.html", "word_counts.csv", "timeline.png",
     "transcript.txt", "transcript.srt", "transcript.vtt", "transcript.json"),
)  # fmt: skip
