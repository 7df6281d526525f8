"""A few lines at the foot of a terminal that are drawn anew in place."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


class Panel:
    """What `draw` was given last, until `erase`.

    Not `rich.live.Live`, which hides the cursor (after `kill -9` for good), and leaves torn lines behind where the
    terminal became narrower, and so broke the lines that it showed, before they are drawn anew.
    """

    def __init__(self, console: Console):
        self.console = console
        self.widths: list[int] = []
        """Columns of each line that is shown."""

    def columns(self) -> int:
        """How many there are for content, at the moment."""
        self._measure()
        return max(1, self.console.width - 1)  # some terminals break a line that is full

    def draw(self, content: Any) -> None:
        """Show a rich renderable instead of what was shown, cut to the terminal."""
        from rich.segment import Segment, Segments

        how = self.console.options.update_width(self.columns())
        lines = self.console.render_lines(content, how, pad=False)[: max(1, self.console.height - 1)]
        lines = [_without_blank_end(line) for line in lines]
        with self.console:  # so that all of it is one write
            self._erase()
            self.console.print(Segments([piece for line in lines for piece in (*line, Segment.line())]), end="")
        self.widths = [Segment.get_line_length(line) for line in lines]

    def notify(self, sentence: str) -> None:
        """Write a line that stays, where the panel was; it has to be drawn again."""
        self.erase()
        self.console.print(sentence, markup=False, highlight=False, soft_wrap=True)

    def erase(self) -> None:
        """Leave the terminal as it would be without the panel."""
        self._measure()
        self._erase()

    def _erase(self):
        from rich.control import Control, ControlType

        if self.widths:
            rows = sum(max(1, -(-width // max(1, self.console.width))) for width in self.widths)
            line_above = ((ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2))
            self.console.control(
                Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2), *line_above * rows)
            )
        self.widths = []

    def _measure(self):
        """Take the size of the terminal that is written to; rich would ask stdin, stdout and file descriptor 2."""
        with suppress(OSError, ValueError):
            columns, rows = os.get_terminal_size(self.console.file.fileno())
            if columns and rows:  # some terminals do not know
                self.console.size = (columns, rows)


def _without_blank_end(line):
    """Segments of a line without the spaces at its end, which some terminals keep when they break lines, some not."""
    blank = next((count for count, piece in enumerate(reversed(line)) if piece.text.strip()), len(line))
    *start, last = line[: len(line) - blank] or [None]
    return [*start, last._replace(text=last.text.rstrip())] if last else []
