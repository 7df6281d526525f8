"""EmoDB, the Berlin database of emotional speech (Burkhardt et al. 2005, Interspeech): ten actors, German sentences.

A file's name is speaker, sentence, emotion by its German initial, and version, such as 03a01Fa.wav.
"""

import re
from pathlib import Path
from typing import Any

from ...core.hooks import Notify
from ..clips import Clip
from .recordings import not_an_emotion, recordings

NAME = "EmoDB"
LICENCE = "free to use, no licence is stated; cite Burkhardt et al. 2005"
FIELDS = re.compile(r"(?P<speaker>\d\d)(?P<sentence>[ab]\d\d)(?P<emotion>[WLEAFTN])[a-z]?")
CODES = {  # Wut, Langeweile, Ekel, Angst, Freude, Trauer
    "W": "angry", "L": "boredom", "E": "disgust", "A": "fear", "F": "happy", "T": "sad", "N": "neutral"
}  # fmt: skip
SPEAKERS = {  # sex, age
    "03": ("male", 31), "08": ("female", 34), "09": ("female", 21), "10": ("male", 32), "11": ("male", 26),
    "12": ("male", 30), "13": ("female", 32), "14": ("female", 35), "15": ("male", 25), "16": ("female", 31),
}  # fmt: skip
LOOKED_FOR = "files such as wav/03a01Fa.wav"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the recordings without those of boredom."""
    return recordings(NAME, folder, FIELDS, _read, notify, LOOKED_FOR)


def _read(file: Path, fields: re.Match[str]) -> dict[str, Any] | str | None:
    if fields["speaker"] not in SPEAKERS:
        return None
    emotion, (sex, age) = CODES[fields["emotion"]], SPEAKERS[fields["speaker"]]
    if emotion == "boredom":
        return not_an_emotion(emotion)
    person = {"speaker": fields["speaker"], "sex": sex, "about": f"age {age}"}
    return person | {"emotion": emotion, "sentence": fields["sentence"]}
