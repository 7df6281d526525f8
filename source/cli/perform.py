"""One command from its words to an exit code; every error becomes one sentence."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

from ..core import distributed
from ..core.command_line import command_for
from . import command, interrupts, render
from .command import FAILED, STOPPED, WRONG_USE, WrongUse
from .commands import ENTRIES
from .terminal import complain, wrapped

HELP_FOOT = "COMMAND --help lists the options of a command. Without a command, a menu offers the same."


def perform(words: Sequence[str], debug: bool = False) -> int:
    """Do one command, or show its help; an error is a sentence on stderr. Returns the exit code."""
    group = command.asked_about(ENTRIES, words)
    if group:
        program = " ".join(distributed.PROGRAM)
        print(f"usage: {program} [COMMAND] [--help] [--debug]\n\n{render.listing(group)}\n\n{wrapped(HELP_FOOT)}")
        return 0
    farewell = "\nStopped."
    try:
        entry = command.entry_of(ENTRIES, words)
        arguments = entry.parse(words[len(entry.words) :])
        again = entry.resuming(words)
        farewell = f"\nStopped; continue with: {command_for(*again)}" if again else farewell
        sys.argv[1:] = words  # what a report names as the way to repeat it, from the menu too
        interrupts.begin(wrapped(farewell, stream=sys.stderr))
        return entry.run(**arguments) or 0
    except SystemExit as helped:
        return int(helped.code or 0)
    except KeyboardInterrupt:
        complain(farewell)
        return STOPPED
    except BrokenPipeError:
        raise
    except Exception as error:
        if interrupts.answered():  # a library made an error of its own of it
            complain(farewell)
            return STOPPED
        if debug:
            traceback.print_exc()
        complain(render.error_text(error))
        return WRONG_USE if isinstance(error, WrongUse) else FAILED
    finally:
        interrupts.answered()
