"""Processes that work for this one and end with it; one that dies is replaced, and costs only what it was doing.

They are plain children that are talked to by pickles on stdin and stdout. Those of multiprocessing run the caller's
script again, and cannot be started by a worker of Dask.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, BinaryIO, Self

from .errors import DemeanorError
from .hooks import silent

Call = tuple[Callable[..., Any], tuple[Any, ...]]  # a function that can be imported, and its arguments

_answers: BinaryIO | None = None  # in a worker: what the other side reads
_sending = Lock()


class WorkerDied(Exception):
    """Raised where a process ended in the middle of its work; the text says how."""

    exit_code: int | None = None
    """Its exit code, or as a negative number the signal that ended it."""


class Workers:
    """At most `count` processes, each started when it is first needed and made ready by `prepare(*arguments)`.

    A context manager that ends them, in the middle of their work too. As many threads may call `run` at once.
    """

    def __init__(self, count: int, prepare: Callable[..., Any], *arguments: Any) -> None:
        self._prepare: Call = prepare, arguments
        self._idle: SimpleQueue[_Process | None] = SimpleQueue()  # None: one that is not started yet
        self._started: set[_Process] = set()
        self._threads = ThreadPoolExecutor(count)
        self._lock, self._closed = Lock(), False
        for _ in range(count):
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._closed = True
            for process in self._started:
                process.end()
        self.finish()

    def finish(self) -> None:
        """Wait for what was begun; what was submitted and is not begun is given up."""
        self._threads.shutdown(cancel_futures=True)

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Future:
        """Have one of the processes do it meanwhile; the future's `result()` is as what `run` returns or raises."""
        return self._threads.submit(self.run, function, *arguments)

    @property
    def pids(self) -> list[int]:
        """Numbers of the processes that are there."""
        with self._lock:
            return [process.pid for process in self._started if process.lives]

    def run(self, function: Callable[..., Any], *arguments: Any, hear: Callable[[Any], None] = silent) -> Any:
        """Return what `function(*arguments)` returns in one of the processes, or raise what it raises.

        hear: takes what is passed to `say` there meanwhile. Raises WorkerDied where it ends the process, DemeanorError
        where none can be made ready.
        """
        process = self._idle.get()
        try:
            if process is None or not process.lives:  # killed while nothing was asked of it
                process = self._start()
            return process.answer((function, arguments), hear)
        except WorkerDied:
            process = None
            raise
        finally:
            self._idle.put(process)

    def _start(self) -> _Process:
        with self._lock:
            if self._closed:
                raise WorkerDied("ended with all others")
            self._started = {process for process in self._started if process.lives}
            process = _Process()
            self._started.add(process)
        try:
            process.answer(self._prepare)
        except WorkerDied as died:
            if not self._closed:
                raise DemeanorError(f"A process to work in could not be made ready: it {died}.") from None
            raise
        return process


class _Process:
    def __init__(self) -> None:
        code = f"import pickle, sys; sys.path = pickle.load(sys.stdin.buffer); from {__name__} import serve; serve()"
        self._process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._send([path or os.getcwd() for path in sys.path])

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def answer(self, call: Call, hear: Callable[[Any], None] = silent) -> Any:
        """Return what the call returns there, or raise what it raises; raises WorkerDied where the process ends."""
        assert self._process.stdout
        self._send(pickle.dumps(call))
        try:
            while (message := pickle.load(self._process.stdout))[0] is None:
                hear(message[1])
            succeeded, result = message
        except (EOFError, OSError, pickle.UnpicklingError):
            died = WorkerDied(_ending(self._process.wait()))
            died.exit_code = self._process.returncode
            raise died from None
        if not succeeded:
            raise result
        return result

    def _send(self, message: Any) -> None:
        assert self._process.stdin
        with suppress(OSError):  # it has ended, which `answer` says
            pickle.dump(message, self._process.stdin)
            self._process.stdin.flush()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


def say(message: Any) -> None:
    """Tell the other side something while it waits for the answer; elsewhere than in a worker nobody hears it."""
    if _answers:
        _send(None, message)


def serve() -> None:
    """Answer call after call, in a process of its own, until the other side is gone."""
    global _answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the other side, which ends this process
    _answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is no answer
    calls: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(sys.stdin.buffer, calls), daemon=True).start()
    while True:
        _send(*_answer(calls.get()))


def _send(succeeded: bool | None, message: Any) -> None:
    assert _answers
    with _sending, suppress(OSError):  # `_listen` ends this process
        pickle.dump((succeeded, message), _answers)
        _answers.flush()


def _listen(stream: BinaryIO, calls: SimpleQueue[bytes]) -> None:
    """Pass on what the other side asks for; end this process, in the middle of its work too, where that is gone."""
    with suppress(EOFError, OSError):
        while True:
            calls.put(pickle.load(stream))
    os._exit(1)


def _answer(call: bytes) -> tuple[bool, Any]:
    try:
        function, arguments = pickle.loads(call)  # here, not in a thread: it imports
        return True, function(*arguments)
    except Exception as error:
        return False, error


def _ending(exit_code: int) -> str:
    if exit_code >= 0:
        return f"ended with exit code {exit_code}"
    name = signal.Signals(-exit_code).name
    return f"was ended by {name}" + (", as it is where memory runs out" if name == "SIGKILL" else "")
