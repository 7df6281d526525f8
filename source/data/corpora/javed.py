"""JAVED, the Javanese audio-visual emotional database: ten actors, four sentences, six emotions.

A file's name is actor, sentence, emotion and repetition, such as audio/01-03-06_07.opus. The first repetition was
filmed, and the same take is in video/ and in audio/.
"""

import re
from pathlib import Path
from typing import Any

from ...core.hooks import Notify
from ..clips import Clip
from .recordings import recordings

NAME = "JAVED"
LICENCE = "MIT for the sound; none is stated for the video"
FIELDS = re.compile(r"(?P<actor>0[1-9]|10)-(?P<sentence>\d\d)-(?P<emotion>0[1-6])_(?P<repetition>\d\d)")
CODES = {"01": "neutral", "02": "sad", "03": "happy", "04": "surprise", "05": "fear", "06": "angry"}
LAST_WOMAN = 5  # actors 01 to 05 are women, 06 to 10 men
DOUBTFUL = ("06-01-05_01", "08-01-06_01", "08-04-03_01")  # the video's sound differs from the sound file
LOOKED_FOR = "files such as audio/01-03-06_07.opus or video/01-03-06_01.mp4"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the recordings; a take that was filmed is there as sound and as video."""
    clips = recordings(NAME, folder, FIELDS, _read, notify, LOOKED_FOR)
    doubtful = list(dict.fromkeys(clip.path.stem for clip in clips if clip.path.stem in DOUBTFUL))
    if doubtful:
        notify(f"{NAME}: {', '.join(doubtful)} may be mislabelled (sound file and video differ); kept.")
    return clips


def _read(file: Path, fields: re.Match[str]) -> dict[str, Any]:
    actor = fields["actor"]
    person = {"speaker": actor, "sex": "female" if int(actor) <= LAST_WOMAN else "male"}
    return person | {"emotion": CODES[fields["emotion"]], "sentence": fields["sentence"]}
