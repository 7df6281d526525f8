"""RAVDESS, the speech (Livingstone & Russo 2018, PLoS ONE 13(5): e0196391): 24 actors, two sentences, eight emotions.

A file's name is seven fields, such as 03-01-06-01-02-01-12.wav: modality (01 sound and picture, 02 picture only,
03 sound only), channel (01 speech, 02 song), emotion, intensity, statement, repetition, actor (odd male, even female).
"""

import re
from pathlib import Path
from typing import Any

from ...core.hooks import Notify
from ..clips import Clip
from .recordings import recordings

NAME = "RAVDESS"
LICENCE = "CC BY-NC-SA 4.0: not for commercial use"
FIELDS = re.compile(
    r"(?P<modality>0[123])-(?P<channel>0[12])-(?P<emotion>0[1-8])-0[12]-(?P<statement>0[12])-\d\d-(?P<actor>\d\d)"
)
CODES = {
    "01": "neutral", "02": "calm", "03": "happy", "04": "sad", "05": "angry", "06": "fear", "07": "disgust",
    "08": "surprise",
}  # fmt: skip
LOOKED_FOR = "the speech, in files such as Actor_12/03-01-06-01-02-01-12.wav or 01-01-06-01-02-01-12.mp4"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the spoken recordings; of a performance that was filmed, the video with sound before the silent one.

    Calm is read as neutral and stays the clip's `original`, so that the grouping "eight" can tell it apart.
    """
    clips = recordings(
        NAME, folder, FIELDS, _read, notify, LOOKED_FOR, lambda clip: clip.path.stem.partition("-")[2], is_silent
    )
    calm = len({clip.number for clip in clips if clip.original == "calm"})
    if calm:
        notify(f'{NAME}: {calm:,} recordings of calm are read as neutral, and told apart in the grouping "eight".')
    return clips


def is_silent(clip: Clip) -> bool:
    """Return whether it is a video without sound."""
    return clip.path.stem.startswith("02")


def _read(file: Path, fields: re.Match[str]) -> dict[str, Any] | str:
    if fields["channel"] == "02":
        return "song, not speech"
    emotion, actor = CODES[fields["emotion"]], fields["actor"]
    label = {"emotion": "neutral", "original": "calm"} if emotion == "calm" else {"emotion": emotion}
    sex = "male" if int(actor) % 2 else "female"
    return label | {"speaker": actor, "sex": sex, "sentence": fields["statement"]}
