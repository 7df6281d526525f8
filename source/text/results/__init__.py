"""The files that show what a text expresses, beside result.json and sentences.csv."""

from ...core.serialise import csv_text
from ...results.prediction import Prediction
from ..utterances import Document
from .highlights import highlights
from .transcript import json_text, srt_text, txt_text, vtt_text


def result_files(prediction: Prediction, document: Document) -> dict[str, bytes | str]:
    """Return file name -> content; document: what the prediction was made from, an utterance for each reading."""
    files: dict[str, bytes | str] = {"highlights.html": highlights(prediction)}
    if document.utterances:
        from ..language.words import COLUMNS, word_counts

        rows = word_counts(utterance.text for utterance in document.utterances)
        files["word_counts.csv"] = csv_text(COLUMNS, (row | {"share": f"{row['share']:.6f}"} for row in rows))
    if document.utterances and document.seconds:
        from .figures import timeline

        labels = [reading.summary if reading.probabilities else "" for reading in prediction.readings]
        files["timeline.png"] = timeline(prediction)
        files["transcript.txt"] = txt_text(document)
        for ending, write in {"srt": srt_text, "vtt": vtt_text, "json": json_text}.items():
            files[f"transcript.{ending}"] = write(document, labels)
    return files
