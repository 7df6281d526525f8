"""RAF-DB, the basic emotions (Li et al. 2017): with its list of labels, or in the numbered folders of Kaggle's copy."""

from pathlib import Path

from ...core.errors import DemeanorError
from ...core.hooks import Notify
from ...media.types import PICTURES
from ..clips import Clip, numbered
from .folders import files_below, not_found

NAME = "RAF-DB"
LICENCE = "for non-commercial research, on request to its makers; no picture may be passed on"
CODES = {"1": "surprise", "2": "fear", "3": "disgust", "4": "happy", "5": "sad", "6": "angry", "7": "neutral"}
LOOKED_FOR = "list_partition_label.txt with pictures such as train_00001_aligned.jpg, or folders train/1 to test/7"


def load(folder: Path, notify: Notify) -> list[Clip]:
    """Return the pictures in RAF-DB's own partition, preferably the aligned ones; missing ones keep a path."""
    lists = sorted(folder.rglob("list_pa*tition_label.txt"))  # the makers' own file is list_patition_label.txt
    clips = _from_list(lists[0], folder) if lists else _from_folders(folder)
    if not clips:
        raise not_found(NAME, folder, LOOKED_FOR)
    notify(f"{NAME}: its own partition has train and test; val will be taken from train.")
    return numbered(clips)


def _from_list(file: Path, folder: Path) -> list[Clip]:
    pictures: dict[str, Path] = {}  # by the name that the list gives them (train_00001), aligned before original ones
    for picture in sorted(files_below(folder, PICTURES), key=lambda picture: not picture.stem.endswith("_aligned")):
        pictures.setdefault(picture.stem.removesuffix("_aligned"), picture)
    clips = []
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not (words := line.split()):
            continue
        name, code, split = words[0], words[-1], words[0].partition("_")[0]
        if code not in CODES or split not in ("train", "test"):
            raise DemeanorError(
                f"{file}, line {number}: '{line.strip()}' is not of the form 'train_00001.jpg 5', labels from 1 to 7."
            )
        path = pictures.get(Path(name).stem, file.parent / name)
        clips.append(Clip(path, NAME, 0, CODES[code], split=split, source=name))
    return clips


def _from_folders(folder: Path) -> list[Clip]:
    return [
        Clip(file, NAME, 0, CODES[code], split=split, source=file.relative_to(folder).as_posix())
        for file in files_below(folder, PICTURES)
        for split, code in [(file.parent.parent.name.lower(), file.parent.name)]
        if split in ("train", "test") and code in CODES
    ]
