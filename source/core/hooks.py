"""Functions that a caller may pass in to follow the progress of work."""

from collections.abc import Callable

OnProgress = Callable[[int, int], None]  # takes the number of items done and of all items
Notify = Callable[[str], None]  # takes one sentence for people
