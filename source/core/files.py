"""Files written whole or not at all, and folders with a free name."""

import errno
import os
import re
import sys
import unicodedata
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import IO

MOST_BYTES = 160  # of a name that somebody else gave; file systems take 255, and something is put before and behind
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)  # on Windows no file's name, whatever its ending


def safe_name(name: str, otherwise: str = "file") -> str:
    r"""Return what a file may be called, after a name that somebody else gave: one line, no path, nothing hidden.

    >>> safe_name("../../etc/passwd"), safe_name("CON"), safe_name("What a day!\n")
    ('etc passwd', 'file CON', 'What a day!')
    """
    plain = unicodedata.normalize("NFC", re.sub(r'[\\/:*?"<>|]', " ", name))
    kept = "".join(character for character in plain if unicodedata.category(character)[0] != "C")  # control, bidi
    short = " ".join(kept.split()).strip(". ").encode()[:MOST_BYTES].decode(errors="ignore").rstrip(". ")
    return f"{otherwise} {short}" if DEVICES.fullmatch(short.partition(".")[0]) else short or otherwise


def natural(name: str) -> list[int | str]:
    """Return a key that puts names with numbers in a person's order.

    >>> sorted(["frame10.png", "frame2.png", "Frame1.png", "1.png"], key=natural)
    ['1.png', 'Frame1.png', 'frame2.png', 'frame10.png']
    """
    parts = re.split(r"([0-9]+)", name.casefold())  # text and numbers by turns, text first
    return [int(part) if at % 2 else part for at, part in enumerate(parts)]


def write_whole(file: Path, content: bytes | str | Callable[[Path], None]) -> Path:
    """Write `file` under a temporary name and rename it, so that an interruption never leaves half a file.

    content: bytes, text, or a function that writes them to the path that it is given, of the same suffix as `file`.
    """
    draft = file.with_name(f".{os.getpid()}.part.{file.name}")
    try:
        if callable(content):
            content(draft)
        else:
            # A file name that is no valid Unicode becomes an escape, which JSON readers accept.
            draft.write_bytes(content if isinstance(content, bytes) else content.encode(errors="backslashreplace"))
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return file


def locked(file: Path) -> IO[bytes] | None:
    """Lock a file, which is made, for as long as what is returned is open; None: another process has it locked.

    The system unlocks it where the process is killed. Where a file system knows no locks, nobody is kept out.
    """
    stream = file.open("ab")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            stream.close()
            return None
    return stream


def new_folder(parent: Path, name: str) -> Path:
    """Make the folder `parent`/name, or else name_2, name_3, ..., and return it; `parent` need not exist.

    >>> new_folder(Path("output_files"), "photo")  # doctest: +SKIP
    PosixPath('output_files/photo_2')
    """
    parent.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        folder = parent / (name if number == 1 else f"{name}_{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        break
    return folder
