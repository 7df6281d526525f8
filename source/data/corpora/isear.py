"""ISEAR (Scherer & Wallbott 1994, J. Pers. Soc. Psychol. 66): people in 37 countries on when they felt seven emotions.

One table, in the forms people have it: the databank's own columns (ID, EMOT, SIT ...), with "|" between them or not;
columns such as text, label, speaker and split; or label and text without a header.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from ...core.errors import DemeanorError
from ..clips import Clip, numbered
from ..labels import emotion_named
from . import Notify
from .folders import SPLIT_FOLDERS, files_below, not_found
from .utterance_tables import TABLES, by_column, mended, row_clip, say_left_out, table_rows, unpacked

NAME = "ISEAR"
LICENCE = "for research; its rights unclear"
SPEAKERS_KNOWN = True
LABELS = ("joy", "fear", "anger", "sadness", "disgust", "shame", "guilt")  # EMOT counts them from 1
SPELT_OTHERWISE = {"guit": "guilt"}  # in a copy that many have
COLUMNS = {  # what we take -> what it is called, the surest name first: Field1 is EMOT in words
    "label": ("field1", "label", "emotion", "emot"),
    "text": ("sit", "text", "sentence", "content"),
    "speaker": ("speaker", "id"),
    "split": ("split",),
}
DELIMITERS = "|\t;,"
LINE_ENDS = re.compile(r"(?:Ã¡|á)")  # what became of the ends of lines; the reports are in plain English
ACCENTS = {"Ã·": "ö", "÷": "ö"}  # the databank's DOS letters
# Texts that say that there is nothing to say; not by their brackets, for some reports stand in such, too.
NO_ANSWER = re.compile(
    r"none|nothing|blank|never|never (felt|experienced)\b[^.]*|(does not|doesn't|not) appl(y|icable)\b[^.]*"
    r"|no(t)? (response|description|answer|answered)( given)?|(i )?have (not|never) felt (this|the) emotion\b[^.]*"
    r"|(i )?(do not|don't|can ?not|can't) (know|((remember|recall|think of)\b[^.]*))"
    rf"|(the )?(same as|as for|as in) ((in|for) )?(above|before|{'|'.join(LABELS)})"
)
LOOKED_FOR = "a table called isear.csv, with the columns ID, EMOT and SIT, or label and text"

unpack = unpacked


def load(folder: Path, notify: Notify) -> list[Clip]:
    """The reports of joy, fear, anger, sadness and disgust; without those that say nothing."""
    tables = [file for file in files_below(folder, TABLES) if "isear" in file.stem.lower()]
    table = min(tables, key=lambda file: TABLES.index(file.suffix.lower()), default=None)
    rows = _rows(table) if table else []
    if not table or not rows:
        raise not_found(NAME, folder, LOOKED_FOR)
    label = _labels(table, [row["label"] for row in rows])
    texts = [_text(row["text"]) for row in rows]
    reasons = [_reason(label[row["label"]], text) for row, text in zip(rows, texts, strict=True)]
    say_left_out(NAME, filter(None, reasons), notify)
    each = zip(rows, texts, reasons, strict=True)
    return numbered(
        _clip(table, number, row, text, label) for number, (row, text, why) in enumerate(each, start=1) if not why
    )


def _rows(table: Path) -> list[dict[str, str]]:
    """The table's rows with the keys of COLUMNS, "" where there is no such column."""
    with table.open("rb") as stream:
        first = stream.readline().decode("utf-8-sig", "replace")
    delimiter = max(DELIMITERS, key=first.count)
    rows = table_rows(table, delimiter, quoted=delimiter != "|")
    names = [cell.strip().lower() for cell in rows[0]] if rows else []
    if rows and not set(names) & set(COLUMNS["text"]):
        rows = [_made_up_header(table, names, rows), *rows]
    return [
        {key: next((row[name] for name in choices if name in row), "") for key, choices in COLUMNS.items()}
        for row in by_column(rows)
    ]


def _made_up_header(table, names, rows):
    """The names of the columns of a table without a header: the one with a label, and the longest."""
    labelled = next((place for place, name in enumerate(names) if SPELT_OTHERWISE.get(name, name) in LABELS), None)
    if labelled is None or len(names) < 2:
        raise DemeanorError(f"{table} is not {NAME}: it needs {LOOKED_FOR.partition('with ')[2]}.")
    lengths = [sum(len(row[place]) for row in rows[:100] if place < len(row)) for place in range(len(names))]
    lengths[labelled] = -1
    text = lengths.index(max(lengths))
    return [{labelled: "label", text: "text"}.get(place, f"column {place}") for place in range(len(names))]


def _labels(table: Path, given: Sequence[str]) -> dict[str, str]:
    """What is in the column of labels -> the label; numbers count LABELS from 1, or from 0 where there is a 0."""
    names = {code: SPELT_OTHERWISE.get(code.lower(), code.lower()) for code in set(given)}
    first = 0 if "0" in names else 1
    numbers = {str(first + place): name for place, name in enumerate(LABELS)}
    labels = {code: numbers.get(name, name) for code, name in names.items()}
    unknown = sorted(code for code, label in labels.items() if label not in LABELS)
    if unknown:
        raise DemeanorError(f"{table}: '{unknown[0]}' is none of {NAME}'s labels: {', '.join(LABELS)}.")
    return labels


def _text(text):
    for wrong, right in ACCENTS.items():
        text = text.replace(wrong, right)
    text = mended(LINE_ENDS.sub(" ", text))
    return text[1:-1].strip() if text.startswith("[") and text.endswith("]") else text


def _reason(label, text):
    if not emotion_named(label):
        return f"{label} is none of the emotions told apart"
    bare = text.strip("() .!-").lower()
    return "they report nothing" if not bare or NO_ANSWER.fullmatch(bare) else ""


def _clip(table, number, row, text, label):
    split = SPLIT_FOLDERS.get(row["split"].lower(), "")
    emotion = emotion_named(label[row["label"]])
    return row_clip(table, number, NAME, text, emotion=emotion, speaker=row["speaker"], split=split)
