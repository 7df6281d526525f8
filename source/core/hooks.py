"""Functions that a caller may pass in to follow the progress of work."""

from collections.abc import Callable
from typing import Any

OnProgress = Callable[[int, int], None]  # takes the number of items done and of all items; 0 of all: not known
Notify = Callable[[str], None]  # takes one sentence for people


def silent(*_: Any) -> None:
    """Take no notice: the default of hooks."""
