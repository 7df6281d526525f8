"""The process in which a session runs, as the server sees it, which it never holds up.

What goes there: b"h" and JSON (a message of the page or of the server), b"f" or b"s", the time.monotonic() at which it
came in, and a frame or sound as the page sent it. What comes back: the JSON of an event.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from .inside import STAMP, main
from .mailbox import Mailbox
from .session import Event

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

END_SECONDS = 1.0  # for which the process may take to end by itself
DIED = "What reads the camera stopped unexpectedly; press Start to begin anew."


class LiveProcess:
    """The server's side. Events go to `on_event`, in a thread of its own, as JSON."""

    def __init__(self, folder_out: Path) -> None:
        self._folder_out = folder_out
        self._process: Any = None
        self._started = 0.0
        self._outgoing: Mailbox[bytes, bytes] = Mailbox()
        self.on_event: Callable[[str], None] | None = None

    @property
    def lives(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.is_alive()

    @property
    def process_id(self) -> int:
        """Of the process; 0 where there is none."""
        return getattr(self._process, "pid", None) or 0

    def start(self) -> None:
        """Start the process, where there is none, and have it load the networks."""
        if self.lives:
            return
        ours, theirs = multiprocessing.Pipe()
        self._outgoing, self._started = Mailbox(), time.monotonic()
        self._process = self._spawned(theirs)
        theirs.close()
        Thread(target=self._write, args=(ours, self._outgoing), daemon=True).start()
        Thread(target=self._read, args=(ours, self._outgoing), daemon=True).start()

    def _spawned(self, connection: Connection) -> Any:
        context = multiprocessing.get_context("spawn")  # a forked child of a process that has used threads may hang
        arguments = connection, self._folder_out
        process = context.Process(target=main, args=arguments, name="demeanor-live", daemon=True)
        process.start()
        return process

    def end(self) -> None:
        """End the process, in the middle of its work too."""
        if self._process is not None:
            process, self._process = self._process, None
            self.tell({"type": "end"})
            process.join(END_SECONDS)
            if process.is_alive():
                process.kill()
                process.join()
        self._outgoing.close()

    def tell(self, document: Event) -> None:
        """Send a message of the page, or of the server."""
        self._outgoing.put(b"h" + json.dumps(document).encode())

    def frame(self, message: bytes) -> None:
        """Send a frame; it is dropped where a newer one comes before the process can take it."""
        self._outgoing.put_frame(b"f" + STAMP.pack(time.monotonic()) + message)

    def sound(self, message: bytes) -> None:
        """Send a little sound."""
        self._outgoing.put(b"s" + STAMP.pack(time.monotonic()) + message)

    def _write(self, connection: Connection, outgoing: Mailbox[bytes, bytes]) -> None:
        with contextlib.suppress(OSError, ValueError):
            while (message := outgoing.take()) is not None:
                connection.send_bytes(message)

    def _read(self, connection: Connection, outgoing: Mailbox[bytes, bytes]) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                self._pass_on(connection.recv_bytes().decode())
        is_current = outgoing is self._outgoing
        outgoing.close()
        connection.close()
        if is_current and self._process is not None:  # nobody asked it to end
            lived = time.monotonic() - self._started
            self._pass_on(json.dumps({"type": "died", "seconds": lived, "sentence": DIED}))

    def _pass_on(self, event: str) -> None:
        if self.on_event:
            self.on_event(event)
