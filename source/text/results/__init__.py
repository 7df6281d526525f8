"""The files that show what a text expresses, beside result.json and sentences.csv."""

from functools import partial

from ...core.serialise import csv_text
from ...results.prediction import Prediction
from ...results.writing import Written, later
from ..utterances import Document
from .highlights import highlights
from .transcript import json_text, srt_text, txt_text, vtt_text

CAPTIONS = {"srt": srt_text, "vtt": vtt_text, "json": json_text}


def result_files(prediction: Prediction, document: Document) -> dict[str, Written]:
    """Return what writes each file, by name; document: what the prediction was made from, an utterance a reading."""
    files = {"highlights.html": later(lambda: highlights(prediction))}
    if document.utterances:
        files["word_counts.csv"] = later(lambda: _word_counts(document))
    if document.utterances and document.seconds:
        labels = [reading.summary if reading.probabilities else "" for reading in prediction.readings]
        files["timeline.png"] = later(lambda: _timeline(prediction))
        files["transcript.txt"] = later(lambda: txt_text(document))
        files |= {f"transcript.{end}": later(partial(text, document, labels)) for end, text in CAPTIONS.items()}
    return files


def _word_counts(document: Document) -> str:
    from ..language.words import COLUMNS, word_counts

    rows = word_counts(utterance.text for utterance in document.utterances)
    return csv_text(COLUMNS, (row | {"share": f"{row['share']:.6f}"} for row in rows))


def _timeline(prediction: Prediction) -> bytes:
    from .figures import timeline

    return timeline(prediction)
