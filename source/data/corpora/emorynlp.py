"""EmoryNLP (Zahiri & Choi 2018, arXiv:1708.04299): dialogues of the series Friends, each utterance with its emotion.

emorynlp_{train,dev,test}_final.csv, whichever are there. The series and some of the very lines are MELD's too, so a
model that is tested on MELD should not learn from it. The same characters speak in all of them: what is kept together
is the scene.
"""

from pathlib import Path

from ...core.errors import DemeanorError
from ...core.hooks import Notify
from ..clips import Clip, numbered
from .folders import nearby, not_found, notify_left_out
from .recordings import not_an_emotion
from .tables import cleaned, corpus_table, row_clip, unpacked

NAME = "EmoryNLP"
LICENCE = "Apache-2.0; the series itself is under copyright, so for research"
PEOPLE = "the same characters speak in train and in test, but what is said in one scene stays together"
EMOTIONS = {"joyful": "happy", "mad": "angry", "neutral": "neutral", "sad": "sad", "scared": "fear"}
OTHERS = ("peaceful", "powerful")  # "Thank you." and "I can do it!": of no emotion of ours more than of another
COLUMNS = ("Utterance", "Speaker", "Emotion", "Season", "Episode", "Scene_ID", "Utterance_ID")
PARTS = {"train": "train", "dev": "val", "test": "test"}
QUOTE = "'"
TABLE = "emorynlp_{part}_final.csv"

unpack = unpacked


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the utterances that are joyful, mad, neutral, sad or scared."""
    clips, reasons = [], []
    for part, split in PARTS.items():
        table = nearby(folder, TABLE.format(part=part))
        if table is None:
            continue
        for line, row in enumerate(corpus_table(NAME, table, COLUMNS), start=2):
            label, text = row["emotion"].lower(), cleaned(row["utterance"])
            if label not in (*EMOTIONS, *OTHERS):
                raise DemeanorError(f"{table}, line {line}: '{row['emotion']}' is none of {NAME}'s labels.")
            if label in OTHERS or not text:
                reasons.append(not_an_emotion(label) if text else "they hold no words")
                continue
            scene = f"{part}, season {row['season']}, episode {row['episode']}, scene {row['scene_id']}"
            about = f"speaker {row['speaker'].strip('[]').replace(QUOTE, '')}"  # a list, as Python writes it
            emotion = EMOTIONS[label]
            clips.append(row_clip(table, line, NAME, text, emotion=emotion, split=split, source=scene, about=about))
    if not clips:
        raise not_found(NAME, folder, ", ".join(TABLE.format(part=part) for part in PARTS))
    notify_left_out(NAME, reasons, notify)
    return numbered(clips)
