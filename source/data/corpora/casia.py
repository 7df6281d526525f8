"""CASIA, the Chinese emotional corpus (ChineseLDC CLDC-SPC-2005-010; Tao et al. 2008): four people, six emotions.

Files are liuchanhg/angry/201.wav, or named with all three, in some order: liuchanhg-angry-201.wav, as in the copies
that people pass on. Of the whole corpus, what is said in one emotion only lies under the people's names in the order of
the West, Chang.Liu/angry/201.wav; those are other recordings, and neutral is called normal there.
"""

import re
from pathlib import Path
from typing import Any

from ...core.hooks import Notify
from ..clips import Clip
from .recordings import recordings

NAME = "CASIA"
LICENCE = "for research, by agreement with its makers, the Institute of Automation of the Chinese Academy of Sciences"
SPEAKERS = {
    "liuchanhg": "female", "wangzhe": "male", "zhaoquanyin": "female", "zhaozuoxiang": "male",
}  # fmt: skip
TURNED = {
    "chang.liu": "liuchanhg", "zhe.wang": "wangzhe", "quanyin.zhao": "zhaoquanyin", "zuoxiang.zhao": "zhaozuoxiang",
}  # fmt: skip
CODES = {
    "angry": "angry", "fear": "fear", "happy": "happy", "neutral": "neutral", "normal": "neutral", "sad": "sad",
    "surprise": "surprise",
}  # fmt: skip
LOOKED_FOR = "files such as liuchanhg/angry/201.wav or liuchanhg-angry-201.wav"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the recordings, by their names and, where those do not say it, by the two folders they lie in."""

    def take(clip: Clip) -> tuple[str, ...]:
        return clip.speaker, clip.emotion, clip.sentence

    return recordings(NAME, folder, re.compile(r".*\d.*"), _read, notify, LOOKED_FOR, take)


def _read(file: Path, _: re.Match[str]) -> dict[str, Any] | None:
    parts = [part.lower() for part in (*file.parent.parts[-2:], *re.split("[-_]", file.stem))]
    names, emotions, numbers = (
        [part for part in parts if is_one(part)]
        for is_one in ((SPEAKERS | TURNED).__contains__, CODES.__contains__, str.isdecimal)
    )
    if not (names and emotions and numbers):
        return None
    name, emotion, number = names[-1], CODES[emotions[-1]], numbers[-1]
    speaker = TURNED.get(name, name)
    sentence = f"{emotion} {number}" if name in TURNED else number
    return {"emotion": emotion, "speaker": speaker, "sex": SPEAKERS[speaker], "sentence": sentence}
