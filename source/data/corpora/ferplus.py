"""FER+ (Barsoum et al. 2016, arXiv:1608.01041): ten people's votes on each picture of FER2013, from fer2013new.csv."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ...core import config
from ...core.errors import DemeanorError
from ...core.hooks import Notify
from ..clips import Clip
from ..labels import emotion_named
from .folders import csv_rows

FILE = "fer2013new.csv"
SPLITS = {"Training": "train", "PublicTest": "val", "PrivateTest": "test"}


def with_votes(clips: list[Clip], file: Path, notify: Notify) -> list[Clip]:
    """Return the clips with their votes over config.EMOTIONS; those for contempt, unknown and NF (no face) dropped.

    A picture is matched by its file name, or in the order of fer2013.csv where the clips are its rows. A picture
    without votes that count has none.
    """
    rows = list(csv_rows(file))
    columns = {emotion_named(column): column for column in (rows[0] if rows else ())}
    if not rows or not {"Usage", "Image name"} <= set(rows[0]) or not set(config.EMOTIONS) & set(columns):
        raise DemeanorError(
            f"{file} is no FER+ table: it needs the columns Usage, Image name, neutral, happiness and so on."
        )
    named = {row["Image name"].strip(): row for row in rows}
    matched = {clip.path: named[clip.path.name] for clip in clips if clip.path.name in named} or _by_order(clips, rows)
    if not matched:
        notify(f"FER+: {file.name} is of other pictures than these; no votes were taken.")
        return clips
    votes = {path: _votes(row, columns, file) for path, row in matched.items()}
    voted = [replace(clip, votes=votes.get(clip.path, ())) for clip in clips]
    notify(f"FER+: votes for {sum(bool(clip.votes) for clip in voted):,} of {len(clips):,} pictures.")
    return voted


def _by_order(clips: Sequence[Clip], rows: list[dict[str, str]]) -> dict[Path, dict[str, str]]:
    """Match row for row; a row without a name is of a picture that FER+ has removed."""
    if len(rows) != len(clips) or any(clip.path.parent.suffix != ".csv" for clip in clips):
        return {}
    pairs = list(zip(clips, rows, strict=True))
    if any(SPLITS.get(row["Usage"].strip()) != clip.split for clip, row in pairs):
        return {}
    return {clip.path: row for clip, row in pairs if row["Image name"].strip()}


def _votes(row: Mapping[str, str], columns: Mapping[str | None, str], file: Path) -> tuple[float, ...]:
    try:
        votes = tuple(float(row[columns[name]]) if name in columns else 0.0 for name in config.EMOTIONS)
    except (ValueError, KeyError):
        raise DemeanorError(f"{file}: the votes for {row['Image name']} are no numbers.") from None
    return votes if any(votes) else ()
