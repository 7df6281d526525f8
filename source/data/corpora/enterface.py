"""eNTERFACE'05 (Martin et al. 2006, ICDE Workshops): people of 14 nations act five sentences for each of six emotions.

`subject 1/anger/sentence 1/s1_an_1.avi`, with exceptions: subject 6 has no folders of sentences, and some names are
spelt otherwise (s_3_an_1.avi). So the folders say who, what and which sentence, and the name where they do not.
"""

import re
from functools import partial
from pathlib import Path

from ..clips import Clip
from ..labels import emotion_named
from . import Notify
from .recordings import recordings

NAME = "eNTERFACE"
LICENCE = "for research"
SPEAKERS_KNOWN = True
FIELDS = re.compile(r"s_?(?P<subject>\d+)_(?P<emotion>an|di|fe|ha|sa|su)_?(?P<sentence>\d+)", re.IGNORECASE)
CODES = {"an": "angry", "di": "disgust", "fe": "fear", "ha": "happy", "sa": "sad", "su": "surprise"}
NUMBERED = {part: re.compile(rf"{part}[ _-]*(\d+)", re.IGNORECASE) for part in ("subject", "sentence")}
LOOKED_FOR = "files such as subject 1/anger/sentence 1/s1_an_1.avi"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """The videos."""
    clips = recordings(NAME, folder, partial(_read, folder=folder), notify, LOOKED_FOR, take=_take)
    otherwise = [clip for clip in clips if _named(clip.path).get("emotion", clip.emotion) != clip.emotion]
    if otherwise:
        example = otherwise[0].source
        notify(f"{NAME}: {len(otherwise):,} files lie in a folder of another emotion than their name says, such as "
            f"{example}; the folder was taken.")  # fmt: skip
    return clips


def _take(clip):
    return clip.speaker, clip.emotion, clip.sentence or clip.path.stem


def _read(file, folder):
    says = _named(file) | _in_folders(file.relative_to(folder))
    return {"sentence": ""} | says if {"emotion", "speaker"} <= set(says) else None


def _named(file):
    fields = FIELDS.fullmatch(file.stem)
    if not fields:
        return {}
    number = {name: str(int(fields[name])) for name in ("subject", "sentence")}
    return {"speaker": number["subject"], "emotion": CODES[fields["emotion"].lower()], "sentence": number["sentence"]}


def _in_folders(below):
    """What the folders from `subject N` down to the file say; only there is a folder's name an emotion."""
    says = {}
    for parent in below.parents:
        for part, field in (("subject", "speaker"), ("sentence", "sentence")):
            if match := NUMBERED[part].fullmatch(parent.name):
                says.setdefault(field, str(int(match[1])))
        if "speaker" in says:
            return says
        if not parent.name.isdecimal() and (emotion := emotion_named(parent.name)):
            says.setdefault("emotion", emotion)
    return {}
