"""ASED, the Amharic speech emotion dataset (Retta et al. 2023, ACM TALLIP, arXiv:2201.02710): 65 people, 5 emotions.

A file's name is emotion, sentence, repetition, sex (01 female, 02 male) and speaker, such as
03Happy/h3-04-02-02-20.wav. A clip's sentence is named by emotion and number, for a number alone stands for other words
in another emotion.
"""

import re
from pathlib import Path
from typing import Any

from ...core.hooks import Notify
from ..clips import Clip
from .recordings import recordings

NAME = "ASED"
LICENCE = "published by its authors without a licence; cite Retta et al. 2023"
FIELDS = re.compile(
    r"(?P<emotion>n1|f2|h3|s4|a5)-(?P<sentence>\d\d)-\d\d-(?P<sex>0[12])-(?P<speaker>\d\d)", re.IGNORECASE
)
CODES = {"n": "neutral", "f": "fear", "h": "happy", "s": "sad", "a": "angry"}
MISNAMED = ("09", "15", "21", "23", "25")  # women, each with one file that is named a man's: the speaker is right
LOOKED_FOR = "files such as 03Happy/h3-04-02-02-20.wav"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the recordings; the file's name gives the emotion."""
    return recordings(NAME, folder, FIELDS, _read, notify, LOOKED_FOR)


def _read(file: Path, fields: re.Match[str]) -> dict[str, Any]:
    letter, speaker = fields["emotion"][0].lower(), fields["speaker"]
    sex = "female" if fields["sex"] == "01" or speaker in MISNAMED else "male"
    return {"emotion": CODES[letter], "speaker": speaker, "sex": sex, "sentence": f"{letter}{fields['sentence']}"}
