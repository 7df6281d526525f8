"""Figures and colours that all charts share."""

import io
from collections.abc import Sequence
from typing import Any

PALETTE = ("#d55e00", "#009e73", "#cc79a7", "#f0e442", "#0072b2", "#e69f00", "#56b4e9", "#7a5230")


DOTS_PER_INCH = 110


def label_colours(labels: Sequence[str]) -> dict[str, str]:
    """Label -> colour, "#rrggbb", in the order of PALETTE."""
    return {label: PALETTE[index % len(PALETTE)] for index, label in enumerate(labels)}


def ink_on(colour: str) -> str:
    """Black or white, whichever has the greater contrast to `colour` (relative luminance of WCAG 2).

    >>> ink_on("#f0e442"), ink_on("#0072b2")
    ('black', 'white')
    """
    red, green, blue = ((int(colour[start : start + 2], 16) / 255) ** 2.2 for start in (1, 3, 5))
    return "black" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "white"


def new_figure(width: float, height: float) -> Any:
    """An empty matplotlib figure, in inches, that needs no display."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def png_of(figure: Any) -> bytes:
    """The figure as a PNG file."""
    stream = io.BytesIO()
    plain = {"Software": None}  # matplotlib's version left out: the same data give the same file
    figure.savefig(stream, format="png", metadata=plain, bbox_inches="tight", pad_inches=0.1)
    return stream.getvalue()
