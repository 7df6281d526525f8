"""What a process and those below it use, where the system tells (Linux)."""

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")


class Usage(NamedTuple):
    """Of a process and those that it started."""

    cpu_seconds: float
    gigabytes: float | None
    """What would be free without them: pages that they share count once. None where the system does not tell."""


def usage_below(process: int) -> Usage:
    """Return what `process` and all below it have used so far."""
    if not PROC.is_dir():
        return Usage(0.0, None)
    seconds = gigabytes = 0.0
    for one in _family(process):
        with suppress(OSError):  # it has just ended
            fields = (PROC / str(one) / "stat").read_text().rpartition(")")[2].split()
            seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            lines = (PROC / str(one) / "smaps_rollup").read_text().splitlines()
            gigabytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e9
    return Usage(seconds, gigabytes)


def _family(process: int) -> list[int]:
    found = [process]
    with suppress(OSError):
        for file in (PROC / str(process) / "task").glob("*/children"):
            for child in file.read_text().split():
                found += _family(int(child))
    return found
