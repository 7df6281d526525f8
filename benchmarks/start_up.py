"""Start-up of the help and the menu as whole processes, against Python alone and against importing torch."""

import subprocess
import sys
from functools import partial

from benchmarks.measuring import Effort, Row, interleaved, seconds
from source.core import config

OURS = {"--help": ["run.py", "--help"], "menu": ["run.py"]}
OTHERS = {"python -c pass": ["-c", "pass"], "python -c 'import torch'": ["-c", "import torch"]}
RUNS = 3  # of each in a round


def measure(effort: Effort) -> list[Row]:
    jobs = {name: partial(seconds, partial(_run, words), effort.of(RUNS)) for name, words in (OURS | OTHERS).items()}
    took = interleaved(jobs, effort.repetitions)
    return [Row(ours, "s", took[ours], other, took[other], "median <= 0.5") for ours in OURS for other in OTHERS]


def _run(words):
    """Run Python with these words; the menu is told to leave."""
    subprocess.run([sys.executable, *words], cwd=config.ROOT, input=b"q\n", capture_output=True, check=True)
