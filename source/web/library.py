"""The results below one folder: found anew each time, known by ids that say nothing of their place."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..core.errors import DemeanorError
from ..media.link import is_link
from ..media.types import PICTURES, SOUNDS, TEXTS, VIDEOS
from ..results.annotations import FILE as ANNOTATIONS
from ..results.annotations import Annotations, read_annotations
from ..results.prediction import SCHEMA, Reading
from ..results.writing import RESULT

KINDS = {"video": VIDEOS, "sound": SOUNDS, "picture": PICTURES, "text": TEXTS}
KIND_OF_MODEL = {"combined": "video", "audio": "sound", "face": "picture"}  # where the file's name does not say
ORIGINAL = "original"  # stem of what was uploaded or recorded, moved into its result
PLAYED = {  # endings that browsers show
    "video": (".mp4", ".m4v", ".webm", ".ogv"),
    "audio": (".wav", ".mp3", ".m4a", ".aac", ".flac", ".ogg", ".oga", ".opus", ".weba"),
    "image": (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".webp", ".avif", ".bmp"),
}
DRAWN = ("annotated.mp4", "annotated.png")  # with boxes in the picture


@dataclass(frozen=True)
class Summary:
    """A result in a line."""

    id: str
    name: str
    """Of what was read."""
    model: str
    kind: str
    """video, sound, picture or text."""
    created: str
    """ISO 8601, in UTC."""
    seconds: float | None
    answer: str
    """In words."""
    emotion: str | None
    confidence: float | None
    people: int
    participant: str
    group: str
    note: str
    bytes: int
    """Of all its files."""


@dataclass(frozen=True)
class File:
    """A file of a result."""

    name: str
    bytes: int


@dataclass(frozen=True)
class Media:
    """The file of a result that a browser plays or shows."""

    name: str
    kind: str
    """video, audio or image."""
    boxes_burnt: bool
    """Whether the picture has boxes and answers in it already."""


class Library:
    """All results below `folder`, also those in folders of runs over many files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[tuple[Path, int, int], Summary] = {}

    def folders(self) -> dict[str, Path]:
        """Return the folder of each result by its id."""
        return {id_of(path.relative_to(self.folder)): path for path in self._found()}

    def id_of(self, folder: Path | str) -> str:
        """Return the id of the result in `folder`, which lies in the library's."""
        return id_of(Path(folder).absolute().relative_to(self.folder.absolute()))

    def folder_of(self, id: str) -> Path | None:
        """Return the folder of a result; None where there is none of this id."""
        return self.folders().get(id)

    def summaries(self) -> list[Summary]:
        """Return all results, the newest first."""
        found = [summary for id, path in self.folders().items() if (summary := self.summary(id, path))]
        return sorted(found, key=lambda summary: (summary.created, summary.id), reverse=True)

    def summary(self, id: str, folder: Path) -> Summary | None:
        """Return a result in a line; None where result.json is of another kind or gone."""
        try:
            stat = (folder / RESULT).stat()
            key = (folder, stat.st_mtime_ns, stat.st_size)
            if key not in self._known:
                document = document_in(folder)
                made = datetime.fromtimestamp(stat.st_mtime, UTC).isoformat(timespec="seconds")
                self._known[key] = _summary(id, folder, document, made)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        added = _annotations(folder)
        size = sum(file.bytes for file in files_in(folder))
        own = {name: getattr(added, name) for name in ("participant", "group", "note")}
        return replace(self._known[key], **own, bytes=size)

    def delete(self, id: str) -> bool:
        """Delete a result with all its files; return whether there was one."""
        folder = self.folder_of(id)
        if folder is None:
            return False
        shutil.rmtree(folder)
        return True

    def _found(self) -> Iterator[Path]:
        for path in _sub_folders(self.folder):
            inner = [folder for folder in _sub_folders(path) if (folder / RESULT).is_file()]
            yield from inner or ([path] if (path / RESULT).is_file() else [])


def id_of(relative: Path) -> str:
    """Return the id of a result by its folder, seen from the library's.

    >>> id_of(Path("demo_clip"))
    '2f9aae0e5fae8ef6'
    """
    return hashlib.sha256(relative.as_posix().encode(errors="surrogateescape")).hexdigest()[:16]


def document_in(folder: Path) -> dict[str, Any]:
    """Return the document of result.json; raises ValueError where it is none of a prediction."""
    document = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ValueError(f"{folder / RESULT} is no {SCHEMA}")
    return document


def files_in(folder: Path) -> list[File]:
    """Return the files of a result by their names; links and hidden files are none of it."""
    found = (path for path in folder.iterdir() if not path.is_symlink() and path.is_file())
    return sorted((File(path.name, path.stat().st_size) for path in found if not path.name.startswith(".")),
                  key=lambda file: file.name)  # fmt: skip


def media_in(folder: Path) -> Media | None:
    """Return the file that a browser can play or show: what was read, else the one with boxes; None: neither."""
    names = [file.name for file in files_in(folder)]
    originals = [name for name in names if Path(name).stem == ORIGINAL]
    for name in (*originals, *(name for name in DRAWN if name in names)):
        for kind, endings in PLAYED.items():
            if name.lower().endswith(endings):
                return Media(name, kind, name in DRAWN)
    return None


def _summary(id: str, folder: Path, document: dict[str, Any], created: str) -> Summary:
    source, model = str(document["source"]), document["model"]
    ending = Path(source).suffix.lower()
    kind = next((kind for kind, endings in KINDS.items() if ending in endings), KIND_OF_MODEL.get(model, "text"))
    readings = document["readings"]
    first = document["overall"] or (max(readings, key=lambda one: one["confidence"]) if readings else None)
    people = document["people"] or [one for one in readings if one["box"]]
    answer = Reading(**{one.name: first[one.name] for one in fields(Reading)}) if first else Reading({})
    name = "" if is_link(source) else Path(source).name
    return Summary(
        id=id, name=name or folder.name, model=model, kind=kind, created=created,
        seconds=document["seconds"], answer=answer.summary, emotion=answer.emotion,
        confidence=answer.confidence if answer.likeliest else None,
        people=len({one["person"] for one in people}), participant="", group="", note="", bytes=0,
    )  # fmt: skip


def _annotations(folder: Path) -> Annotations:
    try:
        return read_annotations(folder) if (folder / ANNOTATIONS).is_file() else Annotations()
    except DemeanorError:  # damaged; whoever opens the result is told
        return Annotations()


def _sub_folders(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if not p.name.startswith(".") and not p.is_symlink() and p.is_dir())
    except OSError:
        return []
