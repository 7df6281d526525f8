"""Demeanor: `python run.py` opens the menu, `python run.py COMMAND` does one command. See `source.cli`."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def enter_environment() -> None:
    """Continue with the Python of .venv, which setup.py makes, unless an environment is active."""
    if sys.prefix != sys.base_prefix:
        return
    import setup  # only now: it costs a third of the start-up

    python = ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if setup.in_environment() or not python.exists() or Path(sys.executable) == python:
        return
    if os.name == "nt":  # where exec would give the prompt back at once
        sys.exit(subprocess.call([python, *sys.argv]))
    os.execv(python, [str(python), *sys.argv])


if __name__ == "__main__":
    enter_environment()
    from source.__main__ import main

    sys.exit(main())
