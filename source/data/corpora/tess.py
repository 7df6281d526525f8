"""TESS, the Toronto emotional speech set (Pichora-Fuller & Dupuis 2020, doi:10.5683/SP2/E8H2MF): two women, 200 words.

A file's name is speaker, word and emotion, such as OAF_back_ps.wav: "ps", pleasant surprise, is surprise. One name
lacks a letter in the corpus itself, OA_bite_neutral.wav, and Kaggle's archive holds the whole corpus twice.
"""

import re
from pathlib import Path
from typing import Any

from ...core.hooks import Notify
from ..clips import Clip
from .recordings import recordings

NAME = "TESS"
LICENCE = "CC BY-NC-ND 4.0: not for commercial use, and no altered copy may be passed on"
FIELDS = re.compile(r"(?P<speaker>OAF?|YAF?)_(?P<word>.+)_(?P<emotion>[a-z]+)", re.IGNORECASE)
SPEAKERS = {"O": {"speaker": "OAF", "about": "age 64"}, "Y": {"speaker": "YAF", "about": "age 26"}}
CODES = {
    "angry": "angry", "disgust": "disgust", "fear": "fear", "happy": "happy", "neutral": "neutral", "ps": "surprise",
    "sad": "sad",
}  # fmt: skip
LOOKED_FOR = "files such as OAF_Pleasant_surprise/OAF_back_ps.wav"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the recordings; the file's name gives the emotion, for the folders are spelt in many ways."""
    return recordings(NAME, folder, FIELDS, _read, notify, LOOKED_FOR, lambda c: (c.speaker, c.sentence, c.emotion))


def _read(file: Path, fields: re.Match[str]) -> dict[str, Any] | None:
    emotion = CODES.get(fields["emotion"].lower())
    if not emotion:
        return None
    person = SPEAKERS[fields["speaker"][0].upper()]
    return person | {"emotion": emotion, "sex": "female", "sentence": fields["word"].lower()}
