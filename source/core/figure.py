"""Colours and figures of all charts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PALETTE = ("#d55e00", "#009e73", "#cc79a7", "#f0e442", "#0072b2", "#e69f00", "#56b4e9", "#7a5230")
DOTS_PER_INCH = 110


def label_colours(labels: Sequence[str]) -> dict[str, str]:
    """Return a colour "#rrggbb" for each label, in the order of PALETTE."""
    return {label: PALETTE[index % len(PALETTE)] for index, label in enumerate(labels)}


def ink_on(colour: str) -> str:
    """Return black or white, whichever has the higher contrast on `colour` (relative luminance of WCAG 2).

    >>> ink_on("#f0e442"), ink_on("#0072b2")
    ('black', 'white')
    """
    red, green, blue = ((int(colour[start : start + 2], 16) / 255) ** 2.2 for start in (1, 3, 5))
    return "black" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "white"


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure, sized in inches, that needs no display."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def png_of(figure: Figure) -> bytes:
    """Return the figure as the content of a PNG file."""
    stream = io.BytesIO()
    metadata = {"Software": None}  # without matplotlib's version, so that the same data give the same file
    figure.savefig(stream, format="png", metadata=metadata, bbox_inches="tight", pad_inches=0.1)
    return stream.getvalue()
