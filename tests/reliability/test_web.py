"""A few of the rounds that `python -m tests.reliability.web` makes."""

import os

import pytest

from tests.reliability import web


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_whatever_is_killed_no_job_and_no_recording_is_lost(tmp_path):
    assert web.rounds(tmp_path, 3, seed=1) == []
