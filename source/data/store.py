"""Store preprocessed features on disk: one memory-mapped `.npy` for each array, one row for each clip.

A store's folder holds `<array>.npy` (N, ...), `clips.csv` (row i belongs to array row i), `unreadable.csv` and
`manifest.json`. It is made in a hidden folder beside, which takes the place of an earlier store once it is complete.
The manifest's `rows` is the truth: it is written after the arrays, so that a run killed at any moment loses at most the
last rows and the next run goes on from there.
"""

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from ..core.errors import DemeanorError
from ..core.files import write_whole
from ..core.renamed import ARRAYS, with_current_names
from .clips import MANIFEST as CLIPS
from .clips import Clip, read_clips, write_clips

MANIFEST = "manifest.json"
UNREADABLE = "unreadable.csv"
FORMAT = 1
MADE_OF = ("settings", "sources", "format")  # of a manifest: a store of the same is continued
HEADER_BYTES = 256  # .npy header, padded so that the number of rows can grow in place


@dataclass(frozen=True)
class Manifest:
    """The contents of a store and the settings that made it."""

    model: str
    settings: dict[str, Any]  # the extract settings that the arrays were made with
    sources: str  # the `fingerprint` of the clips
    rows: int = 0
    unreadable: int = 0
    arrays: dict[str, dict[str, Any]] | None = None  # name -> dtype and shape of one row
    complete: bool = False
    format: int = FORMAT

    @property
    def clips_done(self) -> int:
        """Clips that need no more work."""
        return self.rows + self.unreadable


def fingerprint(clips: Sequence[Clip]) -> str:
    """Return a SHA-256 over the clips' names and labels and their files' sizes and times of change."""
    digest = hashlib.sha256()
    for clip in clips:
        stat = clip.path.stat() if clip.path.exists() else None
        state = (stat.st_size, stat.st_mtime_ns) if stat else ()
        labels = (clip.emotion, clip.original, clip.speaker, clip.split, clip.votes)
        digest.update(repr((clip.path.name, *labels, state)).encode())
    return digest.hexdigest()


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of the store in `folder`, its settings by today's names; None where there is none.

    Raises DemeanorError where it is damaged.
    """
    file = folder / MANIFEST
    if not file.is_file():
        return None
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        settings = with_current_names(values["settings"])
        frozen = {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
        return Manifest(**(values | {"settings": frozen}))
    except (ValueError, TypeError, KeyError):
        raise DemeanorError(f"{file} is damaged; delete {folder} and preprocess the corpus again.") from None


class StoreWriter:
    """Append rows; every `append` is safe against a kill.

    >>> writer = StoreWriter(folder, Manifest("face", settings, fingerprint(clips)))  # doctest: +SKIP
    >>> for job in jobs[writer.manifest.clips_done:]:  # doctest: +SKIP
    ...     writer.append(readable_clips, arrays, unreadable)
    >>> writer.finish()  # doctest: +SKIP
    """

    def __init__(self, folder: Path, fresh: Manifest, resume: bool = True):
        """Continue the store in `folder` where it was made from the same sources and settings, else start again."""
        self.finished, self.draft, self.earlier = (
            folder,
            unfinished(folder),
            folder.with_name(f".{folder.name}.earlier"),
        )
        self.folder = self.draft  # where the store is at the moment
        folder.mkdir(parents=True, exist_ok=True)
        if (earlier := read_manifest(self.draft)) and earlier.complete:  # killed while it was put in its place
            self._put_in_place()
        shutil.rmtree(self.earlier, ignore_errors=True)
        if resume and _fits(earlier := read_manifest(folder), fresh):
            self.manifest = earlier
            if earlier.complete:
                self.folder = folder
                return
            shutil.rmtree(self.draft, ignore_errors=True)  # an earlier version made its stores in place
            folder.rename(self.draft)
            folder.mkdir()
        elif resume and _fits(earlier := read_manifest(self.draft), fresh):
            self.manifest = earlier
        else:
            self._begin(fresh)
            return
        self._cut_to_manifest()

    def append(self, clips: Sequence[Clip], arrays: Mapping[str, np.ndarray], unreadable: Mapping[str, str]) -> None:
        """Add `clips` with their rows, arrays[name] (len(clips), ...), and the unreadable files, each with why."""
        shapes = self._append_rows(clips, arrays) if clips else self.manifest.arrays
        with (self.folder / UNREADABLE).open("a", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows(unreadable.items())
        rows, count = self.manifest.rows + len(clips), self.manifest.unreadable + len(unreadable)
        self._commit(arrays=shapes, rows=rows, unreadable=count)

    def finish(self) -> None:
        """Mark the store as complete, and put it in the place of an earlier one."""
        if not self.manifest.complete:
            self._commit(complete=True)
            self._put_in_place()
            self.folder = self.finished

    def _put_in_place(self) -> None:
        shutil.rmtree(self.earlier, ignore_errors=True)
        self.finished.rename(self.earlier)
        self.draft.rename(self.finished)
        shutil.rmtree(self.earlier, ignore_errors=True)

    def _append_rows(self, clips: Sequence[Clip], arrays: Mapping[str, np.ndarray]) -> dict[str, dict[str, Any]]:
        """Write the rows, which do not count before they are committed; returns the manifest's `arrays`."""
        shapes = {name: {"dtype": array.dtype.str, "shape": list(array.shape[1:])} for name, array in arrays.items()}
        if self.manifest.arrays not in (None, shapes):
            raise DemeanorError(f"extract gave {shapes}, but the store in {self.folder} holds {self.manifest.arrays}.")
        for name, array in arrays.items():
            with (self.folder / f"{name}.npy").open("ab") as stream:
                if stream.tell() == 0:
                    stream.write(_header(shapes[name], 0))
                stream.write(np.ascontiguousarray(array).tobytes())
        write_clips(self.folder / CLIPS, clips, append=True)
        return shapes

    def _commit(self, **changes: Any) -> None:
        self.manifest = Manifest(**(asdict(self.manifest) | changes))
        for name, layout in (self.manifest.arrays or {}).items():
            with (self.folder / f"{name}.npy").open("r+b") as stream:
                stream.write(_header(layout, self.manifest.rows))
        write_whole(self.folder / MANIFEST, json.dumps(asdict(self.manifest), indent=2))

    def _begin(self, fresh: Manifest) -> None:
        (self.folder / MANIFEST).unlink(missing_ok=True)  # first: killed here, nothing is left that would be continued
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.manifest = fresh
        write_clips(self.folder / CLIPS, [])
        (self.folder / UNREADABLE).write_text("file,why\n", encoding="utf-8")
        self._commit()

    def _cut_to_manifest(self) -> None:
        """Drop what a killed run wrote after its last commit."""
        rows, arrays = self.manifest.rows, self.manifest.arrays or {}
        for file in self.folder.glob("*.npy"):
            if layout := arrays.get(file.stem):
                row_bytes = np.dtype(layout["dtype"]).itemsize * int(np.prod(layout["shape"], dtype=np.int64))
                os.truncate(file, HEADER_BYTES + rows * row_bytes)
            else:
                file.unlink()
        for name, count in ((CLIPS, rows), (UNREADABLE, self.manifest.unreadable)):
            with (self.folder / name).open(newline="", encoding="utf-8") as stream:
                lines = list(stream)
            table = csv.reader(lines)
            for _ in range(count + 1):
                next(table)
            write_whole(self.folder / name, "".join(lines[: table.line_num]))


