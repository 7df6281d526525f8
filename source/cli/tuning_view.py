"""What a person sees of a tuning while it runs: a live table on a terminal, else a line for each finished trial."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any

from ..core.units import duration
from .live_lines import Panel
from .render import percent
from .terminal import Progress
from .tuning_table import best_text, left_text, panel

if TYPE_CHECKING:
    from rich.console import Console

    from ..tuning import Status

SECONDS_BETWEEN_DRAWINGS = 0.25


class TuningView:
    """Shows on stderr what `source.api.tune` tells through `notify`, `status` and `batch`; used with `with`.

    Each of them raises KeyboardInterrupt where Ctrl-C was pressed and a library swallowed it.
    console: of the terminal (default: stderr's, where that is a terminal).
    """

    def __init__(self, model: str, console: Console | None = None):
        console = console or _console()
        self.shown = LiveTable(model, console) if console else Lines()
        Progress.interrupted = False

    def notify(self, sentence: str) -> None:
        """Write what a person should know, above the table."""
        Progress.stop_if_interrupted()
        self.shown.notify(sentence)

    def status(self, status: Status) -> None:
        """Show how far the study is; call once before the first trial, so that older trials are known."""
        Progress.stop_if_interrupted()
        self.shown.status(status)

    def batch(self, done: int, total: int) -> None:
        """Show how far the epoch of the training under way is; (0, 0): not known."""
        Progress.stop_if_interrupted()
        self.shown.batch(done, total)

    def __enter__(self) -> TuningView:
        return self

    def __exit__(self, *_: Any) -> None:
        self.shown.close()


def _console() -> Console | None:
    """Of stderr; None where it is not a terminal that can redraw lines."""
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") in ("dumb", "unknown"):
        return None
    from rich.console import Console

    return Console(file=sys.stderr)


class LiveTable:
    """The best and the running trials, redrawn in place."""

    def __init__(self, model: str, console: Console):
        self.model, self.panel = model, Panel(console)
        self.latest: Status | None = None
        self.taken, self.drawn = 0.0, float("-inf")
        self.batches = (0, 0)

    def notify(self, sentence: str) -> None:
        self.panel.notify(sentence)
        self._draw()

    def status(self, status: Status) -> None:
        self.latest, self.taken = status, time.monotonic()
        self._draw_now_and_then()

    def batch(self, done: int, total: int) -> None:
        self.batches = (done, total)
        self._draw_now_and_then()

    def close(self) -> None:
        self.panel.erase()

    def _draw_now_and_then(self):
        if time.monotonic() - self.drawn >= SECONDS_BETWEEN_DRAWINGS:
            self._draw()

    def _draw(self):
        now = time.monotonic()
        content = panel(self.model, self.latest, now - self.taken, self.batches, self.panel.columns())
        self.panel.draw(content)
        self.drawn = now


class Lines:
    """A line for each trial that is newly finished."""

    def __init__(self):
        self.known: set[int] | None = None

    def notify(self, sentence: str) -> None:
        if sys.stderr is not None:
            sys.stderr.write(sentence + "\n")
            sys.stderr.flush()

    def status(self, status: Status) -> None:
        finished = {row["trial"]: row for row in status.trials if row["state"] != "running"}
        for number in sorted(finished.keys() - (finished if self.known is None else self.known)):
            self.notify(trial_line(finished[number], status))
        self.known = set(finished)

    def batch(self, done: int, total: int) -> None:
        """Nothing: hours of them would fill a log."""

    def close(self) -> None:
        """Nothing is left to clear."""


def trial_line(row: Any, status: Status) -> str:
    """One finished trial, and how far the study is."""
    so_far = (f"{status.finished} of {status.wanted} finished", best_text(status), left_text(status.seconds_left))
    return "; ".join(part for part in (f"trial {row['trial']}: {_came_to(row)}", *so_far) if part)


def _came_to(row):
    if row["state"] == "failed":
        return f"failed: {' '.join(row['why'].split()).rstrip('.') or 'nobody knows why'}"
    uar = "" if row["val_uar"] is None else f"UAR {percent(row['val_uar'])}"
    epochs = f"{row['epochs']} epoch{'' if row['epochs'] == 1 else 's'}"
    took = duration(row["seconds"] or 0)
    if row["state"] == "pruned":
        return f"given up after {epochs}{f' at {uar}' if uar else ''}, {took}"
    return f"{uar}, {epochs}, {took}"
