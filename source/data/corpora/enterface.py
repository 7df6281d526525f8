"""eNTERFACE'05 (Martin et al. 2006, ICDE Workshops): people of 14 nations act five sentences for each of six emotions.

`subject 1/anger/sentence 1/s1_an_1.avi`, with exceptions: subject 6 has no folders of sentences, and some names are
spelt otherwise (s_3_an_1.avi). So the folders give speaker, emotion and sentence, and the name where they do not.
"""

import re
from pathlib import Path
from typing import Any

from ...core.hooks import Notify
from ..clips import Clip
from ..labels import emotion_named
from .recordings import recordings

NAME = "eNTERFACE"
LICENCE = "for research"
FIELDS = re.compile(r"s_?(?P<subject>\d+)_(?P<emotion>an|di|fe|ha|sa|su)_?(?P<sentence>\d+)", re.IGNORECASE)
CODES = {"an": "angry", "di": "disgust", "fe": "fear", "ha": "happy", "sa": "sad", "su": "surprise"}
NUMBERED = {
    field: re.compile(rf"{word}[ _-]*(\d+)", re.IGNORECASE)
    for field, word in (("speaker", "subject"), ("sentence", "sentence"))
}
LOOKED_FOR = "files such as subject 1/anger/sentence 1/s1_an_1.avi"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the videos; where a folder and a name give different emotions, the folder's."""

    def read(file: Path, _: re.Match[str]) -> dict[str, Any] | None:
        fields = {"sentence": ""} | _by_name(file) | _by_folders(file.relative_to(folder))
        return fields if {"emotion", "speaker"} <= set(fields) else None

    def take(clip: Clip) -> tuple[str, ...]:
        return clip.speaker, clip.emotion, clip.sentence or clip.path.stem

    clips = recordings(NAME, folder, re.compile(".*"), read, notify, LOOKED_FOR, take)
    otherwise = [clip for clip in clips if _by_name(clip.path).get("emotion", clip.emotion) != clip.emotion]
    if otherwise:
        notify(
            f"{NAME}: {len(otherwise):,} files lie in a folder of another emotion than their name says, such as "
            f"{otherwise[0].source}; the folder was taken."
        )
    return clips


def _by_name(file: Path) -> dict[str, str]:
    fields = FIELDS.fullmatch(file.stem)
    if not fields:
        return {}
    speaker, sentence = (str(int(fields[name])) for name in ("subject", "sentence"))
    return {"speaker": speaker, "emotion": CODES[fields["emotion"].lower()], "sentence": sentence}


def _by_folders(below: Path) -> dict[str, str]:
    """Return what the folders from `subject N` down to the file say; only there does a folder name an emotion."""
    fields: dict[str, str] = {}
    for parent in below.parents:
        for field, pattern in NUMBERED.items():
            if match := pattern.fullmatch(parent.name):
                fields.setdefault(field, str(int(match[1])))
        if "speaker" in fields:
            return fields
        if not parent.name.isdecimal() and (emotion := emotion_named(parent.name)):
            fields.setdefault("emotion", emotion)
    return {}
