"""OMG-Emotion (Barros et al. 2018, IJCNN, arXiv:1803.05434): monologues from the web, utterance by utterance.

omg_TrainVideos.csv, omg_ValidationVideos.csv and omg_TestVideos_WithLabels.csv name the utterances; the makers' script
puts each into <video>/<utterance>, and the whole downloads beside them as <video>.mp4. Either is taken. Arousal is
from 0, calm, to 1.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from ...core.errors import DemeanorError
from ...media.types import VIDEOS
from ..clips import SPLITS, Clip, numbered
from ..segmentation.segment import segment_path
from . import Notify
from .folders import files_below, not_found
from .utterance_tables import by_column, mended, table_rows

NAME = "OMG"
LICENCE = "CC BY-NC-SA 3.0 for the labels; the videos are their owners', so for research"
SPEAKERS_KNOWN = False
PEOPLE = "who speaks is not known, but all utterances of one video of the web stay together"
CODES = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")  # EmotionMaxVote
TABLES = {"train": "omg_Train", "val": "omg_Validation", "test": "omg_Test"}  # how their names begin
COLUMNS = ("link", "start", "end", "video", "utterance", "arousal", "valence", "emotionmaxvote")
LOOKED_FOR = "omg_TrainVideos.csv, omg_ValidationVideos.csv and omg_TestVideos_WithLabels.csv"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """The labelled utterances, one cut already before a stretch of a whole video; what is missing keeps its path."""
    tables = _tables(folder)
    rows = {split: _rows(files["Videos"]) for split, files in tables.items()}
    if not any(rows.values()):
        raise not_found(NAME, folder, LOOKED_FOR)
    texts = {key: text for files in tables.values() for key, text in _texts(files.get("Transcripts"))}
    videos = _videos(folder)
    clips = [_clip(row, where, split, texts, videos, folder) for split, read in rows.items() for where, row in read]
    return numbered(_each_video_in_one_split(clips, notify))


def _tables(folder: Path) -> dict[str, dict[str, Path]]:
    """The tables of videos, and of transcripts if any, by split; of the test's two the one with labels."""
    files = files_below(folder, (".csv",)) + sorted(folder.parent.glob("omg_*.csv"))
    labelled = [file for file in files if "WithoutLabels" not in file.name]
    found: dict[str, dict[str, Path]] = defaultdict(dict)
    for split, beginning in TABLES.items():
        for kind in ("Videos", "Transcripts"):
            if tables := [file for file in labelled if file.name.startswith(beginning + kind)]:
                found[split][kind] = tables[0]
    return {split: files for split, files in found.items() if "Videos" in files}


def _rows(table: Path) -> list[tuple[str, Mapping[str, str]]]:
    """The rows of a table, each with where it stands."""
    rows = by_column(table_rows(table))
    if rows and not set(COLUMNS) <= set(rows[0]):
        raise DemeanorError(f"{table} is not {NAME}'s table: it needs the columns {', '.join(COLUMNS)}.")
    return [(f"{table}, line {line}", row) for line, row in enumerate(rows, start=2)]


def _texts(table: Path | None) -> list[tuple[tuple[str, str], str]]:
    rows = by_column(table_rows(table)) if table else []
    return [((row.get("video", ""), row.get("utterance", "")), mended(row.get("transcript", ""))) for row in rows]


def _videos(folder: Path) -> dict[tuple[str, ...], Path]:
    """Every video by its stem, and by its folder's name and its stem."""
    files = files_below(folder, VIDEOS)
    return {(file.stem,): file for file in files} | {(file.parent.name, file.stem): file for file in files}


def _clip(row, where, split, texts, videos, folder):
    start, end, arousal, valence = (_number(row, name, where) for name in ("start", "end", "arousal", "valence"))
    code, video, utterance = row["emotionmaxvote"], row["video"], row["utterance"]
    if code not in map(str, range(len(CODES))) or not (0 <= arousal <= 1 and -1 <= valence <= 1):
        raise DemeanorError(
            f"{where}: emotion '{code}', arousal {arousal:g}, valence {valence:g} are none of {NAME}'s."
        )
    path = videos.get((video, Path(utterance).stem))
    whole = next((videos[name,] for name in _names(row) if (name,) in videos), None)
    if path is None:
        path = segment_path(whole, start, end) if whole and 0 <= start < end else folder / video / utterance
    return Clip(
        path, NAME, 0, CODES[int(code)],
        sentence=texts.get((video, utterance), ""),
        split=split,
        source=_address(row["link"]) or video,
        valence=round(valence, 4),
        arousal=round(2 * arousal - 1, 4),
    )  # fmt: skip


def _number(row, column, where):
    try:
        return float(row[column])
    except ValueError:
        raise DemeanorError(f"{where}: {column} is '{row[column]}', not a number.") from None


def _names(row) -> Sequence[str]:
    """What a whole video may be called: 5b44393ed_1 is a part of the table's own, whose times are the whole's."""
    return row["video"], row["video"].partition("_")[0], _address(row["link"])


def _address(link):
    """The video's name on the web, such as CROcsl0lIec; parts of one video bear several names in the tables."""
    return parse_qs(urlsplit(link).query).get("v", [""])[0]


def _each_video_in_one_split(clips: Sequence[Clip], notify: Notify) -> list[Clip]:
    """Without what is of a video that a later split has too."""
    last = {clip.source: SPLITS.index(clip.split) for clip in clips}  # the clips are in the order of SPLITS
    kept = [clip for clip in clips if SPLITS.index(clip.split) == last[clip.source]]
    if len(kept) < len(clips):
        notify(f"{NAME}: {len(clips) - len(kept):,} utterances left out, for their videos are in val or test too.")
    return kept
