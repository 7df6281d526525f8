"""The corpora. One file each; a file here with a NAME is a corpus, and its `load` reads the folder people download.

A corpus that is not known by name is read as labelled files: `python run.py data get mine --from FOLDER`.
"""

import importlib
import pkgutil
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from ...core.errors import DemeanorError
from ..clips import Clip

Notify = Callable[[str], None]  # takes one sentence that a person should know


class Corpus(Protocol):
    """What a file of this folder defines.

    It may also define `unpack`, see `fer2013`, PEOPLE, see `meld`, and `is_silent`, see `ravdess`.
    """

    NAME: str
    """As in config.CORPORA; empty for the reader of any labelled folder."""
    LICENCE: str
    """The terms of the data, in one sentence."""
    SPEAKERS_KNOWN: bool
    """Whether the corpus says who is in which file."""

    def load(self, folder: Path, notify: Notify) -> list[Clip]:
        """The labelled files of the corpus in `folder`, numbered; DemeanorError where `folder` holds no such corpus.

        A take that is there in several forms, such as sound and video, gives a clip for each, with the same number.
        """
        ...


def corpus_named(name: str) -> Any:
    """The corpus (see `Corpus`) called `name`, in any spelling; the reader of labelled files for any other name.

    >>> corpus_named("ck+").NAME
    'CK+'
    """
    if not re.fullmatch(r"\w[\w+. -]*", name) or name != name.rstrip(". "):
        raise DemeanorError(
            f"'{name}' cannot be a corpus's name, for it names a folder: take letters, digits, + and -."
        )
    module = re.sub(r"[^a-z0-9]", "", name.lower().replace("+", "plus"))
    return _corpora().get(module) or importlib.import_module(f"{__name__}.named_files")


def known_corpora() -> tuple[str, ...]:
    """The names of the corpora that have a file here."""
    return tuple(sorted((corpus.NAME for corpus in _corpora().values()), key=str.lower))


def _corpora():
    files = [file.name for file in pkgutil.iter_modules(__path__)]
    modules = {file: importlib.import_module(f"{__name__}.{file}") for file in files}
    return {file: module for file, module in modules.items() if getattr(module, "NAME", "")}
