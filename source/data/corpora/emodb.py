"""EmoDB, the Berlin database of emotional speech (Burkhardt et al. 2005, Interspeech): ten actors, German sentences.

A file is speaker, sentence, emotion by its German initial, and version, such as 03a01Fa.wav.
"""

import re
from pathlib import Path

from ..clips import Clip
from . import Notify
from .recordings import none_of_the_emotions, recordings

NAME = "EmoDB"
LICENCE = "free to use, no licence is stated; cite Burkhardt et al. 2005"
SPEAKERS_KNOWN = True
FIELDS = re.compile(r"(?P<speaker>\d\d)(?P<sentence>[ab]\d\d)(?P<emotion>[WLEAFTN])[a-z]?")
CODES = {  # Wut, Langeweile, Ekel, Angst, Freude, Trauer
    "W": "angry", "L": "boredom", "E": "disgust", "A": "fear", "F": "happy", "T": "sad", "N": "neutral"
}  # fmt: skip
PEOPLE = {  # sex, age
    "03": ("male", 31), "08": ("female", 34), "09": ("female", 21), "10": ("male", 32), "11": ("male", 26),
    "12": ("male", 30), "13": ("female", 32), "14": ("female", 35), "15": ("male", 25), "16": ("female", 31),
}  # fmt: skip
LOOKED_FOR = "files such as wav/03a01Fa.wav"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """The recordings; boredom is left out."""
    return recordings(NAME, folder, _read, notify, LOOKED_FOR)


def _read(file):
    fields = FIELDS.fullmatch(file.stem)
    if not fields or fields["speaker"] not in PEOPLE:
        return None
    if CODES[fields["emotion"]] == "boredom":
        return none_of_the_emotions("boredom")
    sex, age = PEOPLE[fields["speaker"]]
    who = {"speaker": fields["speaker"], "sex": sex, "about": f"age {age}"}
    return who | {"emotion": CODES[fields["emotion"]], "sentence": fields["sentence"]}
