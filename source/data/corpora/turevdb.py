"""TurEV-DB, the Turkish emotion-voice database (Canpolat et al. 2020, SLTU): six people, 82 words, four emotions.

A file's name is speaker, emotion by two letters of its Turkish name, and word, such as Happy/1234_mt_kedi.wav.
"""

import re
from pathlib import Path
from typing import Any

from ...core.hooks import Notify
from ..clips import Clip
from .recordings import recordings

NAME = "TurEV-DB"
LICENCE = "CC BY-NC-ND 4.0: not for commercial use, and no altered copy may be passed on"
FIELDS = re.compile(r"(?P<speaker>\d{4})_(?P<emotion>kz|sk|mt|hl)_(?P<word>.+)", re.IGNORECASE)
CODES = {"kz": "angry", "sk": "calm", "mt": "happy", "hl": "sad"}  # kizgin, sakin, mutlu, huzunlu
LOOKED_FOR = "files such as Happy/1234_mt_kedi.wav"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the recordings; calm is read as neutral and stays the clip's `original`, as in RAVDESS."""
    return recordings(NAME, folder, FIELDS, _read, notify, LOOKED_FOR)


def _read(file: Path, fields: re.Match[str]) -> dict[str, Any]:
    emotion = CODES[fields["emotion"].lower()]
    label = {"emotion": "neutral", "original": "calm"} if emotion == "calm" else {"emotion": emotion}
    return label | {"speaker": fields["speaker"], "sentence": fields["word"].lower()}
