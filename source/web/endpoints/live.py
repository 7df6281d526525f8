"""The WebSocket through which a page, or a program, is watched live; docs/how-to/live.md describes its messages."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from ..endpoint import WEBSOCKET, Endpoint, site_of
from ..live import protocol
from ..live.process import LiveProcess
from ..live.protocol import Refused
from ..site import Site
from ..troubles import Busy

NAME = "live"  # among what groups of endpoints keep in the Site
WARM_AFTER_SECONDS = 1.5  # the page is shown first
LEAST_LIFE_SECONDS = 30.0  # of a process that is started anew at once, not by the next session
HELLO_SECONDS = 10.0  # for which a connection may say nothing
IDLE_SECONDS, IDLE_PAUSED_SECONDS = 60.0, 1_800.0  # without a message, before it is closed
RETURN_SECONDS = 10.0  # for which a session waits for a page whose connection broke
MOST_MISSED = 500  # events that are kept for it meanwhile; answers to frames are not
END_SECONDS = 60.0  # for which a stopped session may take to finish


@asynccontextmanager
async def running(site: Site) -> AsyncIterator[None]:
    """Have the process ready while the server runs."""
    live = live_of(site)
    starting = None
    if site.is_warm:
        starting = asyncio.get_running_loop().call_later(WARM_AFTER_SECONDS, live.process.start)
    try:
        yield
    finally:
        if starting:
            starting.cancel()
        live.leave()
        live.process.end()


def live_of(site: Site) -> Live:
    """Return the one who may be live; made when first asked for."""
    return site.more.setdefault(NAME, Live(site))


async def watch(socket: WebSocket) -> None:
    """Serve one connection."""
    live = live_of(site_of(socket))
    await socket.accept()
    try:
        await live.serve(socket)
    except Refused as error:
        await _close(socket, error.code, str(error))
    except WebSocketDisconnect:
        pass


class Live:
    """The session of who is live: one at a time, which outlives a connection that breaks."""

    def __init__(self, site: Site, process: LiveProcess | None = None) -> None:
        self._site, self.process = site, process or LiveProcess(site.folder)
        self.process.on_event = self._take
        self._loop: asyncio.AbstractEventLoop | None = None
        self._id = ""
        self._events: asyncio.Queue[dict[str, Any] | None] | None = None  # of who is connected
        self._missed: deque[dict[str, Any]] = deque(maxlen=MOST_MISSED)
        self._forgetting: asyncio.TimerHandle | None = None
        self._is_held: Any = None  # the Site's promise that nobody else is live

    async def serve(self, socket: WebSocket) -> None:
        """Pass messages on, both ways; raises Refused, and WebSocketDisconnect where the page is gone."""
        hello = protocol.hello(await _hello(socket))
        queue = self._begin(hello)
        down = asyncio.create_task(_pass_down(queue, socket, self._site))
        up = asyncio.create_task(self._pass_up(socket, Limits(hello.audio_rate_hz)))
        try:
            done, others = await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
            if up in done and up.exception() is None:  # it said stop
                await asyncio.wait((down,), timeout=END_SECONDS)
            errors = [error for task in done if (error := task.exception())]  # of both, where both ended at once
            for task in others:
                task.cancel()
                with suppress(asyncio.CancelledError, WebSocketDisconnect):
                    await task
            if errors:
                raise errors[0]
            await _close(socket, protocol.ENDED, "stopped")
        except WebSocketDisconnect:
            self._wait_for_return(queue)
            raise
        finally:
            for task in (up, down):  # where this call is cancelled itself
                task.cancel()
            if queue is self._events:
                self.leave()

    def leave(self) -> None:
        """End the session, if there is one."""
        if self._forgetting:
            self._forgetting.cancel()
        if self._id:
            self.process.tell({"type": "abandon"})
            self._id, self._events = "", None
            self._missed.clear()
            self._is_held.__exit__(None, None, None)

    def _begin(self, hello: protocol.Hello) -> asyncio.Queue[dict[str, Any] | None]:
        self._loop = asyncio.get_running_loop()
        goes_on = bool(self._id) and secrets.compare_digest(hello.session.encode(errors="replace"), self._id.encode())
        if goes_on and self._events:  # the old connection is not known to be broken yet
            self._events.put_nowait(None)
        elif not goes_on and self._id and not self._events:  # who was here lost the connection, and somebody comes anew
            self.leave()
        if not goes_on:
            held = self._site.live()
            try:
                held.__enter__()
            except Busy as error:
                raise Refused(protocol.OCCUPIED, str(error)) from None
            self._is_held, self._id = held, secrets.token_urlsafe(12)
        if self._forgetting:
            self._forgetting.cancel()
        queue = self._events = asyncio.Queue()
        for event in self._missed if goes_on else ():
            queue.put_nowait(event)
        self._missed.clear()
        if not self.process.lives:
            queue.put_nowait({"type": "loading", "seconds": 0.0, "sentence": "Loading the models ..."})
            self.process.start()
        said = {"hello": asdict(hello)}
        self.process.tell({"type": "hello", **said} if goes_on else {"type": "open", "id": self._id, **said})
        return queue

    def _wait_for_return(self, queue: asyncio.Queue) -> None:
        if queue is self._events and self._loop:
            self._events = None
            self._forgetting = self._loop.call_later(RETURN_SECONDS, self.leave)

    async def _pass_up(self, socket: WebSocket, limits: Limits) -> None:
        """Pass on what the page sends, until it says stop."""
        is_paused = False
        while True:
            idle = IDLE_PAUSED_SECONDS if is_paused else IDLE_SECONDS
            message = await _received(socket, idle, "Nothing came for a while; press Start to begin anew.")
            if isinstance(message, bytes):
                piece = protocol.piece(message)
                if piece is None:
                    continue
                limits.take(piece, time.monotonic())
                (self.process.frame if piece.kind == protocol.JPEG else self.process.sound)(message)
                continue
            order = protocol.document(message)
            match order["type"]:
                case "hello":
                    limits.rate_hz = (hello := protocol.hello(order)).audio_rate_hz
                    self.process.tell({"type": "hello", "hello": asdict(hello)})
                case "mark":
                    if marked := protocol.mark(order):
                        self.process.tell({"type": "mark", "seconds": marked[0], "label": marked[1]})
                case "keep":
                    self.process.tell({"type": "keep", "what": protocol.kept(order)})
                case what:
                    is_paused = what == "pause"
                    self.process.tell({"type": what})
                    if what == "stop":
                        return

    def _take(self, text: str) -> None:
        """Take an event of the process, in a thread of its own."""
        if self._loop:
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._hand_out, json.loads(text))

    def _hand_out(self, event: dict[str, Any]) -> None:
        if event["type"] == "died" and event["seconds"] > LEAST_LIFE_SECONDS and self._loop:
            self._loop.call_later(WARM_AFTER_SECONDS, self.process.start)
        if self._events:
            self._events.put_nowait(event)
        elif self._id and event["type"] not in ("face", "voice", "status"):
            self._missed.append(event)


class Limits:
    """How much a page may send."""

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._began: float | None = None
        self._sound_seconds, self._frames = 0.0, 0

    def take(self, piece: protocol.Piece, now: float) -> None:
        """Count a frame or a little sound; raises Refused where it is more than any camera or microphone gives."""
        self._began = now if self._began is None else self._began
        elapsed = now - self._began + protocol.SPARE_SECONDS
        if piece.kind == protocol.PCM:
            self._sound_seconds += len(piece.data) / 2 / self.rate_hz
            if self._sound_seconds > protocol.MOST_SPEED * elapsed:
                raise Refused(protocol.TOO_FAST, "Sound comes faster than anybody can speak it.")
        else:
            self._frames += 1
            if self._frames > protocol.MOST_FRAMES_A_SECOND * elapsed:
                raise Refused(protocol.TOO_FAST, "Frames come faster than any camera takes them.")


async def _hello(socket: WebSocket) -> dict[str, Any]:
    message = await _received(socket, HELLO_SECONDS, "Nobody said hello.")
    if isinstance(message, bytes):
        raise Refused(protocol.WRONG, f"The first message is a hello of schema {protocol.SCHEMA}.")
    return protocol.document(message)


async def _received(socket: WebSocket, seconds: float, sentence: str) -> str | bytes:
    """Return the next message; raises Refused where none comes in time, WebSocketDisconnect where the page is gone."""
    try:
        message = await asyncio.wait_for(socket.receive(), seconds)
    except TimeoutError:
        raise Refused(protocol.IDLE, sentence) from None
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    return message["text"] if message.get("text") is not None else message.get("bytes") or b""


async def _pass_down(queue: asyncio.Queue[dict[str, Any] | None], socket: WebSocket, site: Site) -> None:
    """Send events, until the session ends or another connection takes it over."""
    while (event := await queue.get()) is not None:
        match event["type"]:
            case "refused":
                raise Refused(event["code"], event["sentence"])
            case "died":
                raise Refused(protocol.BROKEN, event["sentence"])
            case "saved":
                event = {"type": "saved", "seconds": event["seconds"], "id": site.library.id_of(event["folder"])}
        await socket.send_text(json.dumps(event, ensure_ascii=False))
        if event["type"] == "stopped":
            return
    raise Refused(protocol.OCCUPIED, "Another window goes on with this session.")


async def _close(socket: WebSocket, code: int, sentence: str) -> None:
    """Say why, then close the connection."""
    with suppress(RuntimeError, WebSocketDisconnect):
        if code != protocol.ENDED:
            await socket.send_text(json.dumps({"type": "trouble", "seconds": 0.0, "sentence": sentence, "code": code}))
        await socket.close(code, sentence.encode()[:120].decode(errors="ignore"))


ROWS = (Endpoint(WEBSOCKET, "/live", watch, "Be watched live: frames and sound up, answers down"),)
