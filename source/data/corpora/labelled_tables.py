"""Any corpus of texts that is a table: .csv or .tsv, with a column of texts and one of labels."""

from pathlib import Path

from ...core.hooks import Notify
from ..clips import Clip, numbered
from ..labels import emotion_named
from .folders import SPLIT_FOLDERS, files_below, notify_left_out
from .recordings import not_an_emotion
from .tables import by_column, cleaned, delimiter_of, row_clip, table_rows

COLUMNS = {  # field -> the names of its column, the surest first
    "text": ("text", "sentence", "utterance", "tweet", "content"),
    "label": ("label", "emotion"),
    "speaker": ("speaker", "author"),
    "split": ("split",),
}
MEANINGS = "labels.csv"  # beside the tables: label, emotion; where emotion is empty, texts of that label are left out
LOOKED_FOR = "a table (.csv, .tsv) with the columns text and label"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the texts of every table in `folder` that has a text and a label; none where there is no such table.

    A label is an emotion's name in any spelling, or what labels.csv says it means. Texts of other labels are left out.
    """
    tables = {file: by_column(table_rows(file, delimiter_of(file))) for file in files_below(folder, (".csv", ".tsv"))}
    of_labels = [row for file, rows in tables.items() if file.name.lower() == MEANINGS for row in rows]
    meanings = {row["label"].lower(): row["emotion"] for row in of_labels if {"label", "emotion"} <= set(row)}
    clips, reasons = [], []
    for table, rows in tables.items():
        for number, row in enumerate(map(_fields, rows), start=1):
            if not row:
                break  # a table of something else
            label, text = row["label"].lower(), cleaned(row["text"])
            emotion = emotion_named(meanings.get(label, label))
            if not emotion or not text:
                reasons.append(not_an_emotion(row["label"] or "no label") if text else "they hold no words")
                continue
            split = SPLIT_FOLDERS.get((row["split"] or table.stem).lower(), "")
            speaker = row["speaker"]
            clips.append(row_clip(table, number, folder.name, text, emotion=emotion, speaker=speaker, split=split))
    if clips:
        notify_left_out(folder.name, reasons, notify)
    return numbered(clips)


def _fields(row: dict[str, str]) -> dict[str, str]:
    """Return a row by the keys of COLUMNS, "" where there is no such column; nothing for want of a text or a label."""
    found = {key: next((name for name in names if name in row), "") for key, names in COLUMNS.items()}
    return {key: row.get(name, "") for key, name in found.items()} if found["text"] and found["label"] else {}
