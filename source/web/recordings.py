"""Recordings that come in piece by piece while they are made; what broke off is kept until somebody decides."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from ..core.files import write_whole
from .queue.job import AUTO, new_id
from .troubles import Busy, Conflict, NotFound, Trouble, not_written
from .uploads import MOST_BYTES, refuse_without_space, too_large

ENTRY, MEDIA = "recording.json", "media"
MOST_UNFINISHED = 50
GROWING_SECONDS = 10.0  # after its last piece a recording is taken to go on
MOST_PIECE_BYTES = 16_000_000


@dataclass(frozen=True)
class Begun:
    """A recording that was begun."""

    name: str
    model: str = AUTO
    type: str = ""
    """Media type, such as "video/webm"."""
    id: str = field(default_factory=new_id)
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))
    """ISO 8601, in UTC."""


@dataclass(frozen=True)
class Unfinished(Begun):
    """A recording that was not finished: it goes on, or it broke off."""

    bytes: int = 0
    """That are here."""
    is_growing: bool = False
    """Whether a piece came just now."""


class Recordings:
    """The recordings in `folder`, which is made, a folder each."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder, self._most_bytes, self._lock = folder, most_bytes, Lock()
        self.finishing = Lock()
        """Held by whoever makes a job of one."""
        folder.mkdir(parents=True, exist_ok=True)

    def begin(self, begun: Begun) -> None:
        """Make a place for a recording; raises Busy where there are too many, and DiskFull."""
        with self._lock:
            if sum(1 for _ in self._folder.iterdir()) >= MOST_UNFINISHED:
                raise Busy(f"There are {MOST_UNFINISHED} unfinished recordings; finish or delete some of them.")
            refuse_without_space(self._folder)
            folder = self._folder / begun.id
            folder.mkdir()
            (folder / MEDIA).touch(0o600)
            write_whole(folder / ENTRY, json.dumps(asdict(begun)))

    def append(self, id: str, start: int, piece: bytes) -> int:
        """Add a piece that begins at byte `start`, and return how many bytes there are; a power cut does not lose them.

        What is there already, since a piece was sent twice, is passed over. Raises Conflict, which says what there is,
        where bytes are missing before it; NotFound, TooLarge and DiskFull.
        """
        with self._lock:
            media = self._known(id) / MEDIA
            have = media.stat().st_size if media.exists() else 0
            if not 0 <= start <= have:
                raise Conflict(f"There are {have} bytes of this recording; send it on from there.", have=have)
            rest = memoryview(piece)[have - start :]
            if have + len(rest) > self._most_bytes:
                raise too_large(self._most_bytes)
            if rest:
                refuse_without_space(self._folder, len(rest))
                _append(media, rest, have)
            return have + len(rest)

    def unfinished(self) -> list[Unfinished]:
        """Return the recordings of which there is something, the oldest first."""
        found = []
        for folder in self._folder.iterdir():
            with suppress(OSError, ValueError, TypeError):
                known = json.loads((folder / ENTRY).read_text(encoding="utf-8"))
                media = (folder / MEDIA).stat()
                is_growing = time.time() - media.st_mtime < GROWING_SECONDS
                found.append(Unfinished(**known, bytes=media.st_size, is_growing=is_growing))
        return sorted((one for one in found if one.bytes), key=lambda one: one.created)

    def whole(self, id: str) -> tuple[Unfinished, Path]:
        """Return a recording and its file; raises NotFound, and Trouble where nothing of it came."""
        media = self._known(id) / MEDIA
        entry = next((one for one in self.unfinished() if one.id == id), None)
        if entry is None:
            raise Trouble("Nothing of this recording came in; record it again.")
        return entry, media

    def forget(self, id: str) -> None:
        """Delete a recording; raises NotFound where there is none."""
        with self._lock:
            shutil.rmtree(self._known(id))

    def tidy(self) -> None:
        """Delete those of which nothing came in before the server ended."""
        kept = {one.id for one in self.unfinished()}
        for folder in self._folder.iterdir():
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)

    def _known(self, id: str) -> Path:
        if not re.fullmatch("[0-9a-f]{16}", id) or not (self._folder / id).is_dir():
            raise NotFound("There is no such recording; it may have been finished or deleted.")
        return self._folder / id


def _append(media: Path, piece: memoryview, have: int) -> None:
    """Add a piece, all of it or nothing, unless this process is killed meanwhile."""
    with media.open("r+b", buffering=0) as stream:
        try:
            stream.seek(have)
            while piece:
                piece = piece[stream.write(piece) :]
            os.fsync(stream.fileno())
        except OSError as error:
            stream.truncate(have)
            raise not_written(error) from None
