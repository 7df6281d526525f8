"""A recording that is played: a panel with the answer now on a terminal, else a line for each second or two."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..core.figure import label_colours
from ..core.units import clock, confidence_percent, signed
from ..results.attribution import modality_name
from ..results.prediction import Reading
from . import interrupts
from .terminal import can_redraw, complain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, Group, RenderableType

    from ..results.live import Now

MODALITIES = ("face", "audio", "text")
BEHIND_SECONDS = 1.0  # from which a person is told
SECONDS_BETWEEN_LINES = 2.0  # of the recording
MOST_KEPT = 60  # readings, in which the last words are looked for
MOST_BAR, LEAST_BAR = 28, 4  # columns


class LiveView:
    """Shows on stderr what `source.api.live` polls; used with `with`.

    Called, it raises KeyboardInterrupt where Ctrl-C was pressed and a library swallowed it.
    console: of the terminal (default: stderr's, where that is a terminal).
    """

    def __init__(self, name: str, console: Console | None = None) -> None:
        self._name, self._readings = name, dict[float, Reading]()
        self._next_line = 0.0
        self._console, self._live = console, None
        if console or can_redraw(sys.stderr):
            from rich.console import Console
            from rich.live import Live

            self._console = console or Console(file=sys.stderr)
            self._live = Live(console=self._console, auto_refresh=False, transient=True, redirect_stdout=False)

    def __enter__(self) -> LiveView:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def notify(self, sentence: str) -> None:
        """Write what a person should know, above the panel."""
        if self._live and self._console:
            self._console.print(sentence, markup=False, highlight=False)
        else:
            complain(sentence)

    def __call__(self, now: Now) -> None:
        """Show how far it is and the newest answer."""
        interrupts.stop_if_swallowed()
        self._readings |= {reading.start_seconds or 0.0: reading for reading in now.readings}
        self._readings = dict(sorted(self._readings.items())[-MOST_KEPT:])
        if self._live and self._console:
            self._live.update(panel(self._name, now, list(self._readings.values()), self._console.width), refresh=True)
        elif now.seconds >= self._next_line:
            self._next_line = now.seconds + SECONDS_BETWEEN_LINES
            complain(line(now, list(self._readings.values())))


def line(now: Now, readings: Sequence[Reading]) -> str:
    """Return the newest answer in one line, such as "0:12  happy 71 %  (face happy 65 %, voice not sure ...)"."""
    newest = _newest(readings)
    each = ", ".join(
        f"{modality_name(name)} {Reading(shares).summary}" for name, shares in (newest.modalities or {}).items()
    )
    words = f'  "{text}"' if (text := _words(readings)) else ""
    return f"{clock(now.seconds):>7}  {newest.summary}{f'  ({each})' if each else ''}{words}"


def panel(name: str, now: Now, readings: Sequence[Reading], columns: int) -> Group:
    """Return the whole panel: how far, the answer, a bar for each label, each modality's shares, affect and words."""
    from rich.console import Group
    from rich.text import Text

    newest = _newest(readings)
    total = f" of {clock(now.total_seconds)}" if now.total_seconds else ""
    behind = f"   {now.behind_seconds:.0f} s behind" if now.behind_seconds >= BEHIND_SECONDS else ""
    parts: list[RenderableType] = [Text(f"{name}   {clock(now.seconds)}{total}{behind}", "dim", overflow="ellipsis")]
    parts += [Text(newest.summary, "bold"), _table(newest, columns)]
    parts += [
        _gauge(what, value, columns) for what, value in (("valence", newest.valence), ("arousal", newest.arousal))
    ]
    return Group(*parts, Text(f"“{_words(readings)}”" if _words(readings) else "", "italic"))


def _table(newest: Reading, columns: int) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    shown = newest.modalities or {}
    table = Table(box=None, pad_edge=False, header_style="dim")
    modalities = [name for name in MODALITIES if newest.modalities is not None]
    for title in ("", "all", "", *(modality_name(name) for name in modalities)):
        table.add_column(title, justify="right" if title else "left", no_wrap=True)
    width = min(max(columns - 44, LEAST_BAR), MOST_BAR)
    colours = label_colours(list(newest.probabilities))
    for label, share in newest.probabilities.items():
        style = f"bold {colours[label]}" if label == newest.likeliest else colours[label]
        alone = [confidence_percent(shown[name][label]) if name in shown else "-" for name in modalities]
        table.add_row(Text(label, style), confidence_percent(share), Text(_bar(share, width), style), *alone)
    return table


def _bar(share: float, width: int) -> str:
    return ("█" * round(share * width)).ljust(width)


def _gauge(name: str, value: float | None, columns: int) -> RenderableType:
    """Return where a value from -1 to 1 lies on a line."""
    from rich.text import Text

    width = min(max(columns - 30, LEAST_BAR), 2 * MOST_BAR + 1)
    if value is None:
        return Text(f"{name}  {'·' * width}", "dim")
    at = round((value + 1) / 2 * (width - 1))
    return Text(f"{name}  {'─' * at}●{'─' * (width - 1 - at)}  {signed(value)}")


def _newest(readings: Sequence[Reading]) -> Reading:
    """Return the last reading that says anything; an empty one where there is none yet."""
    return next((reading for reading in reversed(readings) if reading.probabilities), Reading({}))


def _words(readings: Sequence[Reading]) -> str:
    return next((reading.text for reading in reversed(readings) if reading.text), "")
