"""Results: the list, one of them, its files, what people add to it, and delete."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from ...results.annotations import Annotations, read_annotations
from ...results.prediction import Prediction
from ...results.writing import RESULT
from ..endpoint import Deleted, Endpoint, answer, site_of
from ..files import File, Media, disposition, files_in, media_in, media_type, policy
from ..site import Site
from ..summaries import Summary
from ..troubles import NotFound


@dataclass(frozen=True)
class Results:
    """All results, the newest first."""

    results: tuple[Summary, ...]


@dataclass(frozen=True)
class SentFile(File):
    """A file of a result, and what it is sent as."""

    type: str


@dataclass(frozen=True)
class Whole:
    """A result with all that belongs to it."""

    summary: Summary
    prediction: Prediction
    """As in result.json."""
    annotations: Annotations
    files: tuple[SentFile, ...]
    media: Media | None
    """The file that a browser plays or shows; null: none can be."""


async def results(request: Request) -> Response:
    """List all results, the newest first."""
    return answer(Results(tuple(await run_in_threadpool(site_of(request).library.summaries))))


async def result(request: Request) -> Response:
    """Return one result with all that belongs to it."""
    content = await run_in_threadpool(_result, site_of(request), request.path_params["id"])
    return Response(content, media_type="application/json")


async def file(request: Request) -> Response:
    """Send a file of a result, or a part of it."""
    folder = await run_in_threadpool(folder_of, site_of(request), request.path_params["id"])
    name = request.path_params["name"]
    if name not in [found.name for found in await run_in_threadpool(files_in, folder)]:
        raise NotFound("This result has no such file.")
    headers = {"Content-Security-Policy": policy(name), "Cache-Control": "no-cache"}
    return FileResponse(
        folder / name, media_type=media_type(name), headers=headers, filename=name,
        content_disposition_type=disposition(name),
    )  # fmt: skip


async def delete(request: Request) -> Response:
    """Delete a result with all its files."""
    return answer(Deleted(await run_in_threadpool(_delete, site_of(request), [request.path_params["id"]])))


async def delete_all(request: Request) -> Response:
    """Delete all results with all their files."""
    site = site_of(request)
    return answer(Deleted(await run_in_threadpool(lambda: _delete(site, list(site.library.folders())))))


def folder_of(site: Site, id: str) -> Path:
    """Return the folder of a result; raises NotFound where there is none of this id."""
    folder = site.library.folder_of(id)
    if folder is None:
        raise NotFound("There is no such result; it may have been deleted.")
    return folder


def _result(site: Site, id: str) -> bytes:
    folder = folder_of(site, id)
    summary = site.library.summary(id, folder)
    if summary is None:
        raise NotFound("This result cannot be read; it may be damaged.")
    around = {
        "summary": asdict(summary),
        "annotations": read_annotations(folder).to_dict(),
        "files": [asdict(SentFile(one.name, one.bytes, media_type(one.name))) for one in files_in(folder)],
        "media": asdict(media) if (media := media_in(folder)) else None,
    }
    prediction = (folder / RESULT).read_bytes()  # as it stands: reading and writing 10 MB of it takes half a second
    return json.dumps(around).encode()[:-1] + b', "prediction": ' + prediction + b"}"


def _delete(site: Site, ids: list[str]) -> int:
    deleted = 0
    for id in ids:
        deleted += site.library.delete(id)
        for tell in site.on_delete:
            tell(id)
    if not deleted and len(ids) == 1:
        raise NotFound("There is no such result; it may have been deleted.")
    return deleted


ROWS = (
    Endpoint("GET", "/results", results, "List all results, the newest first", gives=Results),
    Endpoint("DELETE", "/results", delete_all, "Delete all results with all their files", gives=Deleted),
    Endpoint("GET", "/results/{id}", result, "Return a result with all that belongs to it", gives=Whole),
    Endpoint("DELETE", "/results/{id}", delete, "Delete a result with all its files", gives=Deleted),
    Endpoint("GET", "/results/{id}/files/{name}", file, "Send a file of a result, or the part that Range asks for",
             gives="application/octet-stream"),
)  # fmt: skip
