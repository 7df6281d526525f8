"""Commands as a person types them: the one that was run, and those that messages and reports suggest."""

import re
import shlex
import sys
from pathlib import Path

from . import distributed


def command_for(*words: str) -> str:
    """Return the command line that does these words, to be pasted into a shell."""
    return shlex.join([*distributed.program(), *words])


def without_passwords(text: str) -> str:
    """Return the text with the passwords of URLs masked.

    >>> without_passwords("postgresql://me:secret@host/db")
    'postgresql://me:***@host/db'
    """
    return re.sub(r"(password=)[^&\s']*", r"\1***", re.sub(r"(://[^:/@\s]*):[^@\s]*@", r"\1:***@", text))


def command_line() -> str:
    """Return the command with which the run can be repeated, without passwords."""
    script = Path(sys.argv[0])
    program = distributed.program("" if script.stem in ("run", "demeanor", "__main__") else script.name)
    return without_passwords(shlex.join([*program, *sys.argv[1:]]))
