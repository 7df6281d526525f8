"""The command that was run, for reports."""

import re
import shlex
import sys
from pathlib import Path

from . import distributed


def without_passwords(text: str) -> str:
    """Return the text with the passwords of URLs masked.

    >>> without_passwords("postgresql://me:secret@host/db")
    'postgresql://me:***@host/db'
    """
    return re.sub(r"(password=)[^&\s']*", r"\1***", re.sub(r"(://[^:/@\s]*):[^@\s]*@", r"\1:***@", text))


def command_line() -> str:
    """Return the command with which the run can be repeated, without passwords."""
    return without_passwords(shlex.join([*distributed.program(), Path(sys.argv[0]).name, *sys.argv[1:]]))
