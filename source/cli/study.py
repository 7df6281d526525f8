"""What is done with results that are there: `export` at the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .. import api
from .command import split
from .render import near


def export(results: Sequence[str], form: str, output: Path | None) -> None:
    """Write results in the format of an annotation program and print where."""
    for result in results:
        for file in api.export(result, form, output=output):
            print(near(file))


def results_in(answer: str) -> list[str]:
    """Return the names in an answer of the menu: it is one, or several with spaces or commas between."""
    return [answer] if answer in api.results() else split(answer.replace(",", " "))
