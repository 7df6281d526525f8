"""TESS, the Toronto emotional speech set (Pichora-Fuller & Dupuis 2020, doi:10.5683/SP2/E8H2MF): two women, 200 words.

A file is speaker, word and emotion, such as OAF_back_ps.wav: "ps", pleasant surprise, is surprise. One name in the
corpus itself lacks a letter, OA_bite_neutral.wav, and Kaggle's archive holds the whole corpus twice.
"""

import re
from pathlib import Path

from ..clips import Clip
from . import Notify
from .recordings import recordings

NAME = "TESS"
LICENCE = "CC BY-NC-ND 4.0: not for commercial use, and no altered copy may be passed on"
SPEAKERS_KNOWN = True
FIELDS = re.compile(r"(?P<speaker>OAF?|YAF?)_(?P<word>.+)_(?P<emotion>[a-z]+)", re.IGNORECASE)
PEOPLE = {"O": {"speaker": "OAF", "about": "age 64"}, "Y": {"speaker": "YAF", "about": "age 26"}}
CODES = {
    "angry": "angry", "disgust": "disgust", "fear": "fear", "happy": "happy", "neutral": "neutral", "ps": "surprise",
    "sad": "sad",
}  # fmt: skip
LOOKED_FOR = "files such as OAF_Pleasant_surprise/OAF_back_ps.wav"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """The recordings of both speakers; the emotion is by the file's name, for the folders are spelt in many ways."""
    return recordings(
        NAME, folder, _read, notify, LOOKED_FOR, take=lambda clip: (clip.speaker, clip.sentence, clip.emotion)
    )


def _read(file):
    fields = FIELDS.fullmatch(file.stem)
    emotion = CODES.get(fields["emotion"].lower()) if fields else None
    if not fields or not emotion:
        return None
    person = PEOPLE[fields["speaker"][0].upper()]
    return person | {"emotion": emotion, "sex": "female", "sentence": fields["word"].lower()}
