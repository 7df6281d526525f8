"""The page and the HTTP API, for people and programs on this machine.

Importing this imports no web server and no torch; `serve` does.
"""

from __future__ import annotations

from ..core.errors import DemeanorError
from ..core.hooks import Notify, silent

HERE = ("127.0.0.1", "localhost")


def serve(
    port: int = 0,
    *,
    host: str = "127.0.0.1",
    open_browser: bool = True,
    allow_private_links: bool = False,
    notify: Notify = silent,
) -> None:
    """Serve the page and the HTTP API to this user of this machine, until Ctrl-C.

    port: 0 for any that is free. host: 127.0.0.1 and nothing else. open_browser: open the page, where there is a
    screen. allow_private_links: whether a pasted link may lead to this machine or its network. notify: takes the
    address, in a sentence. Where the folder of results is served already, this opens that page and returns. Raises
    DemeanorError for another host, and where the port cannot be had.
    """
    if host not in HERE:
        raise DemeanorError(
            f"The page is for this machine alone, not for {host}: faces and voices would go through the network "
            "unprotected. From another machine, run `ssh -L PORT:127.0.0.1:PORT THIS_MACHINE` with the port printed "
            "here, and open the same address there."
        )
    from .serving import run
    from .site import Site

    run(Site(notify=notify, allow_private_links=allow_private_links), port, open_browser, notify)
