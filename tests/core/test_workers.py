"""Workers that work for this one: what a death costs, and that nobody is left behind."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from source.core.errors import DemeanorError
from source.core.workers import WorkerDied, Workers, say

pytestmark = pytest.mark.slow  # processes of their own


def test_a_death_costs_what_was_being_done_and_no_more():
    with Workers(1, os.getpid) as workers:
        first = workers.run(os.getpid)
        with pytest.raises(ValueError, match="invalid literal"):
            workers.run(int, "none")
        assert workers.run(os.getpid) == first != os.getpid(), "an error is no death"
        for function, argument, how in ((os.abort, (), "SIGABRT"), (signal.raise_signal, (9,), "SIGKILL.*memory")):
            with pytest.raises(WorkerDied, match=how):
                workers.run(function, *argument)
            assert workers.run(max, 1, 2) == 2
    assert not psutil.pid_exists(first)


def test_several_work_at_once_and_are_ended_in_the_middle():
    with ThreadPoolExecutor(2) as threads, Workers(2, os.getpid) as workers:
        pids = [threads.submit(workers.run, os.getpid).result() for _ in range(2)]
        sleeping = [threads.submit(workers.run, time.sleep, 600) for _ in range(2)]
        while len(psutil.Process().children()) < 2:
            time.sleep(0.01)
        workers.__exit__()
        assert all(isinstance(future.exception(), WorkerDied) for future in sleeping) and pids


@pytest.mark.parametrize("prepare, how", [(os.abort, "SIGABRT"), (os.rmdir, "argument")])
def test_a_process_that_cannot_be_made_ready_is_an_error_of_the_caller(prepare, how):
    with Workers(1, prepare) as workers, pytest.raises((DemeanorError, TypeError), match=how):
        workers.run(max, 1, 2)


def test_what_is_said_before_the_answer_is_heard_in_order():
    heard = []
    with Workers(1, os.getpid) as workers:
        assert workers.run(count_aloud, 3, hear=heard.append) == 3 and heard == [0, 1, 2]
        assert workers.pids == [workers.run(os.getpid)]
    assert count_aloud(2) == 2, "nobody hears it here"


def test_one_that_was_killed_while_idle_costs_nothing():
    with Workers(1, os.getpid) as workers:
        first = workers.run(os.getpid)
        os.kill(first, signal.SIGKILL)
        while psutil.Process(first).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        assert workers.run(os.getpid) != first


def count_aloud(count):
    for number in range(count):
        say(number)
    return count
