"""All calls of the HTTP API, a file a group; and what runs as long as the server does."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from ..endpoint import Endpoint
from ..site import Site
from . import about, jobs, live, reading, recordings, results, study

ROWS: tuple[Endpoint, ...] = (
    *about.ROWS,
    *results.ROWS,
    *study.ROWS,
    *jobs.ROWS,
    *recordings.ROWS,
    *reading.ROWS,
    *live.ROWS,
)
RUNNING: tuple[Callable[[Site], AbstractAsyncContextManager[None]], ...] = (
    about.running,  # entered at start in this order, left at the end
    jobs.running,
    recordings.running,
    reading.running,
    live.running,
)
