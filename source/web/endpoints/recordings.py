"""Recordings made in the page: begun, sent piece by piece, finished; after a crash, taken up or deleted."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ..endpoint import Deleted, Endpoint, answer, body_of, document_of, site_of
from ..queue.job import AUTO, RECORDING, Job, Shown
from ..queue.listening import Document
from ..recordings import MOST_PIECE_BYTES, Begun, Recordings, Unfinished
from ..site import Site
from ..titles import title
from ..troubles import NotFound, Trouble
from .jobs import known_model, queue_of

RECORDINGS = "recordings"
TYPE = re.compile(r"(video|audio)/[\w.+-]{1,40}(;[\w.+=, -]{0,80})?", re.ASCII)


@dataclass(frozen=True)
class New:
    """A recording that shall be made."""

    name: str = "recording"
    model: str = AUTO
    """Its name; "auto": the one that reads this kind of file."""
    type: str = ""
    """Media type, such as "video/webm"."""


@dataclass(frozen=True)
class Id:
    """What a recording is known by."""

    id: str


@dataclass(frozen=True)
class Have:
    """How much of a recording has arrived."""

    have: int


@dataclass(frozen=True)
class UnfinishedRecordings:
    """The recordings that are not finished, the oldest first."""

    recordings: tuple[Unfinished, ...]


@asynccontextmanager
async def running(site: Site) -> AsyncIterator[None]:
    """Take up the recordings that broke off, within the queue's time."""
    await run_in_threadpool(take_up, site)
    yield


def take_up(site: Site) -> None:
    """Delete what an earlier server had made a job of, and that of which nothing came in."""
    recordings = site.more.setdefault(RECORDINGS, Recordings(site.own_folder / "recordings"))
    for job in queue_of(site).jobs:  # one that was finished as everything ended
        with suppress(NotFound):
            recordings.forget(job["id"])
    recordings.tidy()


def recordings_of(site: Site) -> Recordings:
    """Return the recordings of a site."""
    return site.more[RECORDINGS]


async def begin(request: Request) -> Response:
    """Begin a recording."""
    asked = await document_of(request, New, 10_000)
    begun = Begun(title(asked.name), known_model(asked.model), asked.type if TYPE.fullmatch(asked.type) else "")
    await run_in_threadpool(recordings_of(site_of(request)).begin, begun)
    return answer(Id(begun.id), 201)


async def append(request: Request) -> Response:
    """Take a piece of a recording."""
    start = request.query_params.get("from", "")
    if not (start.isascii() and start.isdigit() and len(start) < 16):
        raise Trouble("Say from which byte on this piece is: ?from=BYTES.")
    piece = await body_of(request, MOST_PIECE_BYTES, "send it in several pieces")
    recordings, id = recordings_of(site_of(request)), request.path_params["id"]
    return answer(Have(await run_in_threadpool(recordings.append, id, int(start), piece)))


async def unfinished(request: Request) -> Response:
    """List the recordings that are not finished, the oldest first."""
    found = await run_in_threadpool(recordings_of(site_of(request)).unfinished)
    return answer(UnfinishedRecordings(tuple(found)))


async def finish(request: Request) -> Response:
    """Have a recording read; asked twice, it is read once."""
    return answer(await run_in_threadpool(finish_at_once, site_of(request), request.path_params["id"]), 202)


def finish_at_once(site: Site, id: str) -> Document:
    """Make a job of a recording, or return the one that was made of it."""
    queue, recordings = queue_of(site), recordings_of(site)
    with recordings.finishing:
        with suppress(NotFound):
            return queue.job(id)
        made, file = recordings.whole(id)
        with queue.place():
            named = {"id": id, "name": made.name, "model": made.model, "created": made.created, "bytes": made.bytes}
            job = queue.add(Job(source=RECORDING, **named), file)
        recordings.forget(id)
        return job


async def delete(request: Request) -> Response:
    """Delete a recording that is not finished."""
    await run_in_threadpool(recordings_of(site_of(request)).forget, request.path_params["id"])
    return answer(Deleted(1))


ROWS = (
    Endpoint("GET", "/recordings", unfinished, "List the recordings that are not finished, the oldest first",
             gives=UnfinishedRecordings),
    Endpoint("POST", "/recordings", begin, "Begin a recording", takes=New, gives=Id, status=201),
    Endpoint("PUT", "/recordings/{id}", append, "Send a piece of a recording; one that was sent before does no harm",
             query={"from": "The byte of the recording that the piece begins at (required)"},
             takes="application/octet-stream", gives=Have),
    Endpoint("POST", "/recordings/{id}/finish", finish, "Have a recording read", gives=Shown, status=202),
    Endpoint("DELETE", "/recordings/{id}", delete, "Delete a recording that is not finished", gives=Deleted),
)  # fmt: skip
