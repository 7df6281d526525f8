"""ISEAR (Scherer & Wallbott 1994, J. Pers. Soc. Psychol. 66): people in 37 countries on when they felt seven emotions.

One table, in the forms people have it: the databank's own columns (ID, EMOT, SIT ...), with "|" between them or not;
columns such as text, label, speaker and split; or label and text without a header.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from ...core.errors import DemeanorError
from ...core.hooks import Notify
from ..clips import Clip, numbered
from ..labels import emotion_named
from .folders import SPLIT_FOLDERS, files_below, not_found, notify_left_out
from .recordings import not_an_emotion
from .tables import TABLES, by_column, cleaned, delimiter_of, row_clip, table_rows, unpacked

NAME = "ISEAR"
LICENCE = "for research; its rights unclear"
LABELS = ("joy", "fear", "anger", "sadness", "disgust", "shame", "guilt")  # EMOT counts them from 1
SPELT_OTHERWISE = {"guit": "guilt"}  # in a copy that many have
COLUMNS = {  # field -> the names of its column, the surest first: Field1 is EMOT in words
    "label": ("field1", "label", "emotion", "emot"),
    "text": ("sit", "text", "sentence", "content"),
    "speaker": ("speaker", "id"),
    "split": ("split",),
}
DELIMITERS = "|\t;,"
LINE_ENDS = re.compile(r"(?:Ã¡|á)")  # corrupted line ends; the reports are in plain English
ACCENTS = {"Ã·": "ö", "÷": "ö"}  # the databank's DOS letters
# Texts that report nothing; not recognised by their brackets, for some reports stand in brackets too.
NO_ANSWER = re.compile(
    r"none|nothing|blank|never|never (felt|experienced)\b[^.]*|(does not|doesn't|not) appl(y|icable)\b[^.]*"
    r"|no(t)? (response|description|answer|answered)( given)?|(i )?have (not|never) felt (this|the) emotion\b[^.]*"
    r"|(i )?(do not|don't|can ?not|can't) (know|((remember|recall|think of)\b[^.]*))"
    rf"|(the )?(same as|as for|as in) ((in|for) )?(above|before|{'|'.join(LABELS)})"
)
LOOKED_FOR = "a table called isear.csv, with the columns ID, EMOT and SIT, or label and text"

unpack = unpacked


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the reports of joy, fear, anger, sadness and disgust that say something."""
    tables = [file for file in files_below(folder, TABLES) if "isear" in file.stem.lower()]
    table = min(tables, key=lambda file: TABLES.index(file.suffix.lower()), default=None)
    rows = _rows(table) if table else []
    if not table or not rows:
        raise not_found(NAME, folder, LOOKED_FOR)
    labels = _labels(table, [row["label"] for row in rows])
    clips, reasons = [], []
    for number, row in enumerate(rows, start=1):
        label, text = labels[row["label"]], _text(row["text"])
        emotion, bare = emotion_named(label), text.strip("() .!-").lower()
        if not emotion:
            reasons.append(not_an_emotion(label))
        elif not bare or NO_ANSWER.fullmatch(bare):
            reasons.append("they report nothing")
        else:
            split = SPLIT_FOLDERS.get(row["split"].lower(), "")
            clips.append(row_clip(table, number, NAME, text, emotion=emotion, speaker=row["speaker"], split=split))
    notify_left_out(NAME, reasons, notify)
    return numbered(clips)


def _rows(table: Path) -> list[dict[str, str]]:
    """Return the table's rows with the keys of COLUMNS, "" where there is no such column."""
    delimiter = delimiter_of(table, DELIMITERS)
    rows = table_rows(table, delimiter, quoted=delimiter != "|")
    names = [cell.strip().lower() for cell in rows[0]] if rows else []
    if rows and not set(names) & set(COLUMNS["text"]):
        rows = [_header(table, names, rows), *rows]
    return [
        {key: next((row[name] for name in choices if name in row), "") for key, choices in COLUMNS.items()}
        for row in by_column(rows)
    ]


def _header(table: Path, names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Name the columns of a table without a header: the one with a label, and the longest as its text."""
    labelled = next((place for place, name in enumerate(names) if SPELT_OTHERWISE.get(name, name) in LABELS), None)
    if labelled is None or len(names) < 2:
        raise DemeanorError(f"{table} is not {NAME}: it needs {LOOKED_FOR.partition('with ')[2]}.")
    lengths = [sum(len(row[place]) for row in rows[:100] if place < len(row)) for place in range(len(names))]
    lengths[labelled] = -1
    text = lengths.index(max(lengths))
    return [{labelled: "label", text: "text"}.get(place, f"column {place}") for place in range(len(names))]


def _labels(table: Path, given: Sequence[str]) -> dict[str, str]:
    """Map what is in the column of labels to the label; numbers count LABELS from 1, or from 0 where there is a 0."""
    names = {code: SPELT_OTHERWISE.get(code.lower(), code.lower()) for code in set(given)}
    first = 0 if "0" in names else 1
    numbers = {str(first + place): name for place, name in enumerate(LABELS)}
    labels = {code: numbers.get(name, name) for code, name in names.items()}
    unknown = sorted(code for code, label in labels.items() if label not in LABELS)
    if unknown:
        raise DemeanorError(f"{table}: '{unknown[0]}' is none of {NAME}'s labels: {', '.join(LABELS)}.")
    return labels


def _text(text: str) -> str:
    for wrong, right in ACCENTS.items():
        text = text.replace(wrong, right)
    text = cleaned(LINE_ENDS.sub(" ", text))
    return text[1:-1].strip() if text.startswith("[") and text.endswith("]") else text
