"""What is particular to a terminal: its width, styles, progress, and the noise of native libraries."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import textwrap
import time
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from typing import Any

MOST_COLUMNS = 100  # longer lines are hard to read
SECONDS_BETWEEN_LINES = 5  # of progress, where there is no terminal
SECONDS_TO_LEAD = 5  # that other processes leave the leading one to speak of a trouble
STYLES = {"bold": "1", "good": "32", "bad": "31"}  # ECMA-48 codes


class Progress:
    """How far a long job is, on stderr with the time left: a bar on a terminal, else a line now and then.

    Called with (done, total); total is 0 where it is not known.
    """

    interrupted = False  # by Ctrl-C, and nobody has stopped yet; see `remember_interrupts`

    def __init__(self, unit: str):
        self.unit, self.bar = unit, None
        Progress.interrupted = False

    @staticmethod
    def stop_if_interrupted() -> None:
        """Raise KeyboardInterrupt where Ctrl-C was pressed and a library swallowed it."""
        if Progress.interrupted:
            Progress.interrupted = False
            raise KeyboardInterrupt

    def __call__(self, done: int, total: int) -> None:
        self.stop_if_interrupted()
        if self.bar is None or done < self.bar.n or (total or None) != self.bar.total:
            self.close()
            self.bar = _bar(done, total, self.unit)
        self.bar.update(done - self.bar.n)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()

    def show(self, line: str, stream: Any = None) -> None:
        """Write a line of the result (to stdout) without tearing the bar."""
        if self.bar is not None:
            self.bar.clear()
        stream = stream or sys.stdout
        stream.write(line + "\n")
        stream.flush()

    def notify(self, sentence: str) -> None:
        """Write to stderr what a person should know."""
        self.show(sentence, sys.stderr)


def remember_interrupts() -> None:
    """Ctrl-C raises KeyboardInterrupt, as ever; where a library swallows it, `Progress` raises it once more."""

    def interrupt(*_: Any) -> None:
        Progress.interrupted = True
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where a shell has it ignored
        signal.signal(signal.SIGINT, interrupt)


def styled(text: str, style: str) -> str:
    """The text in a style of STYLES where stdout is a terminal that a person wants styled (https://no-color.org)."""
    plain = not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or os.name == "nt"
    return text if plain else f"\033[{STYLES[style]}m{text}\033[0m"


def folded(text: str, indent: int = 0) -> str:
    """The text in lines that fit the terminal, each indented; words such as paths are never cut."""
    margin, width = " " * indent, min(shutil.get_terminal_size().columns, MOST_COLUMNS)
    fold = textwrap.TextWrapper(width, margin, margin, break_long_words=False, break_on_hyphens=False)
    return fold.fill(text)


def hide_native_noise() -> None:
    """Hide what native libraries write to file descriptor 2, as MediaPipe does at each start; ours goes to a copy."""
    with suppress(OSError):  # there is no stderr
        sys.stderr = os.fdopen(os.dup(2), "w", 1, encoding=sys.stderr.encoding, errors="backslashreplace")
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def hold_back(name: str) -> Callable[[], None]:
    """Of a process that does not lead: stdout is thrown away, stderr kept. Returns what lets it speak, by its name.

    The leading process mostly has the same trouble, and its end ends all others; this waits for that first.
    """
    said, stderr = StringIO(), sys.stderr
    sys.stdout, sys.stderr = open(os.devnull, "w"), said  # noqa: SIM115  for as long as the process lives

    def speak() -> None:
        time.sleep(SECONDS_TO_LEAD)
        stderr.write(f"{name}: {said.getvalue()}")
        stderr.flush()

    return speak


def _bar(done: int, total: int, unit: str) -> Any:
    from tqdm import tqdm

    how: dict[str, Any] = {"dynamic_ncols": True}
    if not sys.stderr.isatty():
        text = "{n_fmt} of {total_fmt}, {rate_fmt}, {remaining} left"
        how = {"file": _Lines(), "bar_format": text, "mininterval": SECONDS_BETWEEN_LINES, "miniters": 1}
        how["delay"] = SECONDS_BETWEEN_LINES  # a short job needs no line
    return tqdm(total=total or None, initial=done, unit=unit, leave=False, **how)


class _Lines:
    """A file for tqdm in which every redrawn bar is a line."""

    def write(self, text: str) -> None:
        if text.strip():
            sys.stderr.write(text.strip() + "\n")

    def flush(self) -> None:
        sys.stderr.flush()
