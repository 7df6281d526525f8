"""The web application: routes, static files, and every trouble as a sentence."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from ..core.errors import DemeanorError
from .endpoint import PREFIX, WEBSOCKET
from .endpoints import ROWS, RUNNING
from .guard import Guard
from .site import Site
from .troubles import not_written, trouble_response

STATIC = Path(__file__).with_name("static")
CANNOT_WRITE = (errno.ENOSPC, errno.EROFS, errno.EDQUOT)
WITH_REVALIDATION = {"Cache-Control": "no-cache"}  # after an update the page is the new one


def application(site: Site) -> Guard:
    """Return the ASGI application of a site."""
    routes: list[BaseRoute] = [
        Route("/", _page),
        Route("/favicon.ico", _icon),
        Mount("/static", GZipMiddleware(_Static(directory=STATIC))),
    ]
    for row in ROWS:
        if row.method == WEBSOCKET:
            routes.append(WebSocketRoute(PREFIX + row.path, row.run))
        else:
            routes.append(Route(PREFIX + row.path, row.run, methods=[row.method]))
    handlers = {
        DemeanorError: _trouble, HTTPException: _http_trouble, OSError: _system_trouble, Exception: _unexpected,
    }  # fmt: skip
    app = Starlette(routes=routes, exception_handlers=handlers, lifespan=_lifespan)
    app.router.redirect_slashes = False
    app.state.site, app.state.rows = site, ROWS
    return Guard(app, site, (PREFIX + row.path for row in ROWS if row.public))


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for running in RUNNING:
            await stack.enter_async_context(running(app.state.site))
        yield


class _Static(StaticFiles):
    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # pyright: ignore[reportArgumentType]
        response.headers.update(WITH_REVALIDATION)
        return response


async def _page(request: Request) -> Response:
    return FileResponse(STATIC / "index.html", headers=WITH_REVALIDATION)


async def _icon(request: Request) -> Response:
    return FileResponse(
        STATIC / "mark.svg", headers=WITH_REVALIDATION
    )  # browsers ask for it beside files that are no page


async def _trouble(request: Request, error: Exception) -> JSONResponse:
    return trouble_response(error)


async def _http_trouble(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = {404: "not_found", 405: "method"}.get(error.status_code, "wrong")
    sentence = f"{request.method} {request.url.path[:200]} cannot be answered: {error.detail}."
    return JSONResponse({"trouble": sentence, "code": code}, error.status_code, headers=error.headers)


async def _system_trouble(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OSError)
    if error.errno in CANNOT_WRITE:
        return trouble_response(not_written(error))
    raise error


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    sentence = f"Something unexpected went wrong ({type(error).__name__}); with --debug the terminal says where."
    return JSONResponse({"trouble": sentence, "code": "unexpected"}, 500)
