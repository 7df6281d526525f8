"""XED (Öhman et al. 2020, arXiv:2011.01612): lines of film subtitles, each with some of Plutchik's emotions.

The English part: en-annotated.tsv, of a text and the numbers of its emotions, and neu_en.txt, of lines without any.
Nothing says which film a line is from, so each is split by itself.
"""

import re
from pathlib import Path

from ...core.errors import DemeanorError
from ...core.hooks import Notify
from ..clips import Clip, numbered
from .folders import corpus_folder, not_found, notify_left_out
from .recordings import not_an_emotion
from .tables import cleaned, row_clip, table_rows, unpacked, votes_of

NAME = "XED"
LICENCE = "CC BY 4.0"
ANNOTATED, NEUTRAL = "en-annotated.tsv", "neu_en.txt"
EMOTIONS = {  # number -> emotion; anticipation (2) and trust (8) are none of ours
    "1": "angry", "3": "disgust", "4": "fear", "5": "happy", "6": "sad", "7": "surprise", "9": "neutral",
}  # fmt: skip
NUMBERS = "123456789"
PLACEHOLDER = re.compile(r"\[[A-Z]+\]")
BEFORE_MARK = re.compile(r" (?=[.!?:;])")
COMMA = re.compile(r" ?,")

unpack = unpacked


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the lines that show an emotion of ours, or none; those of several are for training alone, with votes.

    Annotated lines are written as the neutral ones are, without commas and blanks before a mark, and those that hide a
    name as [PERSON] are left out: else the spelling would tell which lines are neutral.
    """
    root = corpus_folder(folder, lambda place: (place / ANNOTATED).is_file())
    rows = [(ANNOTATED, row[0], row[1:]) for row in _rows(root / ANNOTATED)] if root else []
    if not root or not rows:
        raise not_found(NAME, folder, f"{ANNOTATED} and {NEUTRAL}")
    rows += [(NEUTRAL, " ".join(row[1:]), row[:1]) for row in _rows(root / NEUTRAL)]
    clips, reasons = [], []
    for line, (table, text, numbers) in enumerate(rows, start=1):
        given = [number.strip() for number in ",".join(numbers).split(",")]
        if not set(given) <= set(NUMBERS):
            raise DemeanorError(f"{root / table}: '{', '.join(given)}' beside '{text}' are no numbers from 1 to 9.")
        emotions = [EMOTIONS[number] for number in given if number in EMOTIONS]
        text = cleaned(COMMA.sub("", BEFORE_MARK.sub("", text)))
        if not emotions:
            reasons.append(not_an_emotion("anticipation or trust"))
        elif PLACEHOLDER.search(text):
            reasons.append("they hide a name, which lines without emotion do not")
        elif not any(map(str.isalpha, text)):
            reasons.append("they hold no words")
        else:
            votes = votes_of(emotions)
            split = "train" if votes else ""
            clips.append(row_clip(root / table, line, NAME, text, emotion=emotions[0], split=split, votes=votes))
    notify_left_out(NAME, reasons, notify)
    return numbered(clips)


def _rows(table: Path) -> list[list[str]]:
    return table_rows(table, "\t", quoted=False) if table.is_file() else []
