"""Jobs: give a file, a link, words or an input to be read; follow, stop, begin again, delete."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ... import MODELS, api
from ...core.spec import spec_of
from ..endpoint import Deleted, Endpoint, answer, document_of, site_of
from ..queue.job import AUTO, INPUT, LINK, TEXT, Job, Shown, name_of
from ..queue.job import UPLOAD as FILE
from ..queue.queue import Queue
from ..site import Site
from ..titles import title
from ..troubles import Conflict, NotFound, Trouble
from ..uploads import MOST_BYTES, received

QUEUE = "queue"
MOST_WORDS_BYTES = 2_000_000
HEARTBEAT_SECONDS = 15.0
STREAM = {"X-Accel-Buffering": "no"}


@dataclass(frozen=True)
class Asked:
    """What a job shall read, but for a file: one of the three."""

    link: str = ""
    """Address of a recording."""
    text: str = ""
    """Words."""
    input: str = ""
    """Name of a file or folder in input_files/."""
    model: str = AUTO
    """Its name; "auto": the one that reads this kind of file."""


@dataclass(frozen=True)
class Jobs:
    """All jobs, the oldest first."""

    jobs: tuple[Shown, ...]
    most_bytes: int
    """Of a file that is taken."""


@asynccontextmanager
async def running(site: Site) -> AsyncIterator[None]:
    """Have the jobs of a site done meanwhile."""
    allow = site.allow_private_links
    queue = site.more.setdefault(QUEUE, Queue(site.own_folder / "jobs", site.folder, allow_private_links=allow))
    try:
        await run_in_threadpool(queue.start)
    except Conflict as trouble:
        site.notify(str(trouble))
        raise
    in_turn = ThreadPoolExecutor(1)  # a busy disk may keep the queue from answering at once

    def hold(is_live: bool) -> None:
        in_turn.submit(queue.hold, is_live)

    site.on_live.append(hold)
    site.on_delete.append(queue.forget_result)
    ending = asyncio.create_task(_end_with(site, queue))
    try:
        yield
    finally:
        ending.cancel()
        site.on_live.remove(hold)
        site.on_delete.remove(queue.forget_result)
        in_turn.shutdown(wait=False)
        await run_in_threadpool(queue.close)


async def _end_with(site: Site, queue: Queue) -> None:
    await site.closing.wait()
    queue.deafen()


def queue_of(site: Site) -> Queue:
    """Return the queue of a site."""
    return site.more[QUEUE]


async def jobs(request: Request) -> Response:
    """List all jobs, the oldest first."""
    return answer({"jobs": queue_of(site_of(request)).jobs, "most_bytes": MOST_BYTES})


async def add(request: Request) -> Response:
    """Put a job at the end of the queue: the file that is the body, or what its JSON document names."""
    is_file = "name" in request.query_params or "json" not in request.headers.get("content-type", "")
    return await (_add_file if is_file else _add_asked)(request)


async def _add_file(request: Request) -> Response:
    site, query = site_of(request), request.query_params
    queue, model = queue_of(site), known_model(query.get("model", AUTO))
    name = title(query.get("name", ""))
    with queue.place():
        async with received(request, site.own_folder) as file:
            job = Job(source=FILE, name=name, model=model, bytes=file.stat().st_size)
            return answer(await run_in_threadpool(queue.add, job, file), 202)


async def _add_asked(request: Request) -> Response:
    asked = await document_of(request, Asked, MOST_WORDS_BYTES)
    given = {LINK: asked.link.strip(), TEXT: asked.text.strip(), INPUT: asked.input}
    if sum(map(bool, given.values())) != 1:
        raise Trouble('Name one thing to read: a "link", a "text" or an "input", or send a file.')
    source, what = next((source, what) for source, what in given.items() if what)
    model = known_model(asked.model)
    if source == TEXT and model != AUTO and not spec_of(model).typed:
        raise Trouble(f"The {model} model reads no words; choose the text model.")
    if source == INPUT and what not in await run_in_threadpool(api.inputs):
        raise NotFound(f"There is no {title(what)} in input_files/.")
    queue = queue_of(site_of(request))
    with queue.place():
        job = Job(source=source, name=name_of(source, what), model=model, asked=what)
        return answer(await run_in_threadpool(queue.add, job), 202)


def known_model(name: str) -> str:
    """Return the name of a model, or "auto"; raises Trouble for any other."""
    if name not in (*MODELS, AUTO):
        raise Trouble(f"There is no model '{title(name)}'; there are: {', '.join(MODELS)}, and {AUTO}.")
    return name


async def job(request: Request) -> Response:
    """Return one job."""
    return answer(queue_of(site_of(request)).job(request.path_params["id"]))


async def again(request: Request) -> Response:
    """Begin a job again that has come to its end."""
    return answer(await run_in_threadpool(queue_of(site_of(request)).again, request.path_params["id"]), 202)


async def stop(request: Request) -> Response:
    """Stop a job, and keep it so that it can be begun again."""
    return answer(await run_in_threadpool(queue_of(site_of(request)).stop, request.path_params["id"]))


async def delete(request: Request) -> Response:
    """Stop a job and delete it, with the file that came in; its results stay."""
    await run_in_threadpool(queue_of(site_of(request)).forget, request.path_params["id"])
    return answer(Deleted(1))


async def events(request: Request) -> Response:
    """Tell every job as it is, then every change of any, as server-sent events, until either side ends."""
    return StreamingResponse(_events(queue_of(site_of(request))), media_type="text/event-stream", headers=STREAM)


async def _events(queue: Queue) -> AsyncIterator[str]:
    with queue.listening() as listener:
        yield "retry: 1000\n\n"
        while (changed := await listener.changes(HEARTBEAT_SECONDS)) is not None:
            yield "".join(f"data: {json.dumps(one, ensure_ascii=False)}\n\n" for one in changed) or ": still here\n\n"


ROWS = (
    Endpoint("GET", "/jobs", jobs, "List all jobs, the oldest first", gives=Jobs),
    Endpoint("POST", "/jobs", add, "Have a file, a link, words or an input read",
             query={"model": "Its name, or auto: the one that reads this kind of file", "name": "Name of the file"},
             takes=("application/octet-stream", Asked), gives=Shown, status=202),
    Endpoint("GET", "/jobs/events", events, "Follow all jobs: each as it is, then every change",
             gives="text/event-stream"),
    Endpoint("GET", "/jobs/{id}", job, "Return a job", gives=Shown),
    Endpoint("DELETE", "/jobs/{id}", delete, "Stop a job and delete it, with the file that came in",
             gives=Deleted),
    Endpoint("POST", "/jobs/{id}/stop", stop, "Stop a job and keep it", gives=Shown),
    Endpoint("POST", "/jobs/{id}/again", again, "Begin a job again that has come to its end", gives=Shown, status=202),
)  # fmt: skip
