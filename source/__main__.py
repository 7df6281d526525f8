"""`python -m demeanor`, for launchers that take a module."""

import sys

from .cli.main import process

if __name__ == "__main__":
    sys.exit(process())
