"""EMOVO (Costantini et al. 2014, LREC): six Italian actors, fourteen sentences, seven emotions.

A file's name is emotion, by the beginning of its Italian name, actor (f1 to f3 women, m1 to m3 men) and sentence, such
as f1/gio-f1-b2.wav.
"""

import re
from pathlib import Path
from typing import Any

from ...core.hooks import Notify
from ..clips import Clip
from .recordings import recordings

NAME = "EMOVO"
LICENCE = "free for research, no licence is stated; cite Costantini et al. 2014"
FIELDS = re.compile(r"(?P<emotion>dis|gio|neu|pau|rab|sor|tri)-(?P<actor>[fm]\d)-(?P<sentence>[a-z]\d)", re.IGNORECASE)
CODES = {  # disgusto, gioia, neutrale, paura, rabbia, sorpresa, tristezza
    "dis": "disgust", "gio": "happy", "neu": "neutral", "pau": "fear", "rab": "angry", "sor": "surprise", "tri": "sad",
}  # fmt: skip
LOOKED_FOR = "files such as f1/gio-f1-b2.wav"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the recordings."""
    return recordings(NAME, folder, FIELDS, _read, notify, LOOKED_FOR)


def _read(file: Path, fields: re.Match[str]) -> dict[str, Any]:
    actor = fields["actor"].lower()
    person = {"speaker": actor, "sex": "female" if actor[0] == "f" else "male"}
    return person | {"emotion": CODES[fields["emotion"].lower()], "sentence": fields["sentence"].lower()}
