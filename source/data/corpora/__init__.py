"""The corpora. One file each: a file here with a NAME is a corpus, and its `load` reads the folder people download.

A corpus without a file here is read as labelled files: `python run.py data get mine --from FOLDER`.
"""

import importlib
import pkgutil
import re
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from ...core.errors import DemeanorError
from ...core.hooks import Notify
from ..clips import Clip


class Corpus(Protocol):
    """What a file of this folder defines.

    It may also define `unpack`, see `fer2013`, PEOPLE, see `meld`, `is_silent`, see `ravdess`, and

    * MAY_BE_LEFT_OUT: whether the corpus may stand for strangers, that is, be left out of a training and then read
      (True where it is not defined; see `ordinary` and `emogator`);
    * CUT_FOR_ALL: whether long recordings are cut for every model, not for models of videos alone (False where it is
      not defined). A model of sounds reads the loudest window of a file, so else it would see nothing of the rest.
    """

    NAME: str
    """As in config.CORPORA; empty for the reader of any labelled folder."""
    LICENCE: str
    """The terms of the data, in one sentence."""

    def load(self, folder: Path, notify: Notify) -> list[Clip]:
        """Return the labelled files of the corpus in `folder`, numbered; raise DemeanorError where it is not there.

        A take that exists in several forms, such as sound and video, gives a clip for each, with the same number.
        """
        ...


def corpus_named(name: str) -> Any:
    """Return the corpus (see `Corpus`) called `name`, in any spelling; the reader of labelled files for other names.

    >>> corpus_named("ck+").NAME
    'CK+'
    """
    if not re.fullmatch(r"\w[\w+. -]*", name) or name != name.rstrip(". "):
        raise DemeanorError(
            f"'{name}' cannot be a corpus's name, for it names a folder: take letters, digits, + and -."
        )
    module = re.sub(r"[^a-z0-9]", "", name.lower().replace("+", "plus"))
    return _corpora().get(module) or importlib.import_module(f"{__name__}.named_files")


def may_be_left_out(name: str) -> bool:
    """Return whether the corpus called `name` may be left out of a training to be read as a stranger's.

    >>> may_be_left_out("RAVDESS"), may_be_left_out("ordinary")
    (True, False)
    """
    return getattr(corpus_named(name), "MAY_BE_LEFT_OUT", True)


def known_corpora() -> tuple[str, ...]:
    """Return the names of the corpora that have a file here."""
    return tuple(sorted((corpus.NAME for corpus in _corpora().values()), key=str.lower))


def did_you_mean(name: str) -> str:
    """Return a question that offers the known corpora with a name like `name`; empty where none is.

    >>> did_you_mean("ravdes")
    'Did you mean RAVDESS?'
    """
    known = {corpus.lower(): corpus for corpus in known_corpora()}
    near = [known[match] for match in get_close_matches(name.lower(), known)] if name.lower() not in known else []
    return f"Did you mean {' or '.join(near)}?" if near else ""


@cache
def _corpora() -> dict[str, Any]:
    files = [file.name for file in pkgutil.iter_modules(__path__)]
    modules = {file: importlib.import_module(f"{__name__}.{file}") for file in files}
    return {file: module for file, module in modules.items() if getattr(module, "NAME", "")}
