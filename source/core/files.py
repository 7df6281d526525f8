"""Results on disk: whole files, and folders that are nobody else's."""

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path


def write_whole(file: Path, content: bytes | str | Callable[[Path], None]) -> Path:
    """Write a file so that nobody, whatever happens, finds half of it under its name.

    content: what is in it, or what writes it under the name that it is given, whose ending is the file's.
    """
    draft = file.with_name(f".{os.getpid()}.part.{file.name}")
    try:
        if callable(content):
            content(draft)
        else:
            # A file name that is no valid text gets into JSON as an escape, which JSON readers take.
            draft.write_bytes(content if isinstance(content, bytes) else content.encode(errors="backslashreplace"))
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return file


def new_folder(parent: Path, name: str) -> Path:
    """A folder that did not exist: `parent`/name, or else name_2, name_3, ... `parent` is made where it is missing.

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
