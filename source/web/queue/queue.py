"""The jobs, and the thread that has them done one after the other."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Condition, RLock, Thread
from typing import Any

import psutil

from ...core.errors import DemeanorError
from ...core.workers import WorkerDied
from ..library import id_of
from ..troubles import Busy, Conflict, NotFound
from . import reading
from .job import DONE, FAILED, FORGOTTEN, RECORDING, RUNNING, STOPPED, UNFINISHED, UPLOAD, WAITING, Job, Task
from .journal import UPLOAD as CAME
from .journal import Journal
from .listening import Document, Listener
from .reading import MARK, ORIGINAL
from .worker import Worker

MOST_WAITING = 20
MOST_FINISHED = 100  # that are remembered; the results stay
MOST_BEGUN = 3  # times that a job may be under way when everything ends
MOST_NOTES = 20  # of one job
SECONDS_BETWEEN_LOOKS = 0.05
IDLE_SECONDS = 600.0  # that the process keeps its memory without work
FULL = f"There are {MOST_WAITING} jobs waiting already; give the next ones when some are done."


class Queue:
    """All jobs; one at a time is done, in the order in which they came, and none while somebody is live.

    folder: of the journal. results: folder for the results. read: `Task` -> folders of its results, in the process.
    Made by one thread, used by any.
    """

    def __init__(
        self,
        folder: Path,
        results: Path,
        read: Callable[[Task], list[str]] = reading.read,
        *,
        prepare: Callable[[], Any] = reading.prepare,
        allow_private_links: bool = False,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._journal, self._results, self._read = Journal(folder), results, read
        self._allow_private_links = allow_private_links
        self._worker = Worker(prepare, idle_seconds)
        self._changed = Condition(RLock())
        self._jobs: dict[str, Job] = {}
        self._listeners: set[Listener] = set()
        self._coming = 0  # files that are being received
        self._is_held = self._is_deaf = self._closed = False
        self._running: str | None = None
        self._stopped: set[str] = set()  # of those that run
        self._thread = Thread(target=self._work, name="jobs", daemon=True)

    def start(self) -> None:
        """Take up what an earlier process left, and begin to work."""
        sweep(self._results)
        for job in self._journal.read():
            if job.state in UNFINISHED:
                job = self._taken_up(job)
            self._jobs[job.id] = job
        self._drop_oldest()
        self._thread.start()

    def close(self) -> None:
        """Stop working; what is not done goes on when another process starts."""
        self.deafen()
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        while self._thread.is_alive():  # a process may be about to be started
            self._worker.end()
            self._thread.join(SECONDS_BETWEEN_LOOKS)
        self._worker.end()

    def deafen(self) -> None:
        """Tell those who listen that there will be nothing more."""
        with self._changed:
            self._is_deaf = True
            for listener in self._listeners:
                listener.end()

    @property
    def jobs(self) -> list[Document]:
        """All jobs as they are shown, the oldest first."""
        with self._changed:
            return [job.shown(self._is_held) for job in self._jobs.values()]

    def job(self, id: str) -> Document:
        """Return a job as it is shown; raises NotFound where there is none."""
        with self._changed:
            return self._known(id).shown(self._is_held)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Keep a place for a job whose file is being received; raises Busy where too many wait."""
        with self._changed:
            if sum(job.state == WAITING for job in self._jobs.values()) + self._coming >= MOST_WAITING:
                raise Busy(FULL)
            self._coming += 1
        try:
            yield
        finally:
            with self._changed:
                self._coming -= 1

    def add(self, job: Job, file: Path | None = None) -> Document:
        """Put a job at the end of the queue, with the file that came in, which is moved; call it within `place`."""
        self._journal.keep(job, file)
        with self._changed:
            self._jobs.pop(job.id, None)
            self._jobs[job.id] = job
            self._drop_oldest()
            self._tell(job)
            self._changed.notify_all()
        return self.job(job.id)

    def again(self, id: str) -> Document:
        """Put a job that has come to its end at the end of the queue once more.

        Raises NotFound, Conflict where it has not, or where its file is gone, and Busy where too many wait.
        """
        with self.place(), self._changed:
            job = self._known(id)
            if job.state in UNFINISHED:
                raise Conflict("This job is not done yet.")
            self._bring_back(job)
            job = replace(job, state=WAITING, done=0, total=0, sentence="", notes=(), trouble=None, folders=(), begun=0)
            return self.add(job)

    def stop(self, id: str) -> Document:
        """Stop a job that waits or runs, at once, and keep it, so that it can be begun again."""
        with self._changed:
            job = self._known(id)
            if job.state in UNFINISHED:
                if id == self._running:
                    self._stopped.add(id)
                self._change(id, state=STOPPED, sentence="", begun=0)
            while id == self._running and id in self._stopped and not self._closed:  # it may be about to be started
                self._worker.end()
                self._changed.wait(SECONDS_BETWEEN_LOOKS)
            return self.job(id)

    def forget(self, id: str) -> None:
        """Stop a job, then delete all that there is of it but its results."""
        self.stop(id)
        with self._changed:
            job = self._jobs.pop(id, None)
            if job:
                self._journal.forget(job)
                self._tell(job, state=FORGOTTEN)

    def forget_result(self, id: str) -> None:
        """Delete the jobs that led to a result and that have no other."""
        with self._changed:
            for job in list(self._jobs.values()):
                left = tuple(folder for folder in job.folders if id_of(Path(folder)) != id)
                if left != job.folders and left:
                    self._change(job.id, folders=left)
                elif left != job.folders:
                    self.forget(job.id)

    def hold(self, is_held: bool) -> None:
        """Suspend all work, or let it go on."""
        with self._changed:
            self._is_held = is_held
            for job in self._jobs.values():
                if job.state in UNFINISHED:
                    self._tell(job)
            self._changed.notify_all()
            if is_held:
                self._worker.pause()
            else:
                self._worker.go_on()

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """Hear of every change meanwhile, and of all jobs as they are at first; in an event loop."""
        with self._changed:
            listener = Listener(self.jobs)
            self._listeners.add(listener)
            if self._is_deaf:
                listener.end()
        try:
            yield listener
        finally:
            with self._changed:
                self._listeners.discard(listener)

    def _known(self, id: str) -> Job:
        if id not in self._jobs:
            raise NotFound("There is no such job; it may have been deleted.")
        return self._jobs[id]

    def _change(self, id: str, **fields: Any) -> None:
        """Change a job, write it down unless only its progress has changed, and tell everybody."""
        with self._changed:
            if id not in self._jobs:
                return
            self._jobs[id] = job = replace(self._jobs[id], **fields)
            if fields.keys() - {"done", "total", "unit", "sentence"}:
                self._journal.keep(job)
            self._tell(job)

    def _tell(self, job: Job, **more: Any) -> None:
        for listener in self._listeners:
            listener.tell(job.shown(self._is_held) | more)

    def _drop_oldest(self) -> None:
        finished = [job for job in self._jobs.values() if job.state not in UNFINISHED]
        for job in finished[: max(len(finished) - MOST_FINISHED, 0)]:
            self.forget(job.id)

    def _work(self) -> None:
        while job := self._next():
            try:
                self._do(job)
            except Exception as error:  # such as a full disk; the next job may go well
                with suppress(OSError):
                    self._change(job.id, state=FAILED, sentence="", trouble=f"The job broke off: {error}.")
            with self._changed:
                self._running = None
                self._stopped.discard(job.id)
                self._changed.notify_all()

    def _next(self) -> Job | None:
        """Wait for the next job and return it, None where there will be none."""
        with self._changed:
            while not self._closed:
                waiting = (job for job in self._jobs.values() if job.state == WAITING)
                job = None if self._is_held else next(waiting, None)
                if job:
                    self._running = job.id
                    return job
                self._changed.wait()
        return None

    def _do(self, job: Job) -> None:
        with self._changed:
            if job.id in self._stopped:
                return
            self._change(job.id, state=RUNNING, begun=job.begun + 1, sentence="Getting ready.", trouble=None)
        folder = self._journal.folder_of(job)
        task = Task(
            job.id, job.source, job.asked, job.name, job.model, folder.absolute(), self._results.absolute(),
            self._allow_private_links,
        )  # fmt: skip
        self._results.mkdir(parents=True, exist_ok=True)
        made, trouble = list[str](), ""
        try:
            made = self._worker.run(self._read, task, hear=partial(self._hear, job.id))
        except WorkerDied as died:
            trouble = f"{job.name} could not be read: the process that read it {died}."
        except DemeanorError as error:
            trouble = str(error).replace(CAME, job.name)
        except Exception as error:
            trouble = f"{job.name} could not be read: unexpected error ({type(error).__name__}: {error})."
        self._finish(job, made, trouble)

    def _finish(self, job: Job, made: list[str], trouble: str) -> None:
        sweep(self._results)
        made = made or [folder.relative_to(self._results).as_posix() for folder in _made_by(self._results, job.id)]
        with self._changed:
            if made:
                self._change(job.id, state=DONE, folders=tuple(made), sentence="", trouble=None, begun=0)
            elif self._closed:  # as it is written down, it starts again
                return
            elif job.id not in self._stopped:
                self._change(job.id, state=FAILED, sentence="", trouble=trouble, begun=0)
            for folder in made:
                (self._results / folder / MARK).unlink(missing_ok=True)
            with suppress(OSError):  # forgotten meanwhile
                self._journal.tidy(job, with_upload=bool(made))

    def _hear(self, id: str, said: dict[str, Any]) -> None:
        """Take what the process says of a job: a note, or fields that have changed."""
        note = said.pop("note", None)
        with self._changed:
            if self._is_held:  # it was started as somebody went live
                self._worker.pause()
            notes = self._jobs[id].notes if id in self._jobs else ()
            if note and note not in notes and len(notes) < MOST_NOTES:
                said["notes"] = (*notes, note)
            if id not in self._stopped and said:
                self._change(id, **said)

    def _taken_up(self, job: Job) -> Job:
        """Return what becomes of a job that waited or ran when an earlier process ended."""
        made = _made_by(self._results, job.id)
        if made:
            job = replace(job, state=DONE, folders=tuple(one.relative_to(self._results).as_posix() for one in made))
            for folder in made:
                (folder / MARK).unlink(missing_ok=True)
        elif job.begun >= MOST_BEGUN:
            sentence = (
                f"It was begun {MOST_BEGUN} times, and each time Demeanor ended before it was done; try it again."
            )
            job = replace(job, state=FAILED, trouble=sentence)
        else:
            job = replace(job, state=WAITING, done=0, total=0, sentence="")
        self._journal.keep(job)
        self._journal.tidy(job, with_upload=bool(made))
        return job

    def _bring_back(self, job: Job) -> None:
        """Take the file of a job that is done back out of its result; raises Conflict where it is gone."""
        folder = self._journal.folder_of(job)
        if job.source not in (UPLOAD, RECORDING) or (folder / CAME).exists():
            return
        originals = [file for one in job.folders for file in (self._results / one).glob(f"{ORIGINAL}.*")]
        if not originals:
            raise Conflict("The file of this job is gone, with its result; give it again.")
        reading.linked_or_copied(originals[0], folder / CAME)


def sweep(results: Path) -> None:
    """Delete the drafts of results of processes that were killed."""
    for draft in results.glob(".*.part.*"):
        number = re.match(r"\.(\d+)\.part\.", draft.name)
        if number and not psutil.pid_exists(int(number[1])):
            shutil.rmtree(draft, ignore_errors=True) if draft.is_dir() else draft.unlink(missing_ok=True)


def _made_by(results: Path, id: str) -> list[Path]:
    """Return the folder of the result that a job has made without having said so."""
    marks = results.glob(f"*/{MARK}")
    return [mark.parent for mark in marks if mark.read_text(encoding="utf-8", errors="replace") == id]
