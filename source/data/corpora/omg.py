"""OMG-Emotion (Barros et al. 2018, IJCNN, arXiv:1803.05434): monologues from the web, utterance by utterance.

omg_TrainVideos.csv, omg_ValidationVideos.csv and omg_TestVideos_WithLabels.csv name the utterances; the makers' script
puts each into <video>/<utterance>, and the whole downloads beside them as <video>.mp4. Either is taken. Arousal is
from 0, calm, to 1.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ...core.errors import DemeanorError
from ...core.hooks import Notify
from ...media.types import VIDEOS
from ..clips import SPLITS, Clip, numbered
from ..segmentation.segment import Segment
from .folders import files_below, not_found
from .tables import by_column, cleaned, corpus_table, table_rows

NAME = "OMG"
LICENCE = "CC BY-NC-SA 3.0 for the labels; the videos are their owners', so for research"
PEOPLE = "who speaks is not known, but all utterances of one video of the web stay together"
CODES = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")  # EmotionMaxVote
TABLES = {"train": "omg_Train", "val": "omg_Validation", "test": "omg_Test"}  # how their names begin
COLUMNS = ("link", "start", "end", "video", "utterance", "arousal", "valence", "EmotionMaxVote")
LOOKED_FOR = "omg_TrainVideos.csv, omg_ValidationVideos.csv and omg_TestVideos_WithLabels.csv"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the labelled utterances: a file of its own, else a segment of the video; missing ones keep a path."""
    tables = _tables(folder)
    rows = {split: corpus_table(NAME, files["Videos"], COLUMNS) for split, files in tables.items()}
    if not any(rows.values()):
        raise not_found(NAME, folder, LOOKED_FOR)
    texts = {}
    for transcripts in [files["Transcripts"] for files in tables.values() if "Transcripts" in files]:
        for row in by_column(table_rows(transcripts)):
            texts[row.get("video", ""), row.get("utterance", "")] = row.get("transcript", "")
    files = files_below(folder, VIDEOS)
    videos = {(file.stem,): file for file in files} | {(file.parent.name, file.stem): file for file in files}
    clips = [
        _clip(row, f"{tables[split]['Videos']}, line {line}", split, texts, videos, folder)
        for split, table in rows.items()
        for line, row in enumerate(table, start=2)
    ]
    return numbered(_each_video_in_one_split(clips, notify))


def _tables(folder: Path) -> dict[str, dict[str, Path]]:
    """Return the tables of videos, and of transcripts if any, by split; of the test's two the one with labels."""
    files = files_below(folder, (".csv",)) + sorted(folder.parent.glob("omg_*.csv"))
    labelled = [file for file in files if "WithoutLabels" not in file.name]
    found: dict[str, dict[str, Path]] = defaultdict(dict)
    for split, beginning in TABLES.items():
        for kind in ("Videos", "Transcripts"):
            if tables := [file for file in labelled if file.name.startswith(beginning + kind)]:
                found[split][kind] = tables[0]
    return {split: files for split, files in found.items() if "Videos" in files}


def _clip(
    row: Mapping[str, str],
    where: str,
    split: str,
    texts: Mapping[tuple[str, str], str],
    videos: Mapping[tuple[str, ...], Path],
    folder: Path,
) -> Clip:
    start, end, arousal, valence = (_number(row, name, where) for name in ("start", "end", "arousal", "valence"))
    code, video, utterance = row["emotionmaxvote"], row["video"], row["utterance"]
    if code not in map(str, range(len(CODES))) or not (0 <= arousal <= 1 and -1 <= valence <= 1):
        raise DemeanorError(
            f"{where}: emotion '{code}', arousal {arousal:g}, valence {valence:g} are none of {NAME}'s."
        )
    # The video's name on the web, such as CROcsl0lIec; parts of one video bear several names in the tables.
    address = parse_qs(urlsplit(row["link"]).query).get("v", [""])[0]
    path = videos.get((video, Path(utterance).stem))
    if path is None:
        # 5b44393ed_1 is a part by the table's own naming, whose times are the whole video's.
        names = (video, video.partition("_")[0], address)
        whole = next((videos[name,] for name in names if (name,) in videos), None)
        path = folder / video / utterance
        if whole and 0 <= start < end:
            path = whole / Segment(whole, start, end).name(whole.suffix)
    affect: dict[str, Any] = {"valence": round(valence, 4), "arousal": round(2 * arousal - 1, 4)}
    sentence = cleaned(texts.get((video, utterance), ""))
    return Clip(path, NAME, 0, CODES[int(code)], sentence=sentence, split=split, source=address or video, **affect)


def _number(row: Mapping[str, str], column: str, where: str) -> float:
    try:
        return float(row[column])
    except ValueError:
        raise DemeanorError(f"{where}: {column} is '{row[column]}', not a number.") from None


def _each_video_in_one_split(clips: Sequence[Clip], notify: Notify) -> list[Clip]:
    """Return the clips without those of a video that a later split has too."""
    last = {clip.source: SPLITS.index(clip.split) for clip in clips}  # the clips are in the order of SPLITS
    kept = [clip for clip in clips if SPLITS.index(clip.split) == last[clip.source]]
    if len(kept) < len(clips):
        notify(f"{NAME}: {len(clips) - len(kept):,} utterances left out, for their videos are in val or test too.")
    return kept
