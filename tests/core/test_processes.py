"""Processes that share the work of one: they end with it, whatever they are at."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from source.core.processes import process_pool

pytestmark = pytest.mark.slow
PARENT = """
import os, time
from source.core.processes import process_pool
if __name__ == "__main__":
    with process_pool(2, os.getpid) as pool:
        jobs = [pool.submit(time.sleep, 60) for _ in range(9)]
        print(*pool._processes, flush=True)
        jobs[0].result()
"""


def test_left_by_an_error_they_end_in_the_middle_of_a_job():
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), process_pool(1, os.getpid) as pool:
        assert pool.submit(signal.getsignal, signal.SIGINT).result() == signal.SIG_IGN
        pool.submit(time.sleep, 60)
        [worker] = map(psutil.Process, pool._processes)
        raise KeyboardInterrupt
    assert not worker.is_running() and time.monotonic() - started < 20


def test_killed_with_their_parent_none_is_left(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, env=environment)
    workers = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
    parent.kill()
    parent.communicate()
    assert len(workers) == 2 and not psutil.wait_procs(workers, timeout=5)[1]
