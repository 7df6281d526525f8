"""What the endpoints share: who may come in, where things lie, the models that are loaded, and who is live."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ..core import config
from ..core.hooks import Notify, silent
from .library import Library
from .troubles import Busy

OWN_FOLDER = ".web"  # in the folder of results: jobs, recordings, the token file


@dataclass
class Site:
    """One start of the server."""

    folder: Path = field(default_factory=lambda: config.OUTPUT_FOLDER)
    """Where results lie."""
    port: int = 0
    """Known once the socket is bound."""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    """What people and programs of this user know, and nobody else."""
    ticket: str | None = field(default=None, repr=False)
    """Serves once in place of the token: others see the address that a browser is started with."""
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    """Tells this start from others, and from a stranger on the same port."""
    is_warm: bool = True
    """Whether what watches live is made ready before anybody asks for it."""
    notify: Notify = silent
    allow_private_links: bool = False
    """Whether a link may lead to this machine or its network."""
    is_live: bool = False
    """Whether somebody watches live: jobs wait meanwhile."""
    on_live: list[Callable[[bool], None]] = field(default_factory=list)
    """Told, in the event loop's thread, when somebody goes live and when they leave."""
    on_delete: list[Callable[[str], None]] = field(default_factory=list)
    """Told the id of a result that is deleted, in any thread: whoever keeps something of it deletes that too."""
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    """Set as the server ends: streams that would go on end then."""
    more: dict[str, Any] = field(default_factory=dict)
    """What groups of endpoints keep for themselves, such as the queue, by their names."""

    @property
    def origin(self) -> str:
        """The address of the page, without a path."""
        return f"http://127.0.0.1:{self.port}"

    @cached_property
    def own_folder(self) -> Path:
        """The web's own folder, which this user alone can read; made when first asked for."""
        folder = self.folder / OWN_FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        return folder

    @cached_property
    def library(self) -> Library:
        """The results."""
        return Library(self.folder, self.own_folder / "summaries.json")

    @contextmanager
    def live(self) -> Iterator[None]:
        """Be live meanwhile, alone; raises Busy where somebody is."""
        if self.is_live:
            raise Busy("Somebody is live already; one can be at a time.")
        self._tell_live(True)
        try:
            yield
        finally:
            self._tell_live(False)

    def _tell_live(self, is_live: bool) -> None:
        self.is_live = is_live
        for tell in self.on_live:
            tell(is_live)
