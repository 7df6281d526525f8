"""EmoGator (Buhl 2023, arXiv:2301.00508): wordless bursts, such as laughs, screams and sighs, of 357 people.

A file's name is person, one of thirty kinds, and repetition, such as data/mp3/000157-27-1.mp3. Nine of the kinds are
emotions.
"""

import re
from pathlib import Path
from typing import Any

from ...core.hooks import Notify
from ..clips import Clip
from .recordings import not_an_emotion, recordings

NAME = "EmoGator"
LICENCE = "Apache-2.0"
MAY_BE_LEFT_OUT = False  # without words: how well speech is read cannot be measured with it
FIELDS = re.compile(r"(?P<person>\d{6})-(?P<kind>\d\d)-\d")
CODES = {
    "02": "happy",  # amusement
    "03": "angry", "10": "disgust",
    "13": "happy",  # elation
    "15": "fear", "18": "neutral", "24": "sad",
    "27": "surprise", "28": "surprise",  # negative and positive
}  # fmt: skip
LOOKED_FOR = "files such as data/mp3/000157-27-1.mp3"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the bursts of the emotions, without those of other kinds."""
    return recordings(NAME, folder, FIELDS, _read, notify, LOOKED_FOR)


def _read(file: Path, fields: re.Match[str]) -> dict[str, Any] | str:
    emotion = CODES.get(fields["kind"])
    return {"emotion": emotion, "speaker": fields["person"]} if emotion else not_an_emotion("their kind of burst")
