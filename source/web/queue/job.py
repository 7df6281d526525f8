"""A job: what is to be read, how far it is, and what came of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from ..library import id_of
from ..titles import title

WAITING, HELD, RUNNING = "waiting", "held", "running"
DONE, FAILED, STOPPED = "done", "failed", "stopped"
FORGOTTEN = "forgotten"  # what listeners are told last of a job that is deleted
UNFINISHED = (WAITING, RUNNING)  # as they are written down; "held" is only how they are shown while somebody is live
UPLOAD, LINK, TEXT, INPUT, RECORDING = "upload", "link", "text", "input", "recording"
AUTO = "auto"  # the model that reads this kind of file
MOST_NAME = 60  # characters of words that stand for a job


def new_id() -> str:
    """Return an id that nobody can guess, 16 letters and digits."""
    return secrets.token_hex(8)


@dataclass(frozen=True, kw_only=True)
class _Told:
    id: str = field(default_factory=new_id)
    source: str
    """upload, link, text, input or recording."""
    name: str
    """For people: of the file, or how the words begin."""
    model: str = AUTO
    """Its name; "auto": what the file is decides, once it is looked at."""
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))
    """ISO 8601, in UTC."""
    bytes: int = 0
    """Of the file that came in."""
    state: str = WAITING
    """waiting, running, held (while somebody is live), done, failed, stopped; of an event also forgotten."""
    done: int = 0
    total: int = 0
    """0: not known."""
    unit: str = ""
    """What `done` and `total` count, such as "seconds"."""
    sentence: str = ""
    """What goes on."""
    notes: tuple[str, ...] = ()
    """What a person should know."""
    trouble: str | None = None
    """Why there is no result, in a sentence."""


@dataclass(frozen=True, kw_only=True)
class Shown(_Told):
    """A job as the page and programs are told of it."""

    result: str | None = None
    """Id of the result; of a folder of files, of the first."""
    results: tuple[str, ...] = ()
    """Ids of all."""


@dataclass(frozen=True, kw_only=True)
class Job(_Told):
    """A job as it is written down. A change makes a new one."""

    asked: str = ""
    """The link, the words or the name of the input; empty for a file that came in."""
    folders: tuple[str, ...] = ()
    """Of the results, seen from the folder of all results."""
    begun: int = 0
    """How many times it was begun without coming to an end."""

    def shown(self, is_held: bool = False) -> dict[str, Any]:
        """Return the document of `Shown`; is_held: nothing goes on meanwhile."""
        told = {one.name: getattr(self, one.name) for one in fields(_Told)}
        if is_held and self.state in UNFINISHED:
            told["state"] = HELD
        results = tuple(id_of(Path(folder)) for folder in self.folders)
        return asdict(Shown(**told, result=results[0] if results else None, results=results))

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Return the job that `asdict` made this document of; raises KeyError or TypeError for any other."""
        values: dict[str, Any] = {one.name: document[one.name] for one in fields(cls)}
        values |= {name: tuple(values[name]) for name in ("notes", "folders")}
        return cls(**values)


def name_of(source: str, asked: str) -> str:
    """Return the name for people of what was asked for.

    >>> name_of("text", "What a day! " * 9)
    'What a day! What a day! What a day! What a day! What a day!…'
    """
    if source not in (TEXT, LINK):
        return title(asked)
    words = "".join(one for one in " ".join(asked.split()) if one.isprintable())
    return words if len(words) <= MOST_NAME else words[: MOST_NAME - 1].rstrip() + "…"
