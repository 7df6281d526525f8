"""The command that was run, as a report names it."""

import re
import shlex
import sys
from pathlib import Path

from . import distributed


def without_passwords(text: str) -> str:
    """The text without the passwords of URLs in it.

    >>> without_passwords("postgresql://me:secret@host/db")
    'postgresql://me:***@host/db'
    """
    return re.sub(r"(password=)[^&\s']*", r"\1***", re.sub(r"(://[^:/@\s]*):[^@\s]*@", r"\1:***@", text))


def command_line() -> str:
    """The command that was run, for reports: how a reader repeats it. Passwords are left out."""
    return without_passwords(shlex.join([*distributed.program(), Path(sys.argv[0]).name, *sys.argv[1:]]))
