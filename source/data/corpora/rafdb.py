"""RAF-DB, the basic emotions (Li et al. 2017): with its list of labels, or in the numbered folders of Kaggle's copy."""

from pathlib import Path

from ...core.errors import DemeanorError
from ..clips import Clip, numbered
from . import Notify
from .folders import not_found, pictures_below

NAME = "RAF-DB"
LICENCE = "for non-commercial research, on request to its makers; no picture may be passed on"
SPEAKERS_KNOWN = False
CODES = {"1": "surprise", "2": "fear", "3": "disgust", "4": "happy", "5": "sad", "6": "angry", "7": "neutral"}
LOOKED_FOR = "list_partition_label.txt with pictures such as train_00001_aligned.jpg, or folders train/1 to test/7"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """The pictures in RAF-DB's own partition, the aligned ones where there are such; a missing one keeps its path."""
    lists = sorted(folder.rglob("list_pa*tition_label.txt"))  # the makers' own file is list_patition_label.txt
    clips = _from_list(lists[0], folder) if lists else _from_folders(folder)
    if not clips:
        raise not_found(NAME, folder, LOOKED_FOR)
    notify(f"{NAME}: its own partition has train and test; val will be taken from train.")
    return numbered(clips)


def _from_list(file, folder):
    pictures = _by_name(folder)
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    rows = [(number, line.split()) for number, line in enumerate(lines, start=1) if line.strip()]
    return [_clip_of_line(words, f"{file}, line {number}", pictures, file.parent) for number, words in rows]


def _clip_of_line(words, where, pictures, folder):
    name, split = words[0], _split(words[0])
    if words[-1] not in CODES or not split:
        raise DemeanorError(f"{where}: '{' '.join(words)}' is not of the form 'train_00001.jpg 5', labels from 1 to 7.")
    return Clip(pictures.get(Path(name).stem, folder / name), NAME, 0, CODES[words[-1]], split=split, source=name)


def _split(name):
    return name.partition("_")[0] if name.startswith(("train_", "test_")) else ""


def _by_name(folder: Path) -> dict[str, Path]:
    """Pictures by the name that the list gives them (train_00001), the aligned one before the original."""
    pictures: dict[str, Path] = {}
    for file in sorted(pictures_below(folder), key=lambda file: not file.stem.endswith("_aligned")):
        pictures.setdefault(file.stem.removesuffix("_aligned"), file)
    return pictures


def _from_folders(folder):
    return [
        Clip(file, NAME, 0, CODES[code], split=split, source=file.relative_to(folder).as_posix())
        for file in pictures_below(folder)
        for split, code in [(file.parent.parent.name.lower(), file.parent.name)]
        if split in ("train", "test") and code in CODES
    ]
