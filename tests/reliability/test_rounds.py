"""A few of the rounds that `python -m tests.reliability` makes."""

import os
import subprocess
import sys

import pytest

from source.core import config


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows cannot fork")
def test_what_is_stopped_or_killed_is_whole_and_goes_on_to_the_same_result():
    command = [sys.executable, "-m", "tests.reliability", "--rounds", "1", "--only", "preprocess alone", "data get"]
    done = subprocess.run(command, cwd=config.CLONE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
