"""The server: a socket that this machine alone reaches, a token, a browser, and an orderly end."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import uvicorn

from ..core.errors import DemeanorError
from ..core.hooks import Notify
from .app import application
from .site import Site

LOOPBACK = "127.0.0.1"
ADDRESS_FILE = "server.json"  # in the web's own folder: how programs of this user find the server
SECONDS_TO_END = 1  # that calls under way are given
MOST_MESSAGE_BYTES = 2_000_000  # of a WebSocket; the live protocol takes less of each kind
ANSWER_SECONDS = 1.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, *([signal.SIGBREAK] if sys.platform == "win32" else []))


@dataclass(frozen=True)
class Running:
    """A server as its address file tells of it."""

    url: str
    token: str
    id: str
    pid: int

    @property
    def address(self) -> str:
        """What a browser opens."""
        return f"{self.url}/?token={self.token}"


def run(site: Site, port: int, open_browser: bool, notify: Notify) -> None:
    """Serve `site` until Ctrl-C; where its folder is served already, open that page and return.

    port: 0 for any that is free. Raises DemeanorError where the port cannot be had.
    """
    other = running(site)
    if other:
        notify(f"The page is open already: {other.address}")
        if open_browser:
            _open_browser(f"{other.url}/")  # whose cookie it has; others see what a browser is started with
        return
    with bound(port) as listening, address_file(site, listening.getsockname()[1]):
        remove_leftovers(site)
        server = Server(site)
        if open_browser:
            site.ticket = secrets.token_urlsafe(32)
            server.when_started = lambda: _open_browser(f"{site.origin}/?token={site.ticket}")
        notify(f"The page: {site.origin}/?token={site.token}")
        try:
            server.run(sockets=[listening])
        except SystemExit:
            raise DemeanorError("The page could not be started; with --debug the terminal says why.") from None
    for number in server.signals:
        handler = signal.getsignal(number)
        handler(number, None) if callable(handler) else signal.raise_signal(number)


def running(site: Site) -> Running | None:
    """Return the server that serves this folder now; None where its file is old or there is none."""
    try:
        known = Running(**json.loads((site.own_folder / ADDRESS_FILE).read_text(encoding="utf-8")))
        with closing(HTTPConnection(known.url.removeprefix("http://"), timeout=ANSWER_SECONDS)) as connection:
            connection.request("GET", "/api/v1/health")
            return known if json.loads(connection.getresponse().read(10_000))["id"] == known.id else None
    except (OSError, HTTPException, ValueError, KeyError, TypeError, AttributeError):
        return None


@contextmanager
def bound(port: int) -> Iterator[socket.socket]:
    """Bind a port of 127.0.0.1, 0: any that is free; raises DemeanorError where it cannot be had."""
    with socket.socket() as listening:
        if os.name != "nt":  # there it would share the port with another program
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((LOOPBACK, port))
            listening.listen(128)  # so that nobody else can listen there meanwhile
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or "there is no such port"
            raise DemeanorError(
                f"Port {port} cannot be had ({why}); name another, or leave out --port: a free one is found."
            ) from None
        yield listening


@contextmanager
def address_file(site: Site, port: int) -> Iterator[Path]:
    """Meanwhile there is a file, which this user alone can read, with the address and the token for programs."""
    site.port = port
    file = site.own_folder / ADDRESS_FILE
    file.unlink(missing_ok=True)
    document = {"url": site.origin, "token": site.token, "id": site.id, "pid": os.getpid()}
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        json.dump(document, stream)
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)


def remove_leftovers(site: Site) -> None:
    """Remove what a server that was killed was receiving; recordings stay, for they can be finished."""
    for pattern in ("*.part", "jobs/*/*.part"):
        for part in site.own_folder.glob(pattern):
            part.unlink(missing_ok=True)


class Server(uvicorn.Server):
    """Uvicorn that tells the site when it begins and when it ends."""

    def __init__(self, site: Site) -> None:
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR if "--debug" in sys.orig_argv else logging.CRITICAL)
        super().__init__(
            uvicorn.Config(
                application(site), log_config=None, access_log=False, server_header=False, proxy_headers=False,
                ws="websockets-sansio", ws_max_size=MOST_MESSAGE_BYTES, ws_per_message_deflate=False,
                timeout_graceful_shutdown=SECONDS_TO_END, lifespan="on",
            )
        )  # fmt: skip
        self.site = site
        self.when_started = lambda: None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Note Ctrl-C and its like; uvicorn's own sends them again, which would count as pressed twice."""
        is_main = threading.current_thread() is threading.main_thread()  # signals go to no other
        heeded = [number for number in SIGNALS if is_main and signal.getsignal(number) is not signal.SIG_IGN]
        before = {number: signal.signal(number, self.handle_exit) for number in heeded}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @property
    def signals(self) -> list[int]:
        """The signals that ended it."""
        return self._captured_signals

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, then tell."""
        await super().startup(sockets)
        self.when_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End streams first: uvicorn would wait for them."""
        self.site.closing.set()  # streams of events end by themselves
        await asyncio.sleep(0)
        await super().shutdown(sockets)


def _open_browser(address: str) -> None:
    """Open a browser, where there is a screen: else it might be one that takes over the terminal."""
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
        return
    threading.Thread(target=_open_quietly, args=(address,), daemon=True).start()


def _open_quietly(address: str) -> Any:
    try:
        return webbrowser.open(address)
    except (webbrowser.Error, OSError):
        return None  # the address is printed
