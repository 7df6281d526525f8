"""Memory of native code, which the C library of Linux keeps for each thread, and for ever, unless it is told."""

import ctypes
from contextlib import suppress

ARENA_MAX, MOST_ARENAS = -8, 2  # M_ARENA_MAX of mallopt(3); by default eight for each core


def share_arenas() -> None:
    """Let all threads take memory from the same few places; of use before there are threads."""
    with suppress(AttributeError, OSError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(ARENA_MAX, MOST_ARENAS)


def give_back() -> None:
    """Give the system back what is free; a tenth of a second for a gigabyte."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
