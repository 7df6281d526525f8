"""The queue, and the thread that has its jobs done one after the other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

from ...core.errors import DemeanorError
from ...core.workers import WorkerDied
from ..library import id_of
from ..troubles import Conflict
from . import reading
from .board import Board
from .job import DONE, FAILED, RECORDING, RUNNING, STOPPED, UNFINISHED, UPLOAD, WAITING, Job
from .journal import UPLOAD as CAME
from .listening import Document
from .outcome import made_by, original_in, sweep, unmark
from .task import Task
from .worker import Worker

MOST_FINISHED = 100  # that are remembered; the results stay
MOST_BEGUN = 3  # times that a job may be under way when everything ends
MOST_NOTES = 20  # of one job
SECONDS_BETWEEN_LOOKS = 0.05
IDLE_SECONDS = 600.0  # that the process keeps its memory without work


class Queue:
    """All jobs; one at a time is done, in the order in which they came, and none while somebody is live.

    folder: of the journal. results: folder for the results. read: `Task` -> folders of its results, in a process that
    `prepare()` made ready and that is ended `idle_seconds` after its last work. allow_private_links: whether links may
    lead to this machine or its network. Any thread may use it.
    """

    def __init__(
        self,
        folder: Path,
        results: Path,
        read: Callable[[Task], list[str]] = reading.read,
        *,
        prepare: Callable[[], Any] = reading.prepare,
        idle_seconds: float = IDLE_SECONDS,
        allow_private_links: bool = False,
    ) -> None:
        self._board, self._results, self._read = Board(folder), results, read
        self._worker, self._allow_private_links = Worker(prepare, idle_seconds), allow_private_links
        self._changed = self._board.changed
        self.place, self.listening, self.deafen = self._board.place, self._board.listening, self._board.deafen
        self._running: str | None = None
        self._stopped: set[str] = set()  # of those that run
        self._closed = False
        self._thread = Thread(target=self._work, name="jobs", daemon=True)

    def start(self) -> None:
        """Take up what an earlier process left, and begin to work; raises Conflict where another one still does."""
        self._board.journal.lock()
        self._results.mkdir(parents=True, exist_ok=True)
        sweep(self._results)
        for job in self._board.journal.read():
            self._board.jobs[job.id] = self._taken_up(job) if job.state in UNFINISHED else job
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
        self._board.journal.unlock()

    @property
    def jobs(self) -> list[Document]:
        """All jobs as they are shown, the oldest first."""
        return self._board.all()

    def job(self, id: str) -> Document:
        """Return a job as it is shown; raises NotFound where there is none."""
        return self._board.known(id).shown(self._board.is_held)

    def add(self, job: Job, file: Path | None = None) -> Document:
        """Put a job at the end of the queue, with the file that came in, which may be moved; within `place`."""
        self._board.put_last(job, file)
        self._drop_oldest()
        return job.shown(self._board.is_held)

    def again(self, id: str) -> Document:
        """Put a job that has come to its end at the end of the queue once more.

        Raises NotFound, Conflict where it has not, or where its file is gone, and Busy where too many wait.
        """
        with self.place(), self._changed:
            job = self._board.known(id)
            if job.state in UNFINISHED:
                raise Conflict("This job is not done yet.")
            self._bring_back(job)
            as_new = {"state": WAITING, "done": 0, "total": 0, "sentence": "", "notes": (), "trouble": None}
            return self.add(replace(job, **as_new, folders=(), begun=0))

    def stop(self, id: str) -> Document:
        """Stop a job that waits or runs, at once, and keep it, so that it can be begun again."""
        with self._changed:
            if self._board.known(id).state in UNFINISHED:
                if id == self._running:
                    self._stopped.add(id)
                self._board.change(id, state=STOPPED, sentence="", begun=0)
            while id in self._stopped and not self._closed:  # its process may be about to be started
                self._worker.end()
                self._changed.wait(SECONDS_BETWEEN_LOOKS)
            return self.job(id)

    def forget(self, id: str) -> None:
        """Stop a job, then delete all that there is of it but its results."""
        self.stop(id)
        self._board.remove(id)

    def forget_result(self, id: str) -> None:
        """Delete the jobs that led to a result and to no other."""
        with self._changed:
            for job in list(self._board.jobs.values()):
                left = tuple(folder for folder in job.folders if id_of(Path(folder)) != id)
                if left != job.folders and left:
                    self._board.change(job.id, folders=left)
                elif left != job.folders:
                    self.forget(job.id)

    def hold(self, is_held: bool) -> None:
        """Suspend all work, or let it go on."""
        with self._changed:
            self._board.hold(is_held)
            if is_held:
                self._worker.pause()
            else:
                self._worker.go_on()

    def _drop_oldest(self) -> None:
        with self._changed:
            finished = [job.id for job in self._board.jobs.values() if job.state not in UNFINISHED]
            for id in finished[: max(len(finished) - MOST_FINISHED, 0)]:
                self._board.remove(id)

    def _work(self) -> None:
        while job := self._next():
            try:
                self._do(job)
            except Exception as error:  # such as a full disk; the next job may go well
                self._board.change(job.id, state=FAILED, sentence="", trouble=f"The job broke off: {error}.")
            with self._changed:
                self._running = None
                self._stopped.discard(job.id)
                self._changed.notify_all()

    def _next(self) -> Job | None:
        """Wait for the next job and return it, None where there will be none."""
        with self._changed:
            while not self._closed:
                waiting = (job for job in self._board.jobs.values() if job.state == WAITING)
                job = None if self._board.is_held else next(waiting, None)
                if job:
                    self._running = job.id
                    return job
                self._changed.wait()
        return None

    def _do(self, job: Job) -> None:
        with self._changed:
            if job.id in self._stopped:
                return
            begun = {"state": RUNNING, "begun": job.begun + 1, "sentence": "Getting ready.", "trouble": None}
            self._board.change(job.id, **begun)
        folder, results = self._board.journal.folder_of(job).absolute(), self._results.absolute()
        task = Task(job.id, job.source, job.asked, job.name, job.model, folder, results, self._allow_private_links)
        made, trouble = list[str](), ""
        try:
            made = self._worker.run(self._read, task, hear=partial(self._hear, job.id))
        except WorkerDied as died:
            trouble = f"{job.name} could not be read: the process that read it {died}."
        except DemeanorError as error:
            trouble = str(error).replace(CAME, job.name)
        except Exception as error:
            trouble = f"{job.name} could not be read: unexpected error ({type(error).__name__}: {error})."
        self._settle(job, made, trouble)

    def _settle(self, job: Job, made: list[str], trouble: str) -> None:
        sweep(self._results)
        made = made or made_by(self._results, job.id)
        with self._changed:
            is_written = True
            if made:
                done = {"state": DONE, "folders": tuple(made), "sentence": "", "trouble": None, "begun": 0}
                is_written = self._board.change(job.id, **done)
            elif self._closed:  # as it is written down, it starts again
                return
            elif job.id not in self._stopped:
                self._board.change(job.id, state=FAILED, sentence="", trouble=trouble, begun=0)
            if not is_written:  # who made it is found by its mark when everything starts again
                return
            unmark(self._results, made)
            with suppress(OSError):  # forgotten meanwhile
                self._board.journal.tidy(job, with_upload=bool(made))

    def _hear(self, id: str, said: dict[str, Any]) -> None:
        """Take what the process says of a job: a note, or fields that have changed."""
        note = said.pop("note", None)
        with self._changed:
            if self._board.is_held:  # it was started as somebody went live
                self._worker.pause()
            job = self._board.jobs.get(id)
            if job and note and note not in job.notes and len(job.notes) < MOST_NOTES:
                said["notes"] = (*job.notes, note)
            if said and id not in self._stopped:
                self._board.change(id, **said)

    def _taken_up(self, job: Job) -> Job:
        """Return what becomes of a job that waited or ran when an earlier process ended."""
        made = made_by(self._results, job.id)
        if made:
            job = replace(job, state=DONE, folders=tuple(made), sentence="", begun=0)
        elif job.begun >= MOST_BEGUN:
            sentence = (
                f"It was begun {MOST_BEGUN} times, and each time Demeanor ended before it was done; try it again."
            )
            job = replace(job, state=FAILED, trouble=sentence, sentence="", begun=0)
        else:
            job = replace(job, state=WAITING, done=0, total=0, sentence="")
        self._board.journal.keep(job)
        unmark(self._results, made)
        self._board.journal.tidy(job, with_upload=bool(made))
        return job

    def _bring_back(self, job: Job) -> None:
        """Take the file of a job that is done back out of its result; raises Conflict where it is gone."""
        came = self._board.journal.folder_of(job) / CAME
        if job.source not in (UPLOAD, RECORDING) or came.exists():
            return
        original = original_in(self._results, job.folders)
        if original is None:
            raise Conflict("The file of this job is gone, with its result; give it again.")
        reading.linked_or_copied(original, came)
