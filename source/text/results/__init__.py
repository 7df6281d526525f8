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
        files["word_counts.csv"] = word_counts_csv(document)
    if document.utterances and document.seconds:
        from .figures import timeline

        files["timeline.png"] = timeline(prediction)
        files |= transcripts(prediction, document)
    return files


def word_counts_csv(document: Document) -> str:
    """Return how often each word is used, as CSV."""
    from ..language.words import COLUMNS, word_counts

    rows = word_counts(utterance.text for utterance in document.utterances)
    return csv_text(COLUMNS, (row | {"share": f"{row['share']:.6f}"} for row in rows))


def transcripts(prediction: Prediction, document: Document) -> dict[str, bytes | str]:
    """Return the words with their times; in all formats except plain text, each sentence with its label."""
    labels = [reading.summary if reading.probabilities else "" for reading in prediction.readings]
    return {
        "transcript.txt": txt_text(document),
        "transcript.srt": srt_text(document, labels),
        "transcript.vtt": vtt_text(document, labels),
        "transcript.json": json_text(document, labels),
    }
