"""The files that a person means by their names."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from glob import escape, glob, has_magic
from pathlib import Path
from typing import Any

from ..core import config
from ..core.errors import DemeanorError
from ..core.files import natural
from ..core.spec import spec_of
from ..media.link import is_link
from ..media.types import PICTURES, RECORDINGS, TEXTS

MOST = 12  # names listed


def inputs(model: str = "") -> list[str]:
    """Return the names of what lies in input_files/: all of it, or the folders and the files that `model` reads.

    >>> from source import api
    >>> api.inputs("face")
    ['demo_astronaut.png']
    """
    found = config.INPUT_FOLDER.glob("[!.]*")
    endings = spec_of(model).readable if model else ()
    return sorted(path.name for path in found if not model or path.is_dir() or path.suffix.lower() in endings)


class Words(str):
    """Words as such, which name no file."""


class Link(str):
    """A link, whose file or recording is fetched when it is read."""


def asked_for(model: str, name: str) -> Path | list[Path] | str:
    """Return the file or folder that a person means by `name`, or else, for a model that reads words, `name` itself.

    A link is a `Link`. Of a pattern such as *.jpg, which ** leads into sub-folders, these are all files that the model
    reads. Raises DemeanorError where there is none and `name` cannot stand for words.

    >>> from source import api
    >>> api.asked_for("face", "demo_astronaut.png").name, api.asked_for("text", "What a day!")
    ('demo_astronaut.png', 'What a day!')
    """
    if is_link(name):
        return Link(name.strip())
    path = _path_of(name)
    if path is None and spec_of(model).typed and not _looks_like_a_file(name):
        return name
    files = [] if path else _matching(name, spec_of(model).readable)
    if not path and not files:
        raise _missing(name)
    return path or files


def are_several(asked: Sequence[Any]) -> bool:
    """Return whether these, as `asked_for` returns them, are a folder, a pattern or more than one file.

    >>> from source import api
    >>> api.are_several([api.asked_for("face", "demo_astronaut.png")])
    False
    """
    first = asked[0]
    several = len(asked) > 1 and isinstance(first, Path | Link)
    return several or isinstance(first, list) or (isinstance(first, Path) and first.is_dir())


def input_named(name: str) -> Path:
    """Return the file or folder that a person means by `name`; raises DemeanorError where there is none.

    >>> from source import api
    >>> api.input_named("demo_clip.mp4").name
    'demo_clip.mp4'
    """
    path = _path_of(name)
    if path is None:
        raise _missing(name)
    return path


def _missing(name: str) -> DemeanorError:
    if not name.strip():
        return DemeanorError(
            "Nothing was named; name a file in input_files/, give a path or, for the text model, words."
        )
    names = inputs()
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    there = (", ".join(names[:MOST]) or "nothing yet") + more
    return DemeanorError(f"There is no {name} in {config.INPUT_FOLDER} nor at that path; there are: {there}.")


def _path_of(name: str) -> Path | None:
    """Return where there is something called `name`: in input_files/, else from the current folder."""
    for folder in _places(name) if name.strip() else ():
        with suppress(OSError, RuntimeError):  # a name longer than any file's; "~ me" is nobody's home
            path = folder / Path(name).expanduser()
            if path.exists():
                return path
    return None


def _places(name: str) -> tuple[Path, ...]:
    """Return where `name` is looked up: in input_files/, then here; ./a and ../a only here, as in any shell."""
    is_path = name.replace(os.sep, "/").partition("/")[0] in (".", "..")
    return (config.INPUT_FOLDER, Path())[is_path:]


def _matching(name: str, endings: Sequence[str]) -> list[Path]:
    """Return the files with one of these endings that the pattern `name` stands for, by name; 2 before 10."""
    for folder in _places(name):
        pattern = os.path.join(escape(str(folder)), os.path.expanduser(name))
        found = map(Path, glob(pattern, recursive=True) if has_magic(name) else ())
        files = [path for path in found if path.suffix.lower() in endings and path.is_file()]
        if files:
            return sorted(files, key=lambda path: natural(str(path)))
    return []


def _looks_like_a_file(name: str) -> bool:
    """Tell a file's name from words: by its beginning or its ending, or, if it is one word, its looks."""
    path = name.strip().replace(os.sep, "/")
    is_path = path.startswith(("/", "./", "../", "~/")) or re.fullmatch(r"(?!\w+://)\S+(/\S*|\.[A-Za-z]\w{0,4})", path)
    return not path or bool(is_path) or path.lower().endswith((*PICTURES, *RECORDINGS, *TEXTS))
