"""Labelled files of a corpus, and the `clips.csv` that holds what their names cannot."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from ..core import config
from ..core.errors import DemeanorError
from .labels import FINER, emotion_named

SPLITS = ("train", "val", "test")
MANIFEST = "clips.csv"
AFFECT_DIMENSIONS = ("sentiment", "valence", "arousal")
UNLABELLED = "none"  # stands for the emotion in the file name of a clip that has none
NAME = re.compile(r"(?P<corpus>.+)_(?P<number>\d+)_(?P<emotion>[^_]+)")  # <dataset>_<number>_<emotion>


@dataclass(frozen=True)
class Clip:
    """A labelled file. An empty string means: not known.

    Raises DemeanorError for values that no corpus can have.
    """

    path: Path
    corpus: str
    number: int
    emotion: str  # a name in config.EMOTIONS; empty where the corpus gives affect dimensions only
    speaker: str = ""  # the person; splits never share one
    sex: str = ""  # "female" or "male", where the corpus says
    sentence: str = ""  # what is said, or the corpus's code for it
    split: str = ""  # the corpus's own partition: train, val or test
    source: str = ""  # the original file, relative to the corpus's folder
    votes: tuple[float, ...] = ()  # raters' votes over config.EMOTIONS, where the corpus has them
    original: str = ""  # the corpus's own label where it is finer than `emotion`: one of labels.FINER
    about: str = ""  # what else the corpus says of the speaker: "age 51; race Caucasian"
    sentiment: float | None = None  # each of these from -1, negative or calm, to 1; None: the corpus does not say
    valence: float | None = None
    arousal: float | None = None

    def __post_init__(self) -> None:
        if self.emotion not in config.EMOTIONS and not (self.emotion == "" and self.affect):
            raise DemeanorError(f"{self.path}: '{self.emotion}' is not one of {', '.join(config.EMOTIONS)}.")
        if self.split and self.split not in SPLITS:
            raise DemeanorError(f"{self.path}: split '{self.split}' is not one of {', '.join(SPLITS)}.")
        if self.original and FINER.get(self.original) != self.emotion:
            raise DemeanorError(f"{self.path}: '{self.original}' is no finer label of {self.emotion}.")
        if self.votes and len(self.votes) != len(config.EMOTIONS):
            raise DemeanorError(f"{self.path}: {len(self.votes)} votes for {len(config.EMOTIONS)} emotions.")
        outside = [name for name, value in self.affect.items() if not -1 <= value <= 1]
        if outside:
            raise DemeanorError(f"{self.path}: {outside[0]} must be from -1 to 1, not {self.affect[outside[0]]}.")

    @property
    def affect(self) -> dict[str, float]:
        """The values of those affect dimensions that the corpus gives."""
        values = {name: getattr(self, name) for name in AFFECT_DIMENSIONS}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def training_name(self) -> str:
        """The file's name in the training layout: <dataset>_<number>_<emotion>.<ext>."""
        return f"{self.corpus}_{self.number}_{self.emotion or UNLABELLED}{self.path.suffix.lower()}"


COLUMNS = tuple(field.name for field in fields(Clip))


def clip_from_name(path: Path) -> Clip | None:
    """Read <dataset>_<number>_<emotion>.<ext>; return None where the name is not of that form.

    >>> clip_from_name(Path("mine_7_happiness.png")).emotion
    'happy'
    """
    match = NAME.fullmatch(path.stem)
    if match and (emotion := emotion_named(match["emotion"])):
        return Clip(path, match["corpus"], int(match["number"]), emotion)
    return None


def labelled_files(folder: Path, suffixes: Sequence[str]) -> list[Clip]:
    """Return the clips of any labelled folder: by its clips.csv, else by file name or sub-folder (`happy/a.png`).

    Files without a label are left out. Paths are absolute. Speakers are known only where clips.csv says.
    """
    if (folder / MANIFEST).is_file():
        return read_clips(folder / MANIFEST, relative_to=folder)
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in suffixes and file.is_file())
    clips = []
    for number, file in enumerate(files):
        if clip := clip_from_name(file):
            clips.append(clip)
        elif emotion := emotion_named(file.parent.name):
            source = file.relative_to(folder).as_posix()
            clips.append(Clip(file, folder.name, number, emotion, source=source))
    return clips


def write_clips(file: Path, clips: Iterable[Clip], relative_to: Path | None = None, append: bool = False) -> None:
    """Write clips as CSV, one row each, columns COLUMNS; paths relative to `relative_to` where they lie below it."""
    with file.open("a" if append else "w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        if not append:
            writer.writeheader()
        for clip in clips:
            row = {name: getattr(clip, name) for name in COLUMNS}
            path = clip.path
            if relative_to and path.is_relative_to(relative_to):
                path = path.relative_to(relative_to)
            row["path"] = path.as_posix()
            row["votes"] = " ".join(f"{vote:g}" for vote in clip.votes)
            row |= {name: f"{value:g}" for name, value in clip.affect.items()}
            writer.writerow(row)


def read_clips(file: Path, relative_to: Path | None = None) -> list[Clip]:
    """Read what `write_clips` wrote; relative paths are taken from `relative_to`.

    Raises DemeanorError where a column is missing or a row is no clip.
    """
    with file.open(newline="", encoding="utf-8-sig") as stream:
        reader = csv.DictReader(stream)
        missing = {"path", "emotion"} - set(reader.fieldnames or ())
        if missing:
            raise DemeanorError(f"{file} lacks the columns {', '.join(sorted(missing))}; it has {reader.fieldnames}.")
        return [_clip_of_row(row, number, file, relative_to) for number, row in enumerate(reader)]


def _clip_of_row(row: dict[str, str], number: int, file: Path, relative_to: Path | None) -> Clip:
    known = {key: value for key, value in row.items() if key in COLUMNS and value}
    values: dict[str, Any] = {"corpus": file.parent.name, "emotion": "", **known}
    values |= {name: float(known[name]) for name in AFFECT_DIMENSIONS if name in known}
    values["path"] = (relative_to or Path()) / known["path"]
    values["number"] = int(known.get("number", number))
    values["emotion"] = emotion_named(values["emotion"]) or values["emotion"]
    values["votes"] = tuple(map(float, known.get("votes", "").split()))
    return Clip(**values)


def numbered(clips: Iterable[Clip]) -> list[Clip]:
    """Return the clips, numbered from 0 in their order, so that training names are unique within a corpus."""
    return [replace(clip, number=number) for number, clip in enumerate(clips)]
