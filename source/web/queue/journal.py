"""Jobs on disk, a folder each: job.json and, until it is read, the file that came in."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from ...core.files import locked, write_whole
from ..titles import UNNAMED
from ..troubles import Conflict
from .job import FAILED, Job
from .job import UPLOAD as CAME

ENTRY, UPLOAD, LOCK = "job.json", "upload", ".lock"


class Journal:
    """The jobs in `folder`, which is made."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._lock = folder, None
        folder.mkdir(parents=True, exist_ok=True)

    def lock(self) -> None:
        """Keep other processes away from these jobs; raises Conflict where one has done so."""
        self._lock = locked(self.folder / LOCK)
        if self._lock is None:
            raise Conflict(f"Another Demeanor works on the jobs in {self.folder}; end it first.")

    def unlock(self) -> None:
        """Let others have them."""
        if self._lock:
            self._lock.close()

    def folder_of(self, job: Job) -> Path:
        """Return the folder of a job."""
        return self.folder / job.id

    def keep(self, job: Job, upload: Path | None = None) -> None:
        """Write a job down with the file that came in, which the caller may then delete.

        Until it is written down nothing is lost of the file, even by kill -9, and afterwards not even by a power cut.
        """
        folder = self.folder_of(job)
        folder.mkdir(exist_ok=True)
        if upload:
            try:
                os.link(upload, folder / UPLOAD)
            except OSError:  # a file system without hard links
                upload.replace(folder / UPLOAD)
        document = json.dumps(asdict(job), indent=2, ensure_ascii=False)
        write_whole(folder / ENTRY, lambda draft: _write_through(draft, document.encode(errors="backslashreplace")))

    def give_back(self, job: Job, upload: Path | None) -> None:
        """Leave nothing of a job that could not be kept; the file that came in is where it was."""
        came = self.folder_of(job) / UPLOAD
        with suppress(OSError):
            if upload and came.exists() and not upload.exists():
                came.replace(upload)
            self.forget(job)

    def forget(self, job: Job) -> None:
        """Delete all that there is of a job, but for its results."""
        shutil.rmtree(self.folder_of(job), ignore_errors=True)

    def tidy(self, job: Job, *, with_upload: bool) -> None:
        """Delete what a job's process left beside the entry and the file that came in, or all but the entry."""
        kept = (ENTRY,) if with_upload else (ENTRY, UPLOAD)
        for path in self.folder_of(job).iterdir():
            if path.name not in kept:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)

    def read(self) -> list[Job]:
        """Return all jobs, the oldest first; one that was never accepted, because the process ended, is deleted."""
        jobs = []
        for folder in self.folder.glob("[!.]*"):
            try:
                job = Job.from_dict(json.loads((folder / ENTRY).read_text(encoding="utf-8")))
                if job.id != folder.name:
                    raise ValueError("another's")
            except FileNotFoundError:
                shutil.rmtree(folder, ignore_errors=True)
                continue
            except (OSError, ValueError, KeyError, TypeError):
                sentence = "What was written down of this job cannot be read any more; give the file again."
                job = Job(id=folder.name, source=CAME, name=UNNAMED, state=FAILED, trouble=sentence)
            with suppress(OSError):
                self.tidy(job, with_upload=False)
            jobs.append(job)
        return sorted(jobs, key=lambda job: job.created)


def _write_through(file: Path, content: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
