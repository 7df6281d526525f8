"""What this server is, and what its models read."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ... import MODELS, __version__
from ...core import config, pretrained
from ...core.errors import DemeanorError
from ...core.figure import label_colours
from ...core.spec import spec_of, weights_of
from ...results.circumplex import emoji, place_of
from ..endpoint import Endpoint, answer, site_of
from ..openapi import description
from ..site import Site
from ..summaries import KIND_OF_MODEL
from ..troubles import NotFound

SHOWN = ("combined", "face", "audio", "text")  # in this order, others behind them


@dataclass(frozen=True)
class Health:
    """Who answers."""

    id: str
    """Random, of this start: the same as in the token file, or it is a stranger's server."""
    version: str
    live: bool
    """Whether somebody watches live."""


@dataclass(frozen=True)
class Model:
    """What a model reads."""

    trained: bool
    labels: tuple[str, ...]
    """Empty where there are no weights."""
    reads: str
    """video, sound, picture or text."""
    endings: tuple[str, ...]
    """Of the files that it reads, lower case with the dot."""
    typed: bool
    """Whether it reads typed words."""


@dataclass(frozen=True)
class Models:
    """The models, and how their answers are shown."""

    labels: tuple[str, ...]
    colours: dict[str, str]
    """Label -> "#rrggbb"."""
    places: dict[str, tuple[float, float]]
    """Label -> valence and arousal, from -1 to 1 (Russell's circumplex)."""
    emoji: dict[str, str]
    not_sure_below: float
    """Probability of the likeliest label under which the answer is "not sure"."""
    models: dict[str, Model]
    links: bool
    """Whether recordings behind links can be fetched."""
    missing: tuple[str, ...]
    """A sentence for each pretrained file that is missing."""


@asynccontextmanager
async def running(site: Site) -> AsyncIterator[None]:
    """Look at the models while the browser starts."""
    looking = asyncio.create_task(run_in_threadpool(_models)) if site.is_warm else None
    yield
    if looking:
        await looking


async def health(request: Request) -> Response:
    """Say who answers."""
    site = site_of(request)
    return answer(Health(site.id, __version__, site.is_live))


async def models(request: Request) -> Response:
    """Say what models there are and how their answers are shown; loads none."""
    return answer(await run_in_threadpool(_models))


async def card(request: Request) -> Response:
    """Return a model's card."""
    name = request.path_params["name"]
    if name not in MODELS:
        raise NotFound(f"There is no model '{name[:40]}'; there are: {', '.join(MODELS)}.")
    file = weights_of(name).with_name("model_card.md")
    if not file.is_file():
        raise NotFound(f"The {name} model has no card.")
    return PlainTextResponse(await run_in_threadpool(file.read_text, encoding="utf-8"))


async def openapi(request: Request) -> Response:
    """Describe all calls."""
    return answer(await run_in_threadpool(description, request.app.state.rows))


def _models() -> Models:
    found = {name: _model(name, str(weights_of(name))) for name in sorted(MODELS, key=_place)}
    labels = next((model.labels for model in found.values() if model.labels), config.EMOTIONS)
    return Models(
        labels,
        colours=label_colours(labels),
        places={label: place for label in labels if (place := place_of(label))},
        emoji={label: emoji(label) for label in labels},
        not_sure_below=config.NOT_SURE_BELOW,
        models=found,
        links=importlib.util.find_spec("yt_dlp") is not None,
        missing=_missing(),
    )


def _place(name: str) -> int:
    return SHOWN.index(name) if name in SHOWN else len(SHOWN)


@cache
def _model(name: str, weights: str) -> Model:
    """Return what can be known of a model without torch, from the header of its weights."""
    spec = spec_of(name)
    try:
        labels = _header_labels(name)
    except DemeanorError:
        labels = ()
    return Model(bool(labels), labels, KIND_OF_MODEL.get(name, "file"), spec.readable, spec.typed)


def _header_labels(name: str) -> tuple[str, ...]:
    from ...training.checkpoint import read_header

    return read_header(weights_of(name)).labels


@cache
def _missing() -> tuple[str, ...]:
    """Return a sentence for each pretrained file that is missing or damaged; looked at once, for it reads them all."""
    return tuple(problem for asset in pretrained.ASSETS.values() if (problem := pretrained.problem_with(asset)))


ROWS = (
    Endpoint("GET", "/health", health, "Say who answers", gives=Health, public=True),
    Endpoint("GET", "/models", models, "Say what the models read and how their answers are shown", gives=Models),
    Endpoint("GET", "/openapi.json", openapi, "Describe all calls, as OpenAPI"),
    Endpoint("GET", "/models/{name}/card", card, "Return a model's card", gives="text/plain"),
)
