"""What is behind links, for as long as it is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..core.errors import DemeanorError
from ..core.hooks import Notify, OnProgress
from ..core.spec import ModelSpec
from ..media.link import fetch
from .inputs import Link


@contextmanager
def fetched(
    spec: ModelSpec, asked: Sequence[Any], allow_private: bool, notify: Notify, on_fetch: OnProgress
) -> Iterator[tuple[list[Any], dict[str, str]]]:
    """Yield what was asked for with the files of links in their places, and file -> link; the files are temporary.

    Raises DemeanorError where what the only link, or each of several, leads to cannot be fetched.
    """
    with TemporaryDirectory(prefix="demeanor_") as folder:
        found, links, trouble = list[Any](), dict[str, str](), None
        for number, one in enumerate(asked):
            if not isinstance(one, Link):
                found.append(one)
                continue
            place = Path(folder, str(number))  # two sites may use the same name
            place.mkdir()
            try:
                file = fetch(
                    one, place, reads=spec.readable, allow_private=allow_private, notify=notify, on_progress=on_fetch
                )
            except DemeanorError as error:
                trouble = error
                if len(asked) > 1:
                    notify(f"{error} It is left out.")
                continue
            links[str(file)] = str(one)
            found.append(file)
        if trouble and not found:
            raise trouble
        yield found, links
