"""SemEval-2018 task 1, E-c (Mohammad et al. 2018): tweets in English, of which several of eleven emotions may hold.

E-c-En-train.txt, E-c-En-dev.txt (or 2018-E-c-En-dev.txt) and the test with its answers: a tweet's ID, its text, and a 1
or a 0 for each emotion.
"""

from html import unescape
from pathlib import Path

from ...core.errors import DemeanorError
from ...core.hooks import Notify
from ..clips import Clip, numbered
from .folders import files_below, not_found, notify_left_out
from .recordings import not_an_emotion
from .tables import SEVERAL, by_column, cleaned, row_clip, table_rows, unpacked, votes_of

NAME = "SemEval2018"
LICENCE = "for research; the tweets are their authors'"
EMOTIONS = {  # as GoEmotions' authors group love and optimism; anticipation, pessimism and trust are none of ours
    "anger": "angry", "disgust": "disgust", "fear": "fear", "joy": "happy", "love": "happy", "optimism": "happy",
    "sadness": "sad", "surprise": "surprise",
}  # fmt: skip
OTHERS = ("anticipation", "pessimism", "trust")
PARTS = {"train": "train", "dev": "val", "test": "test"}
LOOKED_FOR = "E-c-En-train.txt, E-c-En-dev.txt and E-c-En-test-gold.txt"

unpack = unpacked


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the tweets; without any emotion they are neutral, and of several emotions only those of train are kept."""
    clips, reasons = [], []
    for table in files_below(folder, (".txt",)):
        part = next((part for part in PARTS if f"E-c-En-{part}" in table.name), "")
        for number, row in enumerate(by_column(table_rows(table, "\t", quoted=False)) if part else [], start=1):
            clip = _clip(row, table, number, PARTS[part])
            several = clip and clip.votes and clip.split != "train"
            reasons.append(
                not_an_emotion("anticipation, pessimism or trust") if not clip else several and SEVERAL or ""
            )
            clips += [clip] if clip and not several else []
    if not clips:
        raise not_found(NAME, folder, LOOKED_FOR)
    notify_left_out(NAME, reasons, notify)
    return numbered(clips)


def _clip(row: dict[str, str], table: Path, number: int, split: str) -> Clip | None:
    """Return the clip of a row; None where only emotions hold that are none of ours."""
    if not {"id", "tweet", *EMOTIONS, *OTHERS} <= set(row) or {row[name] for name in (*EMOTIONS, *OTHERS)} - {"0", "1"}:
        raise DemeanorError(f"{table}, row {number} is none of {NAME}'s: an ID, a Tweet, and 0 or 1 for each emotion.")
    emotions = [emotion for name, emotion in EMOTIONS.items() if row[name] == "1"]
    if not emotions and any(row[name] == "1" for name in OTHERS):
        return None
    text = cleaned(unescape(row["tweet"]).replace("\\n", " "))
    source, votes = f"{table.name}:{row['id']}", votes_of(emotions)
    return row_clip(
        table, number, NAME, text, emotion=(*emotions, "neutral")[0], split=split, source=source, votes=votes
    )
