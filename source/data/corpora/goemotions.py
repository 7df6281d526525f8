"""GoEmotions (Demszky et al. 2020, arXiv:2005.00547): comments on Reddit, each with one or more of 28 emotions.

The authors' train.tsv, dev.tsv and test.tsv, or one goemotions.csv with the columns text, labels_fine and split.
"""

from pathlib import Path

from ...core import config
from ...core.errors import DemeanorError
from ..clips import Clip, numbered
from . import Notify
from .folders import SPLIT_FOLDERS, corpus_folder, not_found
from .utterance_tables import by_column, mended, row_clip, say_left_out, table_rows, unpacked

NAME = "GoEmotions"
LICENCE = "Apache-2.0"
SPEAKERS_KNOWN = False
# The 28 in the order of their indices in the .tsv files, each with the emotion in the authors' ekman_mapping.
FINE = {
    "admiration": "happy", "amusement": "happy", "anger": "angry", "annoyance": "angry", "approval": "happy",
    "caring": "happy", "confusion": "surprise", "curiosity": "surprise", "desire": "happy", "disappointment": "sad",
    "disapproval": "angry", "disgust": "disgust", "embarrassment": "sad", "excitement": "happy", "fear": "fear",
    "gratitude": "happy", "grief": "sad", "joy": "happy", "love": "happy", "nervousness": "fear", "optimism": "happy",
    "pride": "happy", "realization": "surprise", "relief": "happy", "remorse": "sad", "sadness": "sad",
    "surprise": "surprise", "neutral": "neutral",
}  # fmt: skip
# The authors' sentiment_mapping divides the 28 along the same lines; what it calls ambiguous is the surprise here.
SENTIMENT = {"happy": 1, "angry": -1, "disgust": -1, "fear": -1, "sad": -1, "surprise": 0, "neutral": 0}
CSV_FILE = "goemotions.csv"
PARTS = {"train": "train.tsv", "val": "dev.tsv", "test": "test.tsv"}
LOOKED_FOR = "train.tsv, dev.tsv and test.tsv, or goemotions.csv"
SEVERAL = "they have several emotions, so that no single answer is right (those of train are kept)"

unpack = unpacked


def load(folder: Path, notify: Notify) -> list[Clip]:
    """The comments; of several emotions only in train, where each of them has a vote and the first is the emotion."""
    root = corpus_folder(folder, lambda place: bool(_tables(place)))
    clips = [clip for table, split in _tables(root) for clip in _read(table, split)] if root else []
    if not root or not clips:
        raise not_found(NAME, folder, LOOKED_FOR)
    reasons = {clip: _reason(clip) for clip in clips}
    say_left_out(NAME, filter(None, reasons.values()), notify)
    return numbered(clip for clip in clips if not reasons[clip])


def _tables(folder):
    """The tables in `folder`, each with its split; "" where the table's own column says."""
    parts = [(folder / name, split) for split, name in PARTS.items() if (folder / name).is_file()]
    whole = [(folder / CSV_FILE, "")] if (folder / CSV_FILE).is_file() else []
    return whole or parts


def _reason(clip):
    return "they hold no words" if not clip.sentence else SEVERAL if clip.votes and clip.split != "train" else ""


def _read(table, split):
    if split:  # the authors' files have no header, and their quotation marks are text
        rows = [(*row, "", "")[:3] for row in table_rows(table, "\t", quoted=False)]
        return [
            _clip(table, number, text, _by_index(labels, table, number), split, name)
            for number, (text, labels, name) in enumerate(rows, start=1)
        ]
    rows = by_column(table_rows(table))
    if rows and not {"text", "labels_fine", "split"} <= set(rows[0]):
        raise DemeanorError(f"{table} needs the columns text, labels_fine and split; it has {', '.join(rows[0])}.")
    return [
        _clip(table, number, row["text"], row["labels_fine"].split("|"), row["split"], row.get("id", ""))
        for number, row in enumerate(rows, start=1)
    ]


def _by_index(labels, table, number):
    names, indices = list(FINE), labels.split(",")
    if not all(index.isdecimal() and int(index) < len(names) for index in indices):
        raise DemeanorError(f"{table}, row {number}: '{labels}' are not indices of GoEmotions' {len(names)} emotions.")
    return [names[int(index)] for index in indices]


def _clip(table, number, text, fine, split, name):
    if not set(fine) <= set(FINE):
        raise DemeanorError(f"{table}, row {number}: '{'|'.join(fine)}' are none of GoEmotions' {len(FINE)} emotions.")
    emotions = [FINE[label] for label in fine]
    several = len(set(emotions)) > 1
    return row_clip(
        table, number, NAME, mended(_unquoted(text)),
        emotion=emotions[0],
        split=SPLIT_FOLDERS.get(split, ""),
        source=f"{table.name}:{name or number}",
        votes=tuple(float(emotion in emotions) for emotion in config.EMOTIONS) if several else (),
        sentiment=round(sum(SENTIMENT[emotion] for emotion in emotions) / len(emotions), 4),
    )  # fmt: skip


def _unquoted(text):
    """The text without the marks of a CSV file that it once stood in, which the published files still have."""
    once_a_cell = len(text) > 1 and text[0] == text[-1] == '"' and '""' in text
    return text[1:-1].replace('""', '"') if once_a_cell else text
