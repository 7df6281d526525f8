"""EmoBank (Buechel & Hahn 2017, EACL): sentences of many genres, each with its mean valence and arousal.

No emotion is named, so a clip has these two affect dimensions only. Ratings go from 1 to 5 (self-assessment manikin);
3 is neutral.
"""

from pathlib import Path

from ...core.errors import DemeanorError
from ..clips import Clip, numbered
from . import Notify
from .folders import SPLIT_FOLDERS, corpus_folder, not_found
from .utterance_tables import by_column, mended, row_clip, say_left_out, table_rows, unpacked

NAME = "EmoBank"
LICENCE = "CC BY-SA 4.0"
SPEAKERS_KNOWN = False
TABLE = "emobank.csv"
COLUMNS = ("id", "split", "v", "a", "text")
LOWEST, MIDDLE, HIGHEST = 1, 3, 5

unpack = unpacked


def load(folder: Path, notify: Notify) -> list[Clip]:
    """The sentences of emobank.csv; one without words is left out."""
    root = corpus_folder(folder, lambda place: (place / TABLE).is_file())
    rows = by_column(table_rows(root / TABLE)) if root else []
    if not root or not rows:
        raise not_found(NAME, folder, TABLE)
    if not set(COLUMNS) <= set(rows[0]):
        raise DemeanorError(f"{root / TABLE} is not EmoBank's table: it needs the columns id, split, V, A and text.")
    clips = [_clip(row, number, root / TABLE) for number, row in enumerate(rows, start=1)]
    kept = [clip for clip in clips if any(map(str.isalnum, clip.sentence))]
    say_left_out(NAME, ["they hold no words"] * (len(clips) - len(kept)), notify)
    return numbered(kept)


def _clip(row, number, table):
    affect = {"valence": _scale(row, "v", number, table), "arousal": _scale(row, "a", number, table)}
    split = SPLIT_FOLDERS.get(row["split"].lower(), "")
    return row_clip(table, number, NAME, mended(row["text"]), split=split, source=f"{TABLE}:{row['id']}", **affect)


def _scale(row, column, number, table):
    """The rating in this column, from -1 to 1."""
    try:
        rating = float(row[column])
        if LOWEST <= rating <= HIGHEST:
            return round((rating - MIDDLE) / (HIGHEST - MIDDLE), 4)
    except ValueError:
        pass
    raise DemeanorError(
        f"{table}, row {number}: {column.upper()} is '{row[column]}', no rating from {LOWEST} to {HIGHEST}."
    )
