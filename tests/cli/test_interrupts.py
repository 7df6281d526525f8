"""Ctrl-C, answered by Python code, swallowed by a library, or pressed while native code works."""

import signal
import subprocess
import sys
import time

import pytest

from source.cli import interrupts
from source.cli.terminal import Progress
from source.core import config

NATIVE = """
import hashlib, sys, time
from source.cli import interrupts
interrupts.SECONDS_TO_ANSWER = float(sys.argv[1])
interrupts.arm()
for work in range(2):
    interrupts.begin("Stopped; continue with: itself")
    try:
        print("begun", flush=True)
        hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1) if work else time.sleep(60)
    except KeyboardInterrupt:
        interrupts.answered()
"""


@pytest.fixture
def armed():
    before = signal.signal(signal.SIGINT, interrupts._interrupt)
    interrupts.begin("")
    yield
    signal.signal(signal.SIGINT, before)
    interrupts.begin("")
    interrupts.answered()


def test_an_interrupt_that_a_library_swallowed_stops_at_the_next_step(armed):
    with Progress("clips") as progress:
        progress(1, 3)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            progress(2, 3)
        progress(3, 3)


def test_what_was_pressed_in_one_command_is_over_in_the_next(armed):
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert interrupts.answered() and not interrupts.answered()
    interrupts.begin("")
    interrupts.stop_if_swallowed()


@pytest.mark.slow
@pytest.mark.parametrize("presses, patience", [(1, 1.5), (2, 60)])
def test_native_code_is_ended_in_time_and_a_second_press_ends_it_at_once(presses, patience):
    """But not where the first of two works was stopped by the press that was meant for it."""
    program = [sys.executable, "-c", NATIVE, str(patience)]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=config.ROOT)
    try:
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.stdout.readline()
        time.sleep(1.8)
        assert process.poll() is None
        for _ in range(presses):
            process.send_signal(signal.SIGINT)
            time.sleep(0.2)
        assert process.wait(10) == 130
        assert process.communicate() == ("", "Stopped; continue with: itself\n")
    finally:
        process.kill()
