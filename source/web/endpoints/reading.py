"""A picture or words, read at once in a process of their own; nothing is written."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Lock, Timer
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ...core.spec import spec_of
from ...core.workers import WorkerDied
from ...results.prediction import Prediction
from ..endpoint import Endpoint, answer, body_of, site_of
from ..queue import reading
from ..queue.worker import Worker
from ..site import Site
from ..troubles import Busy, Trouble
from .jobs import known_model

READER = "reader"
MOST_PICTURE_BYTES = 100_000_000
MOST_WORDS_BYTES = 200_000
MOST_AT_ONCE = 4
MOST_SECONDS = 60.0
IDLE_SECONDS = 300.0


class Reader:
    """A process that reads one thing after the other, and is ended where that takes too long."""

    def __init__(self, read: Any = reading.read_at_once, prepare: Any = reading.prepare_to_answer) -> None:
        self._read, self._worker = read, Worker(prepare, IDLE_SECONDS)
        self._turn, self._under_way = Lock(), 0
        self.close = self._worker.end

    async def read(self, model: str, content: bytes | str) -> Any:
        """Return the document of the prediction; raises DemeanorError, Trouble where the process dies, and Busy."""
        if self._under_way >= MOST_AT_ONCE:
            raise Busy(f"{MOST_AT_ONCE} others are being read; try again in a moment.")
        self._under_way += 1
        try:
            return await run_in_threadpool(self._in_time, model, content)
        finally:
            self._under_way -= 1

    def _in_time(self, model: str, content: bytes | str) -> Any:
        with self._turn:  # so that the time of one who waits does not end the work for another
            started = time.monotonic()
            timer = Timer(MOST_SECONDS, self._worker.end)
            timer.daemon = True
            timer.start()
            try:
                return self._worker.run(self._read, model, content)
            except WorkerDied as died:
                if time.monotonic() - started >= MOST_SECONDS:
                    raise Trouble(
                        f"This took over {MOST_SECONDS:g} seconds; give it to /jobs, which takes its time."
                    ) from None
                raise Trouble(f"This could not be read: the process that read it {died}.") from None
            finally:
                timer.cancel()


@asynccontextmanager
async def running(site: Site) -> AsyncIterator[None]:
    """Keep the process until the site ends."""
    reader = site.more.setdefault(READER, Reader())
    try:
        yield
    finally:
        await run_in_threadpool(reader.close)


async def read(request: Request) -> Response:
    """Read a picture or words at once."""
    model = known_model(request.query_params.get("model", "face"))
    if model not in ("face", "text"):
        raise Trouble(f"The {model} model reads recordings, which take longer: give them to /jobs.")
    is_words = spec_of(model).typed
    content = await _body(request, MOST_WORDS_BYTES if is_words else MOST_PICTURE_BYTES)
    return answer(await site_of(request).more[READER].read(model, _words(content) if is_words else content))


async def _body(request: Request, most_bytes: int) -> bytes:
    body = await body_of(request, most_bytes, "give it to /jobs, which reads it in its turn")
    if not body.strip():
        raise Trouble("There is nothing to read: the body is empty.")
    return body


def _words(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Trouble("These words are not in UTF-8; save them so and send them again.") from None


ROWS = (
    Endpoint("POST", "/read", read, "Read a picture or words at once; nothing is written",
             query={"model": "face, which reads a picture, or text, which reads words"},
             takes="application/octet-stream", gives=Prediction),
)  # fmt: skip
