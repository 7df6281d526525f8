"""MELD (Poria et al. 2019, arXiv:1810.02508): dialogues of the series Friends, each utterance with its emotion.

{train,dev,test}_sent_emo.csv, whichever are there, and the utterances' videos where those are, such as
train_splits/dia0_utt0.mp4. The same characters speak in all of them: what is kept together is the dialogue, which is a
clip's `source`; who speaks is in `about`.
"""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from ...core.errors import DemeanorError
from ..clips import Clip
from ..labels import emotion_named
from . import Notify
from .folders import nearby, nearby_folder, not_found
from .recordings import numbered_takes
from .utterance_tables import by_column, mended, row_clip, say_left_out, table_rows, unpacked

NAME = "MELD"
LICENCE = "published under GPL-3.0; the series itself is under copyright, so for research"
SPEAKERS_KNOWN = False  # they are, but the same ones are everywhere
PEOPLE = "the same characters speak in train and in test, but what is said in one dialogue stays together"
COLUMNS = ("utterance", "speaker", "emotion", "sentiment", "dialogue_id", "utterance_id")
SENTIMENT = {"positive": 1.0, "neutral": 0.0, "negative": -1.0}
TABLE = "{part}_sent_emo.csv"
PARTS = ("train", "dev", "test")
VIDEO_FOLDERS = {"train": "train_splits", "dev": "dev_splits_complete", "test": "output_repeated_splits_test"}
BEFORE = 3  # utterances of the dialogue that are given with each
LOOKED_FOR = "train_sent_emo.csv, dev_sent_emo.csv and test_sent_emo.csv"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """The utterances, in the order of their dialogues, as texts and, where their part's folder is there, as videos.

    Videos that are missing, as some are in the archives, keep their paths.
    """
    found = {part: nearby(folder, TABLE.format(part=part)) for part in PARTS}
    tables = {part: table for part, table in found.items() if table}
    splits = _splits(tables, notify)
    clips = {part: _read(table, part, splits[part]) for part, table in tables.items()}
    if not any(clips.values()):
        raise not_found(NAME, folder, LOOKED_FOR)
    say_left_out(NAME, ["they hold no words" for read in clips.values() for clip in read if not clip.sentence], notify)
    videos = {part: nearby_folder(folder, VIDEO_FOLDERS[part]) for part in clips}
    return numbered_takes(
        [_forms(clip, videos[part]) for part, read in clips.items() for clip in read if clip.sentence]
    )


def unpack(clips: list[Clip], folder: Path) -> list[Clip]:
    """The clips with their utterances written as files below `folder`, each after what was said before it."""
    return unpacked(clips, folder, _before(clips))


def _splits(tables, notify):
    """MELD's own splits; without its test file, dev is what is tested on, and val is taken from train."""
    if "test" in tables or "dev" not in tables:
        return {"train": "train", "dev": "val", "test": "test"}
    notify(f"{NAME}: {TABLE.format(part='test')} is not here, so dev is the test set; val will be taken from train.")
    return {"train": "train", "dev": "test"}


def _read(table, part, split):
    rows = by_column(table_rows(table))
    if rows and not set(COLUMNS) <= set(rows[0]):
        raise DemeanorError(f"{table} is not MELD's table: it needs the columns {', '.join(COLUMNS)}.")
    clips = [(_place(row, table, line), _clip(row, line, table, part, split)) for line, row in enumerate(rows, start=2)]
    return [clip for _, clip in sorted(clips, key=lambda pair: pair[0])]


def _place(row, table, line):
    dialogue, utterance = row["dialogue_id"], row["utterance_id"]
    if not (dialogue.isdecimal() and utterance.isdecimal()):
        raise DemeanorError(f"{table}, line {line}: dialogue '{dialogue}', utterance '{utterance}' are not numbers.")
    return int(dialogue), int(utterance)


def _clip(row, line, table, part, split):
    emotion, sentiment = emotion_named(row["emotion"]), SENTIMENT.get(row["sentiment"].lower())
    if not emotion or sentiment is None:
        raise DemeanorError(f"{table}, line {line}: '{row['emotion']}', '{row['sentiment']}' are none of MELD's.")
    dialogue, utterance = _place(row, table, line)
    speaker = mended(row["speaker"])
    return row_clip(
        table, f"dia{dialogue}_utt{utterance}", NAME, mended(row["utterance"]),  # the name of its .mp4 file, too
        emotion=emotion,
        split=split,
        source=f"{part} dialogue {dialogue}",
        about=f"speaker {speaker}" if speaker else "",
        sentiment=sentiment,
    )  # fmt: skip


def _forms(clip, videos):
    return [clip, *([replace(clip, path=videos / f"{clip.path.stem}.mp4")] if videos else [])]


def _before(clips):
    """What was said before each, by its path: the last utterances of the same dialogue, oldest first."""
    dialogues = defaultdict(list)
    for clip in (clip for clip in clips if clip.path.suffix == ".txt"):
        dialogues[clip.source].append(clip)
    return {
        clip.path: [earlier.sentence for earlier in dialogue[max(0, place - BEFORE) : place]]
        for dialogue in dialogues.values()
        for place, clip in enumerate(dialogue)
    }
