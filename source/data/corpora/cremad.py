"""CREMA-D (Cao et al. 2014, IEEE Transactions on Affective Computing 5(4)): 91 actors, twelve sentences, six emotions.

A file's name is actor, sentence, emotion and level, such as AudioWAV/1001_DFA_ANG_XX.wav, which is the same take as
VideoFlash/1001_DFA_ANG_XX.flv; the level of 1040_ITH_SAD_X is cut off in the corpus itself. VideoDemographics.csv says
who the actors are.
"""

import re
from functools import partial
from pathlib import Path

from ...core.errors import DemeanorError
from ..clips import Clip
from . import Notify
from .folders import csv_rows, nearby
from .recordings import recordings

NAME = "CREMA-D"
LICENCE = "Open Database License (ODbL) 1.0"
SPEAKERS_KNOWN = True
FIELDS = re.compile(r"(?P<actor>1\d{3})_(?P<sentence>[A-Z]{3})_(?P<emotion>ANG|DIS|FEA|HAP|NEU|SAD)_(XX?|LO|MD|HI)")
CODES = {"ANG": "angry", "DIS": "disgust", "FEA": "fear", "HAP": "happy", "NEU": "neutral", "SAD": "sad"}
DEMOGRAPHICS = "VideoDemographics.csv"
COLUMNS = ("ActorID", "Age", "Sex", "Race", "Ethnicity")
LOOKED_FOR = "files such as AudioWAV/1001_DFA_ANG_XX.wav"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """The recordings, sounds and videos; sex, age and race where VideoDemographics.csv is."""
    table = nearby(folder, DEMOGRAPHICS)
    clips = recordings(NAME, folder, partial(_read, people=_people(table) if table else {}), notify, LOOKED_FOR)
    without = len({clip.speaker for clip in clips if not clip.sex})
    if without:
        state = f"does not say the sex of {without:,} actors" if table else "is not here: sex, age and race are unknown"
        notify(f"{NAME}: {DEMOGRAPHICS} {state}.")
    return clips


def _people(table):
    rows = list(csv_rows(table))
    if not rows or not set(COLUMNS) <= set(rows[0]):
        raise DemeanorError(f"{table} is no table of CREMA-D's actors: it needs the columns {', '.join(COLUMNS)}.")
    return {row["ActorID"].strip(): _person(row) for row in rows}


def _person(row):
    values = {name: row.get(name, "").strip() for name in COLUMNS}
    about = "; ".join(f"{name.lower()} {values[name]}" for name in ("Age", "Race", "Ethnicity") if values[name])
    sex = values["Sex"].lower()
    return {"sex": sex if sex in ("female", "male") else "", "about": about}


def _read(file, people):
    fields = FIELDS.fullmatch(file.stem)
    if not fields:
        return None
    who = {"speaker": fields["actor"], "sentence": fields["sentence"]}
    return {"emotion": CODES[fields["emotion"]]} | who | people.get(fields["actor"], {})
