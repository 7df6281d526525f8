"""A link -> a file on this machine.

A file is fetched as it is; a recording that a site shows by yt-dlp, which is an extra. Both happen in a process of its
own, so that it can be stopped at any time, and whose every connection is checked: see `guard`.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from ...core.errors import DemeanorError
from ...core.hooks import Notify, OnProgress, silent
from ...core.units import duration
from ...core.workers import WorkerDied, Workers
from .limits import LIMITS, Limits

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
    from .process import TIME_IS_UP, fetch_here, ready

    asked = url.strip()
    notify(f"Fetching {asked}.")
    with TemporaryDirectory(prefix=".fetching.", dir=folder) as inside, Workers(1, ready, allow_private, limits) as one:
        what = asked, Path(inside), tuple(reads), allow_private, limits
        try:
            file = Path(one.run(fetch_here, *what, hear=lambda counts: on_progress(*counts)))
        except WorkerDied as died:
            if died.exit_code == TIME_IS_UP:
                late = f"{asked} was not here after {duration(limits.fetching_seconds)}, and was given up."
                raise DemeanorError(late) from None
            raise DemeanorError(f"{asked} could not be fetched: the process that fetched it {died}.") from None
        on_progress(file.stat().st_size, file.stat().st_size)
        return file.replace(folder / file.name)
