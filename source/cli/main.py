"""The process of `python run.py` and of `demeanor`.

Results go to stdout, progress and errors to stderr. The exit code is 0: done, 1: failed, 2: wrong use, 130: stopped
by Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from ..core import distributed
from ..core.memory import share_arenas
from . import interrupts, terminal
from .command import FAILED, STOPPED
from .menu_loop import menu
from .perform import perform


def main(argv: Sequence[str]) -> int:
    """Do what the command line asks; returns the exit code."""
    debug, words = "--debug" in argv, [word for word in argv if word != "--debug"]
    try:
        return perform(words, debug) if words else menu(debug)
    except KeyboardInterrupt:
        print()
        return STOPPED


def process() -> int:
    """Run `main` for a shell, in which any file name can be shown and a reader may go away (`| head`)."""
    for stream, errors in ((sys.stdin, "surrogateescape"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=errors)
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115  a shell may have closed it
    interrupts.arm()
    share_arenas()
    if "--debug" not in sys.argv:
        terminal.hide_native_noise()
    speak = None if distributed.is_main_process() else terminal.hold_back(distributed.process_name())
    try:
        code = main(sys.argv[1:])
        print(end="", flush=True)
        if speak and code == FAILED:
            speak()
        if code == STOPPED or (code and distributed.world_size() > 1):
            os._exit(code)  # an orderly exit might wait for threads, or for other processes, which wait for this one
        return code
    except KeyboardInterrupt:  # between the end of the work and that of the process
        os._exit(STOPPED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more as it exits
        return FAILED
