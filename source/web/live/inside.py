"""The process in which a session runs, from within: networks that stay loaded, and a session when there is one."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ...core.errors import DemeanorError
from . import protocol
from .keep import keep_numbers
from .protocol import Hello, Refused
from .session import Event, LiveSession

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from ...core.streaming import LiveStream
    from ...results.prediction import Prediction
    from ...results.writing import Written

log = logging.getLogger(__name__)

POLL_SECONDS, STATUS_SECONDS = 0.2, 1.0
STAMP = struct.Struct("<d")
FINISHED_SECONDS = 600.0  # a longer session that is not kept ends at once, without its last words


class Makes(Protocol):
    """Makes what a session needs; see `source.web.live.engine`."""

    def warm(self) -> tuple[str, ...]:
        """Load the networks; returns sentences on what cannot be read. Raises DemeanorError where nothing can."""
        ...

    def stream(self, hello: Hello) -> LiveStream:
        """Return a new stream, which is entered already."""
        ...

    def files(self, stream: Any, prediction: Prediction) -> dict[str, Written]:
        """Return the result files that need no source, by name."""
        ...


def main(connection: Connection, folder_out: Path) -> None:
    """Run in a new process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server says when to stop
    os.environ["OMP_NUM_THREADS"] = "1"
    from ...core.threads import one_thread_each
    from .engine import Engine

    one_thread_each()
    with Engine() as engine:
        serve(connection, engine, folder_out)


def serve(connection: Connection, engine: Makes, folder_out: Path) -> None:
    """Answer what comes through the connection, until that is closed."""
    with contextlib.suppress(EOFError, OSError):
        Server(connection, engine, folder_out).run()
    connection.close()


class Server:
    """The side that reads."""

    def __init__(self, connection: Connection, engine: Makes, folder_out: Path) -> None:
        self._connection, self._engine, self._folder_out = connection, engine, folder_out
        self._session: LiveSession | None = None
        self._missing: tuple[str, ...] = ()
        self._trouble = ""
        self._keep: tuple[str, ...] = ()
        self._frame: bytes | None = None

    def run(self) -> None:
        """Serve; raises EOFError where the other side is gone."""
        self._warm()
        polled = told = time.monotonic()
        while True:
            wait = None if self._session is None else 0.0 if self._frame else POLL_SECONDS / 4
            until = time.monotonic() + POLL_SECONDS  # even where sound comes faster than it is heard
            while self._connection.poll(wait):
                self._take(self._connection.recv_bytes())
                wait = 0.0
                if time.monotonic() >= until:
                    break
            if self._session and (frame := self._frame):
                self._frame = None
                self._guarded(lambda session, frame=frame: session.see(*_stamped(frame)))
            now = time.monotonic()
            if self._session and now - polled >= POLL_SECONDS:
                polled = now
                self._guarded(lambda session: session.poll())
            if self._session and now - told >= STATUS_SECONDS:
                self._send([self._session.status(now - told)])
                told = now

    def _take(self, message: bytes) -> None:
        kind, rest = message[:1], message[1:]
        if kind == b"f":
            self._frame = rest
        elif kind == b"s":
            self._guarded(lambda session: session.hear(_stamped(rest)[0]))
        else:
            self._obey(json.loads(rest))

    def _obey(self, order: dict[str, Any]) -> None:
        match order["type"]:
            case "end":
                self._close()
                raise EOFError
            case "open":
                self._close()
                self._open(order["id"], Hello(**order["hello"]))
            case "hello":
                self._guarded(lambda session: [session.listen(Hello(**order["hello"])), session.ready(self._missing)])
            case "mark":
                self._guarded(lambda session: [session.mark(order["seconds"], order["label"])])
            case "pause" | "resume" as what:
                self._guarded(lambda session: [getattr(session, what)()])
            case "keep":
                self._keep = tuple(order["what"])
                self._guarded(lambda session: [session.keeping(self._keep)])
            case "stop":
                self._guarded(self._finish)
                self._close()
            case "abandon":  # nobody listens any more
                if "numbers" in self._keep:
                    self._guarded(self._finish)
                self._close()

    def _warm(self) -> None:
        try:
            self._missing = self._engine.warm()
        except DemeanorError as error:
            self._trouble = str(error)

    def _open(self, id: str, hello: Hello) -> None:
        if self._trouble:
            return self._send([{"type": "refused", "code": protocol.BROKEN, "sentence": self._trouble}])
        try:
            self._session = LiveSession(self._engine.stream(hello), hello, id)
        except DemeanorError as error:
            return self._send([{"type": "refused", "code": protocol.BROKEN, "sentence": str(error)}])
        self._began = datetime.now()
        self._send([self._session.ready(self._missing)])

    def _close(self) -> None:
        """Forget the session with all that it holds."""
        if self._session:
            self._session.stream.__exit__(None, None, None)
        self._session, self._frame, self._keep = None, None, ()

    def _finish(self, session: LiveSession) -> Iterator[Event]:
        is_kept = "numbers" in self._keep
        prediction = None
        if is_kept or session.seconds <= FINISHED_SECONDS:
            prediction, events = session.finish()
            yield from events
        if prediction and is_kept:
            files = self._engine.files(session.stream, prediction)
            folder = keep_numbers(prediction, files, self._folder_out, session.marks, self._began)
            yield {"type": "saved", "seconds": session.page_seconds, "folder": str(folder)}
        overall = prediction.overall.to_dict() if prediction and prediction.overall else None
        notes = prediction.notes if prediction else ()
        yield {"type": "stopped", "seconds": session.page_seconds, "reading": overall, "notes": notes}

    def _guarded(self, step: Callable[[LiveSession], Iterable[Event | None]]) -> None:
        """Send what a step of the session says; an error ends the session, not the process."""
        if not self._session:
            return
        try:
            for event in step(self._session):
                if event:
                    self._send([event])
        except (OSError, EOFError):
            raise
        except Refused as error:
            self._refuse(error.code, str(error))
        except DemeanorError as error:
            self._refuse(protocol.BROKEN, str(error))
        except Exception as error:
            log.exception("The live session ended")
            self._refuse(protocol.BROKEN, f"Something unexpected went wrong ({type(error).__name__}); press Start.")

    def _refuse(self, code: int, sentence: str) -> None:
        self._close()
        self._send([{"type": "refused", "code": code, "sentence": sentence}])

    def _send(self, events: Iterable[Event]) -> None:
        for event in events:
            self._connection.send_bytes(json.dumps(event, ensure_ascii=False).encode())


def _stamped(message: bytes) -> tuple[protocol.Piece, float]:
    """Return a frame or sound and for how many seconds it waited."""
    piece = protocol.piece(message[STAMP.size :])
    assert piece
    return piece, max(time.monotonic() - STAMP.unpack_from(message)[0], 0.0)
