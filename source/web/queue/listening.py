"""Who wants to hear of every change of the jobs, from another thread than the one that changes them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

Document = dict[str, Any]


class Listener:
    """The jobs that have changed since they were last asked for, each as it is now: never more than there are jobs.

    Made, and asked, in an event loop.
    """

    def __init__(self) -> None:
        self._loop, self._news = asyncio.get_running_loop(), asyncio.Event()
        self._changed: dict[str, Document] = {}
        self._ended = False

    def begin(self, jobs: Iterable[Document]) -> None:
        """Say how all jobs are at first; in the event loop, which hears of changes meanwhile only afterwards."""
        for job in jobs:
            self._take(job)

    def tell(self, job: Document) -> None:
        """Say that a job is like this now; from any thread."""
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._take, job)

    def end(self) -> None:
        """Say that there will be nothing more; from any thread."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._take, None)

    async def changes(self, seconds: float) -> list[Document] | None:
        """Return what has changed, after `seconds` at the latest, then nothing; None: there will be nothing more."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)
        self._news.clear()
        changed, self._changed = list(self._changed.values()), {}
        return None if self._ended and not changed else changed

    def _take(self, job: Document | None) -> None:
        if job is None:
            self._ended = True
        else:
            self._changed.pop(job["id"], None)
            self._changed[job["id"]] = job
        self._news.set()
