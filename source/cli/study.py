"""What is done with results that are there: `annotate`, `compare`, `agree` and `export` at the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from .. import api
from ..core.errors import DemeanorError
from ..core.files import write_whole
from ..core.serialise import json_text
from . import render_study
from .command import split
from .render import near
from .terminal import wrapped


def annotate(results: Sequence[str], **changes: str | None) -> None:
    """Say whose results these are, and print what is then known of each."""
    for result in results:
        after = api.annotate(result, {name: value for name, value in changes.items() if value is not None})
        known = {"participant": after.participant, "group": after.group, "note": after.note}
        said = "; ".join(f"{name} {value}" for name, value in known.items() if value)
        print(wrapped(f"{result}: {said or 'nothing is known'}"))


def export(results: Sequence[str], form: str, output: Path | None) -> None:
    """Write results in the format of an annotation program and print where."""
    for result in results:
        for file in api.export(result, form, output=output):
            print(near(file))


def agree(
    result: str, marks: Sequence[str], tier: str | None, mapping: Sequence[tuple[str, str]], as_json: bool
) -> None:
    """Compare people's marks with the answer and with each other, and print how far they agree."""
    found = api.agree(result, marks, tier=tier, mapping=dict(mapping))
    print(json_text(asdict(found)) if as_json else render_study.agreement_text(found))


def compare(results: Sequence[str], by: str, baseline: str | None, output: Path | None, as_json: bool) -> None:
    """Compare recordings and print the means with their intervals."""
    found = api.compare(results, by=by, baseline=baseline)
    if output:
        try:
            write_whole(output, api.comparison_csv(found))
        except OSError as error:
            raise DemeanorError(f"The table cannot be written to {output}: {error.strerror or error}.") from None
    print(json_text(asdict(found)) if as_json else render_study.comparison_text(found))
    if output and not as_json:
        print(f"\nTable: {near(output)}")


def results_in(answer: str) -> list[str]:
    """Return the names in an answer of the menu: it is one, or several with spaces or commas between."""
    return [answer] if answer in api.results() else split(answer.replace(",", " "))


def meaning(text: str) -> tuple[str, str]:
    """Return what a rater writes and the label it means of a text such as joyful=happy."""
    written, equal, label = text.partition("=")
    if not (written.strip() and equal and label.strip()):
        raise argparse.ArgumentTypeError(f"'{text}' is not like joyful=happy")
    return written.strip(), label.strip()
