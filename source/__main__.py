"""The start of `demeanor`, `python run.py` and `python -m demeanor`."""

import sys


def main() -> int:
    """Run the command line; a config.py that cannot be used is one sentence."""
    try:
        from .cli.main import process
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return process()


if __name__ == "__main__":
    sys.exit(main())
