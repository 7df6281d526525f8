"""`predict` at the command line: what the names stand for, and what is printed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from .. import api
from ..core.errors import DemeanorError
from ..core.serialise import json_text
from ..core.spec import spec_of
from . import render
from .command import WrongUse, split
from .render import near
from .terminal import Progress

STDIN = "-"
MEGABYTE = 1_000_000


def predict(
    model: str,
    names: Sequence[str],
    start: float,
    end: float | None,
    fps: float | None,
    audio_track: int | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Predict the emotions in files, folders or words, and print them."""
    selection = api.Selection(start, end, fps, audio_track)
    sources = _sources(model, names)
    asked = [source if isinstance(source, api.Words) else api.asked_for(model, source) for source in sources]
    several = len(asked) > 1 or api.are_several(asked)
    with Progress(f"{render.unit_of_progress(model, asked)}s", "Predicting") as progress:
        predictions = api.predict(
            model, sources if len(sources) > 1 else sources[0], **options, write=not as_json, brief=not as_json,
            selection=selection, notify=progress.notify, on_progress=progress,
            on_fetch=_fetching(),
        )  # fmt: skip
    if as_json:
        documents = [prediction.to_dict() for prediction in predictions]
        print(json_text(documents if several else documents[0]))
    else:
        print(*(line for prediction in predictions for line in render.prediction_lines(prediction, several)), sep="\n")
        folder = next(Path(prediction.folder) for prediction in predictions if prediction.folder)
        print(f"Results: {near(folder.parent if several else folder)}")


def _fetching() -> api.OnProgress:
    """Return what shows how much of a link's file is here; gone when all is."""
    bar = Progress("MB", "Fetching")

    def show(done: int, total: int) -> None:
        bar(done // MEGABYTE, -(-total // MEGABYTE))
        if done == total:
            bar.__exit__()

    return show


def names_in(answer: str) -> list[str]:
    """Return the names in an answer of the menu: it is one, with its spaces, unless each part names what is there."""
    divided = [answer.split(",")]
    with suppress(WrongUse):  # an apostrophe
        divided.insert(0, split(answer))
    for parts in divided:
        named = [part.strip() for part in parts]
        if len(named) > 1 and all(map(_is_there, named)):
            return named
    return [answer.strip("'\"")]


def _is_there(name: str) -> bool:
    with suppress(DemeanorError):
        return bool(api.input_named(name))
    return False


def _sources(model: str, names: Sequence[str]) -> list[str]:
    """Return the names or texts that are meant: words without quotation marks are one text, - is what stdin holds."""
    if not spec_of(model).typed:
        return list(names)
    if list(names) == [STDIN]:
        return [api.Words(sys.stdin.read())]
    unquoted = all(" " not in name and type(api.asked_for(model, name)) is str for name in names)  # no Link
    return [" ".join(names)] if unquoted else list(names)
