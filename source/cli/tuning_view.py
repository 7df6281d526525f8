"""A tuning while it runs: a live table on a terminal, else a line for each finished trial."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from ..core.units import duration, percent
from . import interrupts
from .terminal import can_redraw, complain
from .tuning_table import best_text, left_text, tuning_panel

if TYPE_CHECKING:
    from rich.console import Console, Group

    from ..tuning import Status

DRAWINGS_PER_SECOND = 4


class TuningView:
    """Shows on stderr what `source.api.tune` reports through `notify`, `status` and `batch`; used with `with`.

    Each of them raises KeyboardInterrupt where Ctrl-C was pressed and a library swallowed it.
    console: of the terminal (default: stderr's, where that is a terminal).
    """

    def __init__(self, model: str, console: Console | None = None) -> None:
        self.table = _LiveTable(model, console) if console or can_redraw(sys.stderr) else None
        self.known: set[int] | None = None  # the trials whose end has been shown or was before

    def notify(self, sentence: str) -> None:
        """Write what a person should know, above the table."""
        interrupts.stop_if_swallowed()
        if self.table:
            self.table.console.print(sentence, markup=False, highlight=False)
        else:
            complain(sentence)

    def status(self, status: Status) -> None:
        """Show how far the study is; call once before the first trial, so that older trials are known."""
        interrupts.stop_if_swallowed()
        if self.table:
            self.table.latest, self.table.taken = status, time.monotonic()
            return
        finished = {row["trial"]: row for row in status.trials if row["state"] != "running"}
        for number in sorted(finished.keys() - (finished if self.known is None else self.known)):
            complain(trial_line(finished[number], status))
        self.known = set(finished)

    def batch(self, done: int, total: int) -> None:
        """Show in the table how far the epoch of the training under way is; (0, 0): not known."""
        interrupts.stop_if_swallowed()
        if self.table:
            self.table.batches = (done, total)

    def __enter__(self) -> TuningView:
        if self.table:
            self.table.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.table:
            self.table.live.stop()


class _LiveTable:
    """The best and the running trials, redrawn in place."""

    def __init__(self, model: str, console: Console | None = None) -> None:
        from rich.console import Console
        from rich.live import Live

        self.model, self.console = model, console or Console(file=sys.stderr)
        self.latest: Status | None = None
        self.taken, self.batches = time.monotonic(), (0, 0)
        self.live = Live(
            console=self.console, get_renderable=self._panel, refresh_per_second=DRAWINGS_PER_SECOND, transient=True,
            redirect_stdout=False, vertical_overflow="crop",  # stdout is where results go
        )  # fmt: skip

    def _panel(self) -> Group:
        since = time.monotonic() - self.taken
        return tuning_panel(self.model, self.latest, since, self.batches, self.console.width)


def trial_line(row: Any, status: Status) -> str:
    """Return one finished trial, and how far the study is."""
    so_far = (f"{status.finished} of {status.wanted} finished", best_text(status), left_text(status.seconds_left))
    return "; ".join(part for part in (f"trial {row['trial']}: {_outcome(row)}", *so_far) if part)


def _outcome(row: Any) -> str:
    if row["state"] == "failed":
        return f"failed: {' '.join(row['why'].split()).rstrip('.') or 'unknown cause'}"
    uar = "" if row["uar"] is None else f"UAR {percent(row['uar'])}"
    epochs = f"{row['epochs']} epoch{'' if row['epochs'] == 1 else 's'}"
    took = duration(row["seconds"] or 0)
    if row["state"] == "pruned":
        return f"pruned after {epochs}{f' at {uar}' if uar else ''}, {took}"
    return f"{uar}, {epochs}, {took}"