def unfinished(folder: Path) -> Path:
    """Return the folder in which the store of `folder` is made."""
    return folder.with_name(f".{folder.name}.unfinished")


def _fits(earlier: Manifest | None, fresh: Manifest) -> TypeGuard[Manifest]:
    """Return whether `earlier` was made of the same, and its next rows would be called the same."""
    if earlier is None or any(getattr(earlier, made_of) != getattr(fresh, made_of) for made_of in MADE_OF):
        return False
    return earlier.complete or not set(earlier.arrays or ()) & set(ARRAYS.get(earlier.model, ()))


def _header(layout: Mapping[str, Any], rows: int) -> bytes:
    """Return a version 1.0 .npy header of HEADER_BYTES (numpy.lib.format), for `rows` rows."""
    shape = (rows, *layout["shape"])
    text = repr({"descr": layout["dtype"], "fortran_order": False, "shape": shape})
    body = text.ljust(HEADER_BYTES - 11) + "\n"
    return b"\x93NUMPY\x01\x00" + (HEADER_BYTES - 10).to_bytes(2, "little") + body.encode("latin1")


@dataclass(frozen=True)
class Store:
    """A corpus's preprocessed rows, memory-mapped: only what is read costs time and memory."""

    folder: Path
    manifest: Manifest
    clips: tuple[Clip, ...]
    arrays: dict[str, np.ndarray]  # name -> (N, ...)

    @classmethod
    def open(cls, folder: Path, settings: Mapping[str, Any]) -> "Store":
        """Open the finished store in `folder`; raise DemeanorError where other extract settings made it."""
        manifest = read_manifest(folder)
        if manifest is None and not unfinished(folder).is_dir():
            raise DemeanorError(f"There is no preprocessed corpus in {folder}; run preprocess for {folder.name} first.")
        again = f"preprocess {folder.name} again"
        if manifest is None or manifest.format != FORMAT or not manifest.complete:
            raise DemeanorError(f"The preprocessed corpus in {folder} is unfinished or of another version; {again}.")
        for name, value in settings.items():
            if (earlier := manifest.settings.get(name, "not there")) != value:
                stale = f"{name} was {earlier!r} and is now {value!r}"
                raise DemeanorError(f"The preprocessed corpus in {folder} does not fit: {stale}; {again}.")
        renamed, arrays = ARRAYS.get(manifest.model, {}), {}
        for name in manifest.arrays or {}:
            arrays[renamed.get(name, name)] = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        return cls(folder, manifest, tuple(read_clips(folder / CLIPS)), arrays)

    def __len__(self) -> int:
        return len(self.clips)

    @property
    def copies(self) -> int:
        """Augmented copies of each clip; where there are any, a row has one more axis: the clip, then these."""
        return self.manifest.settings.get("augmented_copies", 0)
