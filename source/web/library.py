"""The results below one folder: found anew each time, known by ids that say nothing of their place."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from ..results.batch_folder import delete_result
from ..results.writing import RESULT
from .summaries import Summaries, Summary


class Library:
    """All results below `folder`, also those in folders of runs over many files."""

    def __init__(self, folder: Path, cache: Path | None = None) -> None:
        """cache: file that keeps summaries over a restart; None: none does."""
        self.folder, self._known = folder, Summaries(cache)
        self._places: dict[str, Path] = {}

    def folders(self) -> dict[str, Path]:
        """Return the folder of each result by its id."""
        self._places = {id_of(path.relative_to(self.folder)): path for path in self._found()}
        return self._places

    def id_of(self, folder: Path | str) -> str:
        """Return the id of the result in `folder`, which lies in the library's."""
        return id_of(Path(folder).absolute().relative_to(self.folder.absolute()))

    def folder_of(self, id: str) -> Path | None:
        """Return the folder of a result; None where there is none of this id."""
        known = self._places.get(id)  # a film is fetched in many pieces
        return known if known and (known / RESULT).is_file() else self.folders().get(id)

    def summaries(self) -> list[Summary]:
        """Return all results, the newest first."""
        folders = self.folders()
        found = [summary for id, path in folders.items() if (summary := self.summary(id, path))]
        self._known.keep(folders)
        return sorted(found, key=lambda summary: (summary.created, summary.id), reverse=True)

    def summary(self, id: str, folder: Path) -> Summary | None:
        """Return a result in a line; None where result.json is of another kind or gone."""
        return self._known.summary(id, folder)

    def delete(self, id: str) -> bool:
        """Delete a result with all its files; return whether there was one."""
        folder = self.folder_of(id)
        if folder is None:
            return False
        if folder.parent == self.folder:
            shutil.rmtree(folder)
        else:
            delete_result(folder.parent, folder.name)
        self._known.keep(self.folders())
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


def _sub_folders(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if not p.name.startswith(".") and not p.is_symlink() and p.is_dir())
    except OSError:
        return []
