"""The page that shows why: each sentence with its answer, its words tinted by what they add to it.

One file of HTML that needs no other, runs no script and asks no server for anything.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from ....core.figure import label_colours
from ....results.html import render_page
from ....results.prediction import Prediction, Reading
from ...explain import explained_note

NOT_SURE = "#666666"
FULL_TINT = 0.25  # of probability that a word adds, from which it is tinted fully
LEAST_TINT = 0.02  # under it a word is left plain
MOST_OPACITY = 0.75  # of a tint, so that black stays legible on it


def highlights(prediction: Prediction) -> str:
    """Return highlights.html, with the sentences whose word attribution is known."""
    colours = label_colours(prediction.labels)
    return render_page(
        Path(__file__).parent,
        prediction=prediction,
        name=Path(prediction.source).name,
        sentences=list(_shown(prediction.readings)),
        colours=colours,
        least_tint=LEAST_TINT,
        tint=lambda reading, value: _tint(colours.get(reading.likeliest or "", NOT_SURE), value),
    )


def _shown(readings: Sequence[Reading]) -> Iterator[Reading | int]:
    """Yield the readings that are shown; in place of the others, how many they are."""
    is_shortened = bool(explained_note(readings))
    for is_left_out, run in groupby(readings, lambda reading: is_shortened and not reading.word_attribution):
        group = list(run)
        yield from [len(group)] if is_left_out else group


def _tint(colour: str, value: float) -> str:
    """Return the colour as #rrggbbaa, the more opaque the more a word adds."""
    opacity = MOST_OPACITY * min(value / FULL_TINT, 1.0)
    return f"{colour}{round(255 * opacity):02x}"
