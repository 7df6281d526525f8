"""All calls of the HTTP API, a file a group; and what runs as long as the server does."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from ..endpoint import Endpoint
from ..site import Site
from . import about, jobs, live, results

ROWS: tuple[Endpoint, ...] = (
    *about.ROWS,
    *results.ROWS,
    *jobs.ROWS,
    *live.ROWS,
)
RUNNING: tuple[Callable[[Site], AbstractAsyncContextManager[None]], ...] = (
    jobs.running,  # entered at start, left at the end
    live.running,
)
