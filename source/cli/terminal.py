"""What is particular to a terminal: its width, styles, progress, and the noise of native libraries."""

from __future__ import annotations

import os
import re
import sys
import textwrap
import time
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from typing import TYPE_CHECKING, Any, TextIO

from . import interrupts

if TYPE_CHECKING:
    from tqdm import tqdm

MOST_COLUMNS = 100  # longer lines are hard to read
SECONDS_BETWEEN_LINES = 5  # of progress, where there is no terminal
SECONDS_TO_LEAD = 5  # that other processes leave the main one to report an error
STYLES = {"bold": "1", "good": "32", "bad": "31"}  # ECMA-48 codes
COMMAND = re.compile(r"\b(?:python|demeanor|accelerate|sudo|pip) [^;()]+")  # in a sentence, mostly at its end


def can_redraw(stream: TextIO) -> bool:
    """Return whether `stream` is a terminal that can move its cursor."""
    return stream.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def columns(stream: TextIO) -> int:
    """Return how many columns the terminal has that `stream` is; 80 where that is not known."""
    with suppress(OSError, ValueError):
        return int(os.environ.get("COLUMNS", 0)) or os.get_terminal_size(stream.fileno()).columns or 80
    return 80


def wrapped(text: str, hang: int = 0, stream: TextIO | None = None) -> str:
    """Return the text with its lines broken between words so that they fit the terminal that `stream` is.

    Lines for a pipe or a file stay whole, and so do commands and paths, which have to survive being pasted.
    hang: spaces before the second line and those that follow it; stream: default stdout.
    """
    terminal: TextIO = stream or sys.stdout
    if not terminal.isatty():
        return text
    width = min(columns(terminal) - 1, MOST_COLUMNS)  # some terminals break a line that is full
    indent = " " * min(hang, width // 2)
    fold = textwrap.TextWrapper(max(1, width), "", indent, break_long_words=False, break_on_hyphens=False)
    unbroken = COMMAND.sub(lambda command: command[0].replace(" ", "\0"), text)
    return "\n".join(fold.fill(line) for line in unbroken.split("\n")).replace("\0", " ")


def styled(text: str, style: str) -> str:
    """Return the text in one of STYLES where stdout is a terminal that a person wants styled (https://no-color.org)."""
    plain = os.environ.get("NO_COLOR") or os.name == "nt" or not can_redraw(sys.stdout)
    return text if plain else f"\033[{STYLES[style]}m{text}\033[0m"


def complain(text: str) -> None:
    """Write an error or a note to stderr."""
    print(wrapped(text, stream=sys.stderr), file=sys.stderr, flush=True)


class Progress:
    """Shows on stderr how far a long job is: a bar on a terminal, else a line now and then.

    Called with the items done and all items, 0 where their number is not known. unit: what the items are, in the
    plural; description: what is done with them.
    """

    def __init__(self, unit: str, description: str = "") -> None:
        self.unit, self.description = unit, description
        self.bar: tqdm | None = None

    def __call__(self, done: int, total: int) -> None:
        """Draw it anew; raises KeyboardInterrupt where Ctrl-C was pressed and a library swallowed it."""
        interrupts.stop_if_swallowed()
        if self.bar is None or done < self.bar.n or (total or None) != self.bar.total:
            self._start(done, total)
        if self.bar is not None:
            self.bar.update(done - self.bar.n)

    def __enter__(self) -> Progress:
        self._start(0, 0)
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()

    def _start(self, done: int, total: int) -> None:
        from tqdm import tqdm

        self.__exit__()
        looks: dict[str, Any] = {"dynamic_ncols": True}
        if not can_redraw(sys.stderr):  # a short job needs no line
            text = "{desc}: {n_fmt} of {total_fmt}, {rate_noinv_fmt}, {remaining} left"
            looks = {"file": _Lines(), "bar_format": text, "miniters": 1}
            looks |= dict.fromkeys(("mininterval", "delay"), SECONDS_BETWEEN_LINES)
        self.bar = tqdm(
            total=total or None, initial=done, unit=f" {self.unit}", desc=self.description or None, leave=False, **looks
        )

    def show(self, line: str, stream: TextIO | None = None) -> None:
        """Write a line to `stream` (default: stdout) above the bar."""
        if self.bar is not None:
            self.bar.clear()
        print(wrapped(line, stream=stream), file=stream or sys.stdout, flush=True)

    def notify(self, sentence: str) -> None:
        """Write to stderr what a person should know."""
        self.show(sentence, sys.stderr)


class _Lines:
    """A file for tqdm in which every redrawn bar is a line."""

    def write(self, text: str) -> None:  # a line for what would replace the last one
        if text.strip():
            sys.stderr.write(text.strip() + "\n")

    def flush(self) -> None:
        sys.stderr.flush()


def hide_native_noise() -> None:
    """Hide what native libraries write to file descriptor 2, as MediaPipe does at each start; ours goes to a copy."""
    with suppress(OSError):  # there is no stderr
        sys.stderr = os.fdopen(os.dup(2), "w", 1, encoding=sys.stderr.encoding, errors="backslashreplace")
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def hold_back(name: str) -> Callable[[], None]:
    """Drop the stdout of a process that is not the main one and keep its stderr; return what writes that, by its name.

    The main process mostly has the same error, and its end ends all others; this waits for that first.
    """
    held, stderr = StringIO(), sys.stderr
    sys.stdout, sys.stderr = open(os.devnull, "w"), held  # noqa: SIM115  for as long as the process lives

    def speak() -> None:
        time.sleep(SECONDS_TO_LEAD)
        stderr.write(f"{name}: {held.getvalue()}")
        stderr.flush()

    return speak
