"""The jobs as everybody sees them: kept in memory, written down at each step, and told to whoever listens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Condition, Lock, RLock
from typing import Any

from ..troubles import Busy, NotFound, not_written
from .job import FORGOTTEN, UNFINISHED, WAITING, Job
from .journal import Journal
from .listening import Document, Listener

MOST_WAITING = 20
PROGRESS = {"done", "total", "unit", "sentence"}  # which is told and not written down
FULL = f"There are {MOST_WAITING} jobs waiting already; give the next ones when some are done."


class Board:
    """All jobs by their ids, in the order in which they came; used by any thread.

    changed: held while jobs are changed, and written down, which a busy disk may delay; notified at every step. Whoever
    only looks does not wait for it: an event loop must not, and a job never changes, it is replaced.
    """

    def __init__(self, folder: Path) -> None:
        self.journal, self.changed = Journal(folder), Condition(RLock())
        self.jobs: dict[str, Job] = {}
        self.is_held = False
        self._coming, self._counting = 0, Lock()  # files that are being received
        self._listeners: set[Listener] = set()
        self._is_deaf = False

    def all(self) -> list[Document]:
        """Return all jobs as they are shown."""
        return [job.shown(self.is_held) for job in list(self.jobs.values())]

    def known(self, id: str) -> Job:
        """Return a job; raises NotFound where there is none."""
        job = self.jobs.get(id)
        if job is None:
            raise NotFound("There is no such job; it may have been deleted.")
        return job

    @contextmanager
    def place(self) -> Iterator[None]:
        """Keep a place for a job whose file is being received; raises Busy where too many wait."""
        with self._counting:
            if sum(job.state == WAITING for job in list(self.jobs.values())) + self._coming >= MOST_WAITING:
                raise Busy(FULL)
            self._coming += 1
        try:
            yield
        finally:
            with self._counting:
                self._coming -= 1

    def put_last(self, job: Job, file: Path | None = None) -> None:
        """Write a job down, with the file that came in, and put it behind all others.

        Raises DiskFull where it cannot be written down; the file is then where it was, and nothing else is left.
        """
        try:
            self.journal.keep(job, file)
        except OSError as error:
            if job.id not in self.jobs:
                self.journal.give_back(job, file)
            raise not_written(error) from None
        with self.changed:
            self.jobs.pop(job.id, None)
            self.jobs[job.id] = job
            self.tell(job)
            self.changed.notify_all()

    def change(self, id: str, **fields: Any) -> bool:
        """Change fields of a job, if it is still there; return whether it is written down where it has to be.

        A step is written down before anybody sees it; that a job came to its end, where the disk is full, only told.
        """
        with self.changed:
            if id not in self.jobs:
                return True
            job, is_written = replace(self.jobs[id], **fields), True
            if not fields.keys() <= PROGRESS:
                try:
                    self.journal.keep(job)
                except OSError:
                    if job.state in UNFINISHED:
                        raise
                    is_written = False
            self.jobs[id] = job
            self.tell(job)
            self.changed.notify_all()
            return is_written

    def remove(self, id: str) -> None:
        """Delete all that there is of a job but its results."""
        with self.changed:
            job = self.jobs.pop(id, None)
            if job:
                self.journal.forget(job)
                self.tell(job, state=FORGOTTEN)
                self.changed.notify_all()

    def hold(self, is_held: bool) -> None:
        """Show what is not done as held, or as it is."""
        with self.changed:
            self.is_held = is_held
            for job in self.jobs.values():
                if job.state in UNFINISHED:
                    self.tell(job)
            self.changed.notify_all()

    def tell(self, job: Job, **more: Any) -> None:
        """Tell all who listen how a job is."""
        for listener in list(self._listeners):
            listener.tell(job.shown(self.is_held) | more)

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """Hear of every change meanwhile, and of all jobs as they are at first; in an event loop."""
        listener = Listener()
        self._listeners.add(listener)  # first, so that no change is missed
        listener.begin(self.all())
        if self._is_deaf:
            listener.end()
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def deafen(self) -> None:
        """Tell those who listen that there will be nothing more."""
        self._is_deaf = True
        for listener in list(self._listeners):
            listener.end()
