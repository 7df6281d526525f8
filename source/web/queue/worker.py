"""The process that reads: started when there is work, kept with all it has loaded, ended when nobody needs it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Timer
from typing import Any

import psutil

from ...core.hooks import silent
from ...core.workers import Workers


class Worker:
    """One process, made ready by `prepare()`; `idle_seconds` after its last work it gives its memory back."""

    def __init__(self, prepare: Callable[[], Any], idle_seconds: float) -> None:
        self._prepare, self._idle_seconds = prepare, idle_seconds
        self._busy, self._lock = Lock(), Lock()
        self._workers: Workers | None = None
        self._rest: Timer | None = None

    def run(self, function: Callable[..., Any], *arguments: Any, hear: Callable[[Any], None] = silent) -> Any:
        """Return what `function(*arguments)` returns in the process, as `Workers.run` does; one call at a time."""
        with self._busy:
            with self._lock:
                if self._rest:
                    self._rest.cancel()
                self._workers = workers = self._workers or Workers(1, self._prepare)
            try:
                return workers.run(function, *arguments, hear=hear)
            finally:
                with self._lock:
                    self._rest = Timer(self._idle_seconds, self._end_if_idle)
                    self._rest.daemon = True
                    self._rest.start()

    def end(self) -> None:
        """End the process, in the middle of its work too; the next work starts another."""
        with self._lock:
            workers, self._workers = self._workers, None
            if self._rest:
                self._rest.cancel()
        if workers:
            workers.__exit__()

    def pause(self) -> None:
        """Suspend the process, and those that it has started, in the middle of their work."""
        for process in self._processes():
            with suppress(psutil.Error):
                process.suspend()

    def go_on(self) -> None:
        """Let them go on."""
        for process in self._processes():
            with suppress(psutil.Error):
                process.resume()

    def _processes(self) -> list[psutil.Process]:
        with self._lock:
            pids = self._workers.pids if self._workers else []
        found = []
        for pid in pids:
            with suppress(psutil.Error):
                process = psutil.Process(pid)
                found += [process, *process.children(recursive=True)]
        return found

    def _end_if_idle(self) -> None:
        if self._busy.acquire(blocking=False):
            try:
                self.end()
            finally:
                self._busy.release()
