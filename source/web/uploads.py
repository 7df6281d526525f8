"""A file that comes in as the body of a request: to the disk as it comes, within limits, whole or not at all."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from .queue.job import new_id
from .troubles import DiskFull, TooLarge, Trouble, not_written

MOST_BYTES = 8_000_000_000
SPARE_BYTES = 500_000_000  # of the disk, which results take
IDLE_SECONDS = 30.0
AT_ONCE_BYTES = 1 << 20  # written together
BETWEEN_LOOKS_BYTES = 64 << 20  # at how much of the disk is free


class BrokenOff(Trouble):
    """The sender went away, or sent nothing for too long."""

    status, code = 408, "broken_off"


@asynccontextmanager
async def received(
    request: Request, folder: Path, most_bytes: int = MOST_BYTES, idle_seconds: float = IDLE_SECONDS
) -> AsyncIterator[Path]:
    """Write the body of a request into a file in `folder` that is there meanwhile, unless it is moved.

    Raises TooLarge, where its length is announced before a byte is read; DiskFull; BrokenOff; and Trouble where it is
    empty.
    """
    _refuse_by_length(request, folder, most_bytes)
    file = folder / f"{new_id()}.part"
    try:
        await _write(request, file, most_bytes, idle_seconds)
        yield file
    finally:
        await run_in_threadpool(file.unlink, missing_ok=True)


def announced_bytes(request: Request) -> int:
    """Return how long the body is by its header; 0: not known."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


async def pieces(request: Request, idle_seconds: float = IDLE_SECONDS) -> AsyncIterator[bytes]:
    """Yield the body as it comes; raises BrokenOff where it stops coming."""
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(idle_seconds):
                piece = await anext(stream, None)
        except TimeoutError:
            raise BrokenOff(f"Nothing came for {idle_seconds:g} seconds; send it again.") from None
        except ClientDisconnect:
            raise BrokenOff("The transfer broke off; send it again.") from None
        if piece is None:
            return
        yield piece


def refuse_without_space(folder: Path, more_bytes: int = 0) -> None:
    """Raise DiskFull where so many bytes, and what results take, do not fit on the disk."""
    free = shutil.disk_usage(folder).free
    if free - more_bytes < SPARE_BYTES:
        raise DiskFull(f"The disk has {free / 1e9:.1f} GB free, too little for this; free some space and try again.")


def too_large(most_bytes: int) -> TooLarge:
    """Return the trouble with a longer body."""
    return TooLarge(f"This is larger than {most_bytes / 1e9:g} GB, the most that is taken.", most_bytes=most_bytes)


def _refuse_by_length(request: Request, folder: Path, most_bytes: int) -> None:
    length = announced_bytes(request)
    if length > most_bytes:
        raise too_large(most_bytes)
    refuse_without_space(folder, length)


async def _write(request: Request, file: Path, most_bytes: int, idle_seconds: float) -> None:
    waiting, written, looked = bytearray(), 0, 0
    with file.open("xb", buffering=0) as stream:
        with suppress(OSError):
            file.chmod(0o600)
        async for piece in pieces(request, idle_seconds):
            waiting += piece
            if written + len(waiting) > most_bytes:
                raise too_large(most_bytes)
            if len(waiting) >= AT_ONCE_BYTES:
                written += len(waiting)
                await _put(stream, waiting)
                waiting = bytearray()
            if written - looked >= BETWEEN_LOOKS_BYTES:
                looked = written
                refuse_without_space(file.parent)
        written += len(waiting)
        await _put(stream, waiting)
    if not written:
        raise Trouble("The file is empty.")


async def _put(stream: object, content: bytearray) -> None:
    try:
        await run_in_threadpool(_write_all, stream, content)
    except OSError as error:
        raise not_written(error) from None


def _write_all(stream: object, content: bytearray) -> None:
    left = memoryview(content)
    while left:
        left = left[stream.write(left) :]  # pyright: ignore[reportAttributeAccessIssue]
