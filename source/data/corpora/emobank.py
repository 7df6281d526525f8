"""EmoBank (Buechel & Hahn 2017, EACL): sentences of many genres, each with its mean valence and arousal.

No emotion is named, so a clip has two affect dimensions only. Ratings go from 1 to 5 (self-assessment manikin).
"""

from pathlib import Path

from ...core.errors import DemeanorError
from ...core.hooks import Notify
from ..clips import Clip, numbered
from .folders import SPLIT_FOLDERS, corpus_folder, not_found, notify_left_out
from .tables import cleaned, corpus_table, row_clip, unpacked

NAME = "EmoBank"
LICENCE = "CC BY-SA 4.0"
TABLE = "emobank.csv"
COLUMNS = ("id", "split", "V", "A", "text")
LOWEST, MIDDLE, HIGHEST = 1, 3, 5

unpack = unpacked


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the sentences of emobank.csv that hold words."""
    root = corpus_folder(folder, lambda place: (place / TABLE).is_file())
    rows = corpus_table(NAME, root / TABLE, COLUMNS) if root else []
    if not root or not rows:
        raise not_found(NAME, folder, TABLE)
    clips = [_clip(row, number, root / TABLE) for number, row in enumerate(rows, start=1)]
    kept = [clip for clip in clips if any(map(str.isalnum, clip.sentence))]
    notify_left_out(NAME, ["they hold no words"] * (len(clips) - len(kept)), notify)
    return numbered(kept)


def _clip(row: dict[str, str], number: int, table: Path) -> Clip:
    affect = {"valence": _rating(row, "v", number, table), "arousal": _rating(row, "a", number, table)}
    split = SPLIT_FOLDERS.get(row["split"].lower(), "")
    return row_clip(table, number, NAME, cleaned(row["text"]), split=split, source=f"{TABLE}:{row['id']}", **affect)


def _rating(row: dict[str, str], column: str, number: int, table: Path) -> float:
    """Return the rating in this column, from -1 to 1."""
    try:
        rating = float(row[column])
        if LOWEST <= rating <= HIGHEST:
            return round((rating - MIDDLE) / (HIGHEST - MIDDLE), 4)
    except ValueError:
        pass
    raise DemeanorError(
        f"{table}, row {number}: {column.upper()} is '{row[column]}', no rating from {LOWEST} to {HIGHEST}."
    )
