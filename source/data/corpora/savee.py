"""SAVEE (Haq & Jackson 2010, in Machine Audition, IGI Global): four men, fifteen sentences an emotion, thirty neutral.

A file's name is speaker, emotion and number: DC_a01.wav, or a01.wav in the speaker's folder DC. The same take's video
is AudioVisualClip/DC/a1.avi. A sentence is named by letter and number, for the number alone mostly stands for another
sentence in another emotion.
"""

import re
from pathlib import Path
from typing import Any

from ...core.hooks import Notify
from ..clips import Clip
from .recordings import recordings

NAME = "SAVEE"
LICENCE = "free for research only, on registration with its makers"
SPEAKERS = ("DC", "JE", "JK", "KL")  # all men
FIELDS = re.compile(r"((?P<speaker>[A-Z]{2})_)?(?P<emotion>sa|su|[adfhn])(?P<number>\d{1,2})")
CODES = {
    "a": "angry", "d": "disgust", "f": "fear", "h": "happy", "n": "neutral", "sa": "sad", "su": "surprise"
}  # fmt: skip
LOOKED_FOR = "files such as DC_a01.wav or DC/a01.wav, of the speakers DC, JE, JK and KL"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the recordings, in one folder or in one for each speaker."""
    return recordings(NAME, folder, FIELDS, _read, notify, LOOKED_FOR, take=lambda clip: (clip.speaker, clip.sentence))


def _read(file: Path, fields: re.Match[str]) -> dict[str, Any] | None:
    speaker = fields["speaker"] or file.parent.name
    if speaker not in SPEAKERS:
        return None
    sentence = f"{fields['emotion']}{int(fields['number']):02d}"
    return {"emotion": CODES[fields["emotion"]], "speaker": speaker, "sex": "male", "sentence": sentence}
