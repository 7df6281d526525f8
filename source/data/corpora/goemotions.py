"""GoEmotions (Demszky et al. 2020, arXiv:2005.00547): comments on Reddit, each with one or more of 28 emotions.

The authors' train.tsv, dev.tsv and test.tsv, or one goemotions.csv with the columns text, labels_fine and split.
"""

from collections.abc import Sequence
from pathlib import Path

from ...core.errors import DemeanorError
from ...core.hooks import Notify
from ..clips import Clip, numbered
from .folders import SPLIT_FOLDERS, corpus_folder, not_found, notify_left_out
from .tables import SEVERAL, by_column, cleaned, row_clip, table_rows, unpacked, votes_of

NAME = "GoEmotions"
LICENCE = "Apache-2.0"
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

unpack = unpacked


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the comments; of several emotions only in train, where each has a vote and the first is the emotion."""
    root = corpus_folder(folder, lambda place: any((place / name).is_file() for name in (CSV_FILE, *PARTS.values())))
    clips = _clips(root) if root else []
    if not clips:
        raise not_found(NAME, folder, LOOKED_FOR)
    reasons = [_reason(clip) for clip in clips]
    notify_left_out(NAME, reasons, notify)
    return numbered(clip for clip, reason in zip(clips, reasons, strict=True) if not reason)


def _reason(clip: Clip) -> str:
    """Return why a clip is left out; empty where it is kept."""
    return "they hold no words" if not clip.sentence else SEVERAL if clip.votes and clip.split != "train" else ""


def _clips(root: Path) -> list[Clip]:
    whole = root / CSV_FILE
    if whole.is_file():
        rows = by_column(table_rows(whole))
        if rows and not {"text", "labels_fine", "split"} <= set(rows[0]):
            raise DemeanorError(f"{whole} needs the columns text, labels_fine and split; it has {', '.join(rows[0])}.")
        return [
            _clip(whole, number, row["text"], row["labels_fine"].split("|"), row["split"], row.get("id", ""))
            for number, row in enumerate(rows, start=1)
        ]
    clips = []
    for split, table in ((split, root / name) for split, name in PARTS.items() if (root / name).is_file()):
        # The authors' files have no header, and their quotation marks are text.
        for number, row in enumerate(table_rows(table, "\t", quoted=False), start=1):
            text, labels, name = (*row, "", "")[:3]
            clips.append(_clip(table, number, text, _by_index(labels, table, number), split, name))
    return clips


def _by_index(labels: str, table: Path, number: int) -> list[str]:
    names, indices = list(FINE), labels.split(",")
    if not all(index.isdecimal() and int(index) < len(names) for index in indices):
        raise DemeanorError(f"{table}, row {number}: '{labels}' are not indices of GoEmotions' {len(names)} emotions.")
    return [names[int(index)] for index in indices]


def _clip(table: Path, number: int, text: str, fine: Sequence[str], split: str, name: str) -> Clip:
    if not set(fine) <= set(FINE):
        raise DemeanorError(f"{table}, row {number}: '{'|'.join(fine)}' are none of GoEmotions' {len(FINE)} emotions.")
    # Some published files still have the marks of a CSV cell.
    if len(text) > 1 and text[0] == text[-1] == '"' and '""' in text:
        text = text[1:-1].replace('""', '"')
    emotions = [FINE[label] for label in fine]
    sentiment = round(sum(SENTIMENT[emotion] for emotion in emotions) / len(emotions), 4)
    split, source, text = SPLIT_FOLDERS.get(split, ""), f"{table.name}:{name or number}", cleaned(text)
    return row_clip(
        table, number, NAME, text, emotion=emotions[0], split=split, source=source, votes=votes_of(emotions),
        sentiment=sentiment,
    )  # fmt: skip
