"""What a caller may hand in to be told how work goes on."""

from collections.abc import Callable

OnProgress = Callable[[int, int], None]  # files done, files in all


Notify = Callable[[str], None]  # takes one sentence that a person should know
