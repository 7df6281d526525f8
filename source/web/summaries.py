"""Results in a line each, kept over a restart, for reading result.json of an hour takes a while."""

from __future__ import annotations

import json
from collections.abc import Container
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from ..core.errors import DemeanorError
from ..core.files import write_whole
from ..core.serialise import json_text
from ..media.link import is_link
from ..media.types import PICTURES, SOUNDS, TEXTS, VIDEOS
from ..results.annotations import FILE as ANNOTATIONS
from ..results.annotations import Annotations, read_annotations
from ..results.prediction import SCHEMA, Reading
from ..results.writing import RESULT
from .files import files_in

KINDS = {"video": VIDEOS, "sound": SOUNDS, "picture": PICTURES, "text": TEXTS}
KIND_OF_MODEL = {"combined": "video", "audio": "sound", "face": "picture", "text": "text"}  # where no name says


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


class Summaries:
    """What is known of results, by their ids; used by any thread."""

    def __init__(self, cache: Path | None) -> None:
        """cache: file that it is kept in; None: memory alone."""
        self._cache, self._lock = cache, Lock()
        self._known = _read(cache)
        self._saved = set(self._known)

    def summary(self, id: str, folder: Path) -> Summary | None:
        """Return a result in a line; None where result.json is of another kind or gone."""
        try:
            stat = (folder / RESULT).stat()
            was, stamp = self._known.get(id), [stat.st_mtime_ns, stat.st_size]
            if was is None or was[0] != stamp:
                made = datetime.fromtimestamp(stat.st_mtime, UTC).isoformat(timespec="seconds")
                self._known[id] = was = stamp, _summary(id, folder, document_in(folder), made)
                self._saved.discard(id)
            size = sum(file.bytes for file in files_in(folder))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        added = _annotations(folder)
        own = {name: getattr(added, name) for name in ("participant", "group", "note")}
        return replace(was[1], **own, bytes=size)

    def keep(self, ids: Container[str]) -> None:
        """Write down what is known of these, and forget all others."""
        with self._lock:
            self._known = {id: known for id, known in list(self._known.items()) if id in ids}
            if self._cache and self._saved != set(self._known):
                document = {id: [stamp, asdict(summary)] for id, (stamp, summary) in self._known.items()}
                with suppress(OSError):  # a full disk: it is read anew after a restart
                    write_whole(self._cache, json_text(document))
                    self._saved = set(document)


def _read(cache: Path | None) -> dict[str, tuple[list[int], Summary]]:
    """Return what is in the file: what result.json was like, and its summary; nothing where it is damaged."""
    try:
        document = json.loads(cache.read_text(encoding="utf-8")) if cache else {}
        return {id: (stamp, Summary(**summary)) for id, (stamp, summary) in document.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def document_in(folder: Path) -> dict[str, Any]:
    """Return the document of result.json; raises ValueError where it is none of a prediction."""
    document = json.loads((folder / RESULT).read_text(encoding="utf-8"), parse_constant=_no_number)
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ValueError(f"{folder / RESULT} is no {SCHEMA}")
    return document


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON, and no browser reads it")


def _summary(id: str, folder: Path, document: dict[str, Any], created: str) -> Summary:
    source, model = str(document["source"]), document["model"]
    ending = Path(source).suffix.lower()
    kind = next((kind for kind, endings in KINDS.items() if ending in endings), KIND_OF_MODEL.get(model, "text"))
    readings = document["readings"]
    first = document["overall"] or (max(readings, key=lambda one: one["confidence"]) if readings else None)
    people = document["people"] or [one for one in readings if one["box"]]
    answer = Reading(**{one.name: first[one.name] for one in fields(Reading)}) if first else Reading({})
    name = (("" if is_link(source) else Path(source).name) or folder.name).encode(errors="replace").decode()
    summary = Summary(
        id=id, name=name, model=model, kind=kind, created=created,
        seconds=document["seconds"], answer=answer.summary, emotion=answer.emotion,
        confidence=answer.confidence if answer.likeliest else None,
        people=len({one["person"] for one in people}), participant="", group="", note="", bytes=0,
    )  # fmt: skip
    json.dumps(asdict(summary), ensure_ascii=False, allow_nan=False).encode()  # whoever wrote it: it must be sendable
    return summary


def _annotations(folder: Path) -> Annotations:
    try:
        return read_annotations(folder) if (folder / ANNOTATIONS).is_file() else Annotations()
    except DemeanorError:  # damaged; whoever opens the result is told
        return Annotations()
