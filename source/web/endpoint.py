"""A call of the HTTP API as data, and what its function reads and gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from typing import Any, TypeVar

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from ..core.checked import checked
from .site import Site
from .troubles import TooLarge
from .uploads import pieces

MOST_DOCUMENT_BYTES = 8_000_000  # a day's marks; files go by calls that stream
PREFIX = "/api/v1"
WEBSOCKET = "WEBSOCKET"
Own = TypeVar("Own")


@dataclass(frozen=True)
class Endpoint:
    """One call: a row of the table that routes, the OpenAPI description and the docs are made of."""

    method: str
    """GET, POST, PUT, PATCH, DELETE, or WEBSOCKET."""
    path: str
    """Below /api/v1, such as "/results/{id}"."""
    run: Callable[..., Awaitable[Response | None]]
    """Takes the request, or the WebSocket, and returns the response."""
    summary: str
    """What it does, in a sentence without a full stop."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Parameters behind the question mark -> what they mean; of a required one this ends in "(required)"."""
    takes: Any = None
    """Type of the JSON document that it takes; a text: media type of a raw body, such as "application/octet-stream";
    a tuple: any of these."""
    gives: Any = None
    """Type of the JSON document that it gives; a text: its media type; None: a document without a fixed form."""
    status: int = 200
    """Of success."""
    public: bool = False
    """Whether it needs no token."""

    @property
    def takes_any(self) -> tuple[Any, ...]:
        """All that it takes; empty: nothing."""
        return self.takes if isinstance(self.takes, tuple) else (() if self.takes is None else (self.takes,))


@dataclass(frozen=True)
class Deleted:
    """What is gone."""

    deleted: int


def site_of(connection: HTTPConnection) -> Site:
    """Return the Site that a request or a WebSocket belongs to."""
    return connection.app.state.site


def answer(document: Any, status: int = 200) -> JSONResponse:
    """Return a document, or a dataclass as one."""
    return JSONResponse(
        asdict(document) if is_dataclass(document) and not isinstance(document, type) else document, status
    )


async def body_of(request: Request, most_bytes: int = MOST_DOCUMENT_BYTES, instead: str = "") -> bytes:
    """Return the body of a request; raises BrokenOff, and TooLarge for a longer one, without reading the rest.

    instead: what to do with a longer one.
    """
    body = bytearray()
    async for piece in pieces(request):
        body += piece
        if len(body) > most_bytes:
            raise TooLarge(f"This takes at most {most_bytes / 1e6:g} MB{instead and f'; {instead}'}.")
    return bytes(body)


async def document_of(request: Request, kind: type[Own], most_bytes: int = MOST_DOCUMENT_BYTES) -> Own:
    """Return the JSON document of a request as a `kind`, such as a dataclass.

    Raises TooLarge, BrokenOff, and DemeanorError, which names the first field that is wrong.
    """
    return checked(kind, await body_of(request, most_bytes), "This cannot be used")
