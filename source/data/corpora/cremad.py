"""CREMA-D (Cao et al. 2014, IEEE Transactions on Affective Computing 5(4)): 91 actors, twelve sentences, six emotions.

A file's name is actor, sentence, emotion and level, such as AudioWAV/1001_DFA_ANG_XX.wav, which is the same take as
VideoFlash/1001_DFA_ANG_XX.flv; the level of 1040_ITH_SAD_X is cut off in the corpus itself. VideoDemographics.csv
describes the actors.
"""

import re
from pathlib import Path
from typing import Any

from ...core.hooks import Notify
from ..clips import Clip
from .folders import nearby
from .recordings import recordings
from .tables import corpus_table

NAME = "CREMA-D"
LICENCE = "Open Database License (ODbL) 1.0"
FIELDS = re.compile(r"(?P<actor>1\d{3})_(?P<sentence>[A-Z]{3})_(?P<emotion>ANG|DIS|FEA|HAP|NEU|SAD)_(XX?|LO|MD|HI)")
CODES = {"ANG": "angry", "DIS": "disgust", "FEA": "fear", "HAP": "happy", "NEU": "neutral", "SAD": "sad"}
DEMOGRAPHICS = "VideoDemographics.csv"
COLUMNS = ("ActorID", "Age", "Sex", "Race", "Ethnicity")
LOOKED_FOR = "files such as AudioWAV/1001_DFA_ANG_XX.wav"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the recordings, sounds and videos, with sex, age and race where VideoDemographics.csv is there."""
    table = nearby(folder, DEMOGRAPHICS)
    people = {row["actorid"]: _person(row) for row in corpus_table(NAME, table, COLUMNS)} if table else {}

    def read(_: Path, fields: re.Match[str]) -> dict[str, Any]:
        emotion, actor = CODES[fields["emotion"]], fields["actor"]
        return {"emotion": emotion, "speaker": actor, "sentence": fields["sentence"]} | people.get(actor, {})

    clips = recordings(NAME, folder, FIELDS, read, notify, LOOKED_FOR)
    unknown = len({clip.speaker for clip in clips if not clip.sex})
    if unknown:
        state = f"does not say the sex of {unknown:,} actors" if table else "is not here: sex, age and race are unknown"
        notify(f"{NAME}: {DEMOGRAPHICS} {state}.")
    return clips


def _person(row: dict[str, str]) -> dict[str, str]:
    sex = row["sex"].lower()
    about = "; ".join(f"{name} {row[name]}" for name in ("age", "race", "ethnicity") if row[name])
    return {"sex": sex if sex in ("female", "male") else "", "about": about}
