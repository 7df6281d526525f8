"""Processes that work for this one and end with it; one that dies is replaced, and costs only what it was doing."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from queue import SimpleQueue
from threading import Lock, Thread
from types import ModuleType
from typing import TYPE_CHECKING, Any, Self

from .errors import DemeanorError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Call = tuple[Callable[..., Any], tuple[Any, ...]]  # a function that can be imported, and its arguments


class WorkerDied(Exception):
    """Raised where a process ended in the middle of its work; the text says how."""


class Workers:
    """At most `count` processes, each started when it is first needed and made ready by `prepare(*arguments)`.

    A context manager that ends them, in the middle of their work too. As many threads may call `run` at once.
    """

    def __init__(self, count: int, prepare: Callable[..., Any], *arguments: Any) -> None:
        self.count, self._prepare = count, (prepare, arguments)
        self._idle: SimpleQueue[_Process | None] = SimpleQueue()  # None: one that is not started yet
        self._started: set[_Process] = set()
        self._lock, self._closed = Lock(), False
        for _ in range(count):
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._closed = True
            for process in list(self._started):
                process.end()

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return what `function(*arguments)` returns in one of the processes, or raise what it raises.

        Raises WorkerDied where it ends the process, DemeanorError where none can be made ready.
        """
        process = self._idle.get()
        try:
            process = process or self._start()
            return process.answer_to((function, arguments))
        except WorkerDied:
            self._started.discard(process)
            process = None
            raise
        finally:
            self._idle.put(process)

    def _start(self) -> _Process:
        with self._lock:
            if self._closed:
                raise WorkerDied("ended with all others")
            process = _Process(self._prepare)
            self._started.add(process)
        try:
            process.receive()
        except WorkerDied as died:
            if not self._closed:
                raise DemeanorError(f"A process to work in could not be made ready: it {died}.") from None
            raise
        return process


class _Process:
    def __init__(self, prepare: Call) -> None:
        # Spawned, not forked: a forked child of a process that has used threads may hang.
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, prepare))
        with _without_main():
            self.process.start()
        theirs.close()

    def answer_to(self, call: Call) -> Any:
        """Have it do the call."""
        with suppress(OSError):  # `receive` says how it ended
            self.connection.send(call)
        return self.receive()

    def receive(self) -> Any:
        """Return what it returns, or raise what it raises; raises WorkerDied where it has ended."""
        try:
            succeeded, result = self.connection.recv()
        except (EOFError, OSError):
            self.process.join()
            raise WorkerDied(_ending(self.process.exitcode or 0)) from None
        if not succeeded:
            raise result
        return result

    def end(self) -> None:
        self.process.kill()
        self.process.join()


def _serve(connection: Connection, prepare: Call) -> None:
    """Make ready, then answer call after call until the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the other side, which ends this process
    Thread(target=_end_with_parent, daemon=True).start()
    call = prepare
    with suppress(EOFError, OSError):
        while True:
            connection.send(_result(call))
            call = connection.recv()


def _end_with_parent() -> None:
    """End this process in the middle of its work where the one that started it is killed."""
    parent = parent_process()
    if parent:
        parent.join()
    os._exit(1)


def _result(call: Call) -> tuple[bool, Any]:
    function, arguments = call
    try:
        return True, function(*arguments)
    except Exception as error:
        return False, error


def _ending(exit_code: int) -> str:
    if exit_code >= 0:
        return f"ended with exit code {exit_code}"
    name = signal.Signals(-exit_code).name
    return f"was ended by {name}" + (", as it is where memory runs out" if name == "SIGKILL" else "")


@contextmanager
def _without_main() -> Iterator[None]:
    """Keep a new process from running the caller's script again, as multiprocessing does for what that defines."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
