"""A link -> a file on this machine.

A file is fetched as it is; a recording that a site shows by yt-dlp, which is an extra. Both happen in a process of its
own, so that it can be stopped at any time, and whose every connection is checked: see `guard`.
"""

import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from ...core.errors import DemeanorError
from ...core.hooks import Notify, OnProgress, silent
from ...core.units import duration
from ...core.workers import WorkerDied, Workers
from .limits import LIMITS, Limits

POLL_SECONDS = 0.2
LINK = re.compile(r"[a-z][a-z0-9+.-]+://\S+", re.IGNORECASE)  # no C:\: a drive has one letter


def is_link(name: str) -> bool:
    """Return whether `name` is a link, of whatever kind; only http and https can be fetched.

    >>> is_link("https://example.org/talk.mp4"), is_link("See https://example.org"), is_link("talk.mp4")
    (True, False, False)
    """
    return bool(LINK.fullmatch(name.strip()))


def fetch(
    url: str,
    folder: Path,
    *,
    reads: Sequence[str] = (),
    allow_private: bool = False,
    limits: Limits = LIMITS,
    notify: Notify = silent,
    on_progress: OnProgress = silent,
) -> Path:
    """Fetch what is behind a link into `folder`, which exists, and return the file; it is called as the site calls it.

    reads: endings of the files that are wanted, lower case with the dot; empty: any. Where there are pages among them,
        a page that shows no recording is itself what is wanted.
    allow_private: whether the link may lead to this machine or its network, and through a proxy.
    on_progress: takes the bytes that are here and all bytes, 0 where their number is not known.

    Raises DemeanorError, one sentence, where there is nothing to be had or it is beyond the limits. Whatever `notify`
    or `on_progress` raise ends it at once.
    """
    from .process import PROGRESS, fetch_here, ready

    asked = url.strip()
    notify(f"Fetching {asked}.")
    with TemporaryDirectory(prefix=".fetching.", dir=folder) as inside, Workers(1, ready, allow_private) as workers:
        future = workers.submit(fetch_here, asked, Path(inside), tuple(reads), allow_private, limits)
        for _ in _while_running(future, limits, asked):
            with suppress(OSError, ValueError):  # not there yet
                done, total = map(int, (Path(inside) / PROGRESS).read_text().split())
                on_progress(done, total)
        try:
            file = Path(future.result())
        except WorkerDied as died:
            raise DemeanorError(f"{asked} could not be fetched: the process that fetched it {died}.") from None
        on_progress(file.stat().st_size, file.stat().st_size)
        return file.replace(folder / file.name)


def _while_running(future: Future, limits: Limits, url: str) -> Iterator[None]:
    """Yield now and then until the work is done; raises DemeanorError where it takes too long."""
    until = time.monotonic() + limits.fetching_seconds
    while True:
        with suppress(NotYet):
            future.exception(timeout=POLL_SECONDS)
            return
        if time.monotonic() > until:
            raise DemeanorError(f"{url} was not here after {duration(limits.fetching_seconds)}, and was given up.")
        yield
