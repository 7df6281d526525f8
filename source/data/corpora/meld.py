"""MELD (Poria et al. 2019, arXiv:1810.02508): dialogues of the series Friends, each utterance with its emotion.

{train,dev,test}_sent_emo.csv, whichever are there, and the utterances' videos where those are, such as
train_splits/dia0_utt0.mp4. The same characters speak in all of them: what is kept together is the dialogue, which is a
clip's `source`; the speaker is in `about`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ...core.errors import DemeanorError
from ...core.hooks import Notify
from ..clips import Clip
from ..labels import emotion_named
from .folders import nearby, not_found, notify_left_out
from .recordings import numbered_takes
from .tables import cleaned, corpus_table, row_clip, unpacked

NAME = "MELD"
LICENCE = "published under GPL-3.0; the series itself is under copyright, so for research"
PEOPLE = "the same characters speak in train and in test, but what is said in one dialogue stays together"
COLUMNS = ("utterance", "speaker", "emotion", "sentiment", "dialogue_id", "utterance_id")
SENTIMENT = {"positive": 1.0, "neutral": 0.0, "negative": -1.0}
TABLE = "{part}_sent_emo.csv"
VIDEO_FOLDERS = {"train": "train_splits", "dev": "dev_splits_complete", "test": "output_repeated_splits_test"}
BEFORE = 3  # utterances of the dialogue that are given with each
LOOKED_FOR = "train_sent_emo.csv, dev_sent_emo.csv and test_sent_emo.csv"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the utterances, by dialogue, as texts and, where their part's folder is there, as videos.

    Videos that are missing, as some are in the archives, keep their paths.
    """
    found = {part: nearby(folder, TABLE.format(part=part)) for part in VIDEO_FOLDERS}
    tables = {part: table for part, table in found.items() if table}
    splits = {"train": "train", "dev": "val", "test": "test"}
    if "dev" in tables and "test" not in tables:
        splits["dev"], missing = "test", TABLE.format(part="test")
        notify(f"{NAME}: {missing} is not here, so dev is the test set; val will be taken from train.")
    clips: dict[str, list[Clip]] = {}
    for part, table in tables.items():
        rows = enumerate(corpus_table(NAME, table, COLUMNS), start=2)
        placed = [_placed(row, line, table, part, splits[part]) for line, row in rows]
        clips[part] = [clip for _, clip in sorted(placed, key=lambda pair: pair[0])]
    if not any(clips.values()):
        raise not_found(NAME, folder, LOOKED_FOR)
    notify_left_out(NAME, ["they hold no words" for part in clips.values() for c in part if not c.sentence], notify)
    takes: list[list[Clip]] = []
    for part, utterances in clips.items():
        videos = nearby(folder, VIDEO_FOLDERS[part])
        for clip in (clip for clip in utterances if clip.sentence):
            takes.append([clip, *([replace(clip, path=videos / f"{clip.path.stem}.mp4")] if videos else [])])
    return numbered_takes(takes)


def unpack(clips: list[Clip], folder: Path) -> list[Clip]:
    """Return the clips, utterances as files below `folder`, each after the last few of its dialogue."""
    dialogues = defaultdict(list)
    for clip in clips:
        if clip.path.suffix == ".txt":
            dialogues[clip.source].append(clip)
    context: dict[Path, Sequence[str]] = {
        clip.path: [earlier.sentence for earlier in dialogue[max(0, place - BEFORE) : place]]
        for dialogue in dialogues.values()
        for place, clip in enumerate(dialogue)
    }
    return unpacked(clips, folder, context)


def _placed(row: dict[str, str], line: int, table: Path, part: str, split: str) -> tuple[tuple[int, int], Clip]:
    """Return the clip of a row with its dialogue and utterance."""
    dialogue, utterance = row["dialogue_id"], row["utterance_id"]
    if not (dialogue.isdecimal() and utterance.isdecimal()):
        raise DemeanorError(f"{table}, line {line}: dialogue '{dialogue}', utterance '{utterance}' are not numbers.")
    place = int(dialogue), int(utterance)
    emotion, sentiment = emotion_named(row["emotion"]), SENTIMENT.get(row["sentiment"].lower())
    if not emotion or sentiment is None:
        raise DemeanorError(f"{table}, line {line}: '{row['emotion']}', '{row['sentiment']}' are none of MELD's.")
    name, text = f"dia{place[0]}_utt{place[1]}", cleaned(row["utterance"])  # the name of its .mp4 file, too
    speaker, source = cleaned(row["speaker"]), f"{part} dialogue {place[0]}"
    about = f"speaker {speaker}" if speaker else ""
    return place, row_clip(
        table, name, NAME, text, emotion=emotion, split=split, source=source, about=about, sentiment=sentiment
    )
