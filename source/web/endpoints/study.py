"""Results put to use: what people add to them, exports, raters and their agreement, comparison."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ... import api
from ...core.errors import DemeanorError
from ...evaluation.agreement import Agreement
from ...evaluation.recordings import Comparison
from ...results.annotations import Annotations, Changes
from ...results.export import FORMATS, format_named
from ...results.kept import kept_in
from ...results.marks import MOST_BYTES
from ...results.prediction import Prediction, Reading
from ..endpoint import Endpoint, answer, body_of, document_of, site_of
from ..troubles import NotFound, Trouble
from .reading import READER
from .results import folder_of


async def change(request: Request) -> Response:
    """Change what people add to a result, and return all of it; corrected words are read by the text model."""
    site = site_of(request)
    changes = await document_of(request, dict[str, Any])
    folder = await run_in_threadpool(folder_of, site, request.path_params["id"])
    loop = asyncio.get_running_loop()

    def read_words(words: str) -> Reading | None:  # in another process: loading a model would hold up who is live
        reading = asyncio.run_coroutine_threadsafe(site.more[READER].read("text", words), loop)
        return Prediction.from_dict(reading.result()).overall

    annotations = await run_in_threadpool(api.annotate, folder, changes, read_words=read_words)
    return answer(annotations.to_dict())


async def export(request: Request) -> Response:
    """Send a result in the format of an annotation program, to be saved."""
    form = format_named(request.query_params.get("format", ""))
    folder = await run_in_threadpool(folder_of, site_of(request), request.path_params["id"])
    content = await run_in_threadpool(lambda: form.write(kept_in(folder)))
    saved = f"attachment; filename*=utf-8''{quote(folder.name + form.ending, safe='')}"
    return Response(content.encode(), media_type=form.media_type, headers={"Content-Disposition": saved})


async def rate(request: Request) -> Response:
    """Keep what a rater marked, and return how they agree with the answer and with each other."""
    name = request.query_params.get("name", "").strip()
    if not name:
        raise Trouble("Name the rater: ?name=NAME.")
    content, options = await body_of(request, MOST_BYTES), _options(request)
    return await _then_agreement(request, lambda folder: api.rate(folder, name, content, **options))


async def forget(request: Request) -> Response:
    """Forget what a rater marked, and return how the others agree."""
    return await _then_agreement(request, lambda folder: _forget(folder, request.path_params["name"]))


async def agreement(request: Request) -> Response:
    """Return how the raters of a result agree with its answer and with each other."""
    return await _then_agreement(request, lambda folder: None)


async def compare(request: Request) -> Response:
    """Return recordings side by side, as a document or as CSV."""
    query, site = request.query_params, site_of(request)
    ids = list(dict.fromkeys(id for id in query.get("ids", "").split(",") if id))

    def work() -> Comparison:
        folders = site.library.folders()
        if missing := [id for id in ids if id not in folders]:
            raise NotFound(f"There is no result {missing[0][:40]}; it may have been deleted.")
        chosen = {id: folders[id] for id in ids}
        return api.compare(chosen, by=query.get("by") or "recording", baseline=query.get("baseline"))

    comparison = await run_in_threadpool(work)
    if query.get("format") == "csv":
        saved = {"Content-Disposition": 'attachment; filename="comparison.csv"'}
        return Response(api.comparison_csv(comparison), media_type="text/csv", headers=saved)
    return answer(asdict(comparison))


async def _then_agreement(request: Request, first: Callable[[Any], Any]) -> Response:
    folder = await run_in_threadpool(folder_of, site_of(request), request.path_params["id"])

    def work() -> Agreement:
        first(folder)
        return api.agree(folder)

    return answer(asdict(await run_in_threadpool(work)))


def _options(request: Request) -> dict[str, Any]:
    """Return the tier that was asked for, and the mapping, such as labels=joyful=happy,mad=angry."""
    pairs = [pair.split("=") for pair in request.query_params.get("labels", "").split(",") if pair.strip()]
    if any(len(pair) != 2 for pair in pairs):
        raise Trouble("labels is a list such as joyful=happy,mad=angry.")
    mapping = {written.strip(): label.strip() for written, label in pairs}
    return {"tier": request.query_params.get("tier") or None, "mapping": mapping}


def _forget(folder: Any, name: str) -> None:
    try:
        api.forget_rater(folder, name)
    except DemeanorError as error:
        raise NotFound(str(error)) from None


ROWS = (
    Endpoint("PATCH", "/results/{id}", change, "Change labels, names, marks and words, and return all annotations",
             takes=Changes, gives=Annotations),
    Endpoint("GET", "/results/{id}/export", export, "Send a result for ELAN, BORIS, Label Studio or Praat",
             {"format": f"{', '.join(FORMATS)} (required)"}, gives="application/octet-stream"),
    Endpoint("POST", "/results/{id}/raters", rate, "Keep a human's marks, and return how far they agree",
             {"name": "of the rater (required)", "tier": "the one to take of several",
              "labels": "what the rater wrote and the label it means, such as joyful=happy,mad=angry"},
             takes="text/plain", gives=Agreement),
    Endpoint("GET", "/results/{id}/agreement", agreement, "Return how far raters agree with the answer and each other",
             gives=Agreement),
    Endpoint("DELETE", "/results/{id}/raters/{name}", forget, "Forget a rater, and return how far the others agree",
             gives=Agreement),
    Endpoint("GET", "/compare", compare, "Return recordings side by side, by participants or groups, with intervals",
             {"ids": "of results, with commas between (required)", "by": "recording, participant or group",
              "baseline": "the id of a result, a stretch of each in seconds, such as 0-10, or group:NAME",
              "format": "json or csv"},
             gives=Comparison),
)  # fmt: skip
