"""One command from its words to an exit code; every error becomes one sentence."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

from . import command, render
from .command import PROGRAM, STOPPED, TROUBLE, WRONG_USE, WrongUse, command_line
from .commands import ENTRIES

HELP_FOOT = "COMMAND --help says more. Without a command: the menu, which offers the same."


def perform(words: Sequence[str], debug: bool = False) -> int:
    """Do one command; a trouble is a sentence on stderr. Returns the exit code."""
    group = command.asked_about(ENTRIES, words)
    if group:
        print(f"usage: {PROGRAM} [COMMAND] [--help] [--debug]\n\n{render.listing(group)}\n\n{HELP_FOOT}")
        return 0
    try:
        entry = command.entry_of(ENTRIES, words)
        arguments = entry.parsed(words[len(entry.words) :])
        sys.argv[1:] = words  # what a report names as the way to repeat it, from the menu too
        return entry.run(**arguments) or 0
    except SystemExit as helped:
        return int(helped.code or 0)
    except KeyboardInterrupt:
        again = entry.going_on(words)
        complain(f"\nStopped; go on with: {command_line(again)}" if again else "\nStopped.")
        return STOPPED
    except BrokenPipeError:
        raise
    except Exception as error:
        if debug:
            traceback.print_exc()
        complain(render.trouble_text(error))
        return WRONG_USE if isinstance(error, WrongUse) else TROUBLE


def complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
