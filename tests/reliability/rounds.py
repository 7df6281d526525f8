"""One round: a command is stopped after some seconds, what it left is looked at, and it goes on to its end."""

import atexit
import importlib
import os
import re
import shlex
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from source.cli import main as cli_main
from source.core import config
from tests.reliability.scenarios import Scenario, content, files_in, left_by

SECONDS_TO_ANSWER = 3  # that a command has at Ctrl-C, on a machine with nothing else to do
SECONDS_TO_DIE = 5  # that the processes of one which was killed have
CONTINUE = re.compile(r"continue with: python run.py (.*)")


@dataclass(frozen=True)
class Round:
    """The outcome of one round."""

    seconds: float  # from the signal to the end of the process
    ended_before: bool  # the command was faster than the signal
    faults: tuple[str, ...]


@dataclass
class Undisturbed:
    """A home as it is before a command, and what the command leaves there."""

    scenario: Scenario
    before: Path
    seconds: float
    left: dict[str, Any]

    @classmethod
    def run(cls, scenario: Scenario, home: Path) -> "Undisturbed":
        """Prepare what `home` is before the command, beside it, and run the command."""
        before = home.with_name("before")
        shutil.rmtree(before, ignore_errors=True)
        for name in ("data", "models", "output_files"):
            (before / name).mkdir(parents=True)
        shutil.copytree(config.CLONE / "input_files", before / "input_files")
        (before / "models" / "pretrained").symlink_to(config.CLONE / "models" / "pretrained")
        scenario.prepare(before)
        for _ in range(2):  # the second time with all modules imported
            started = time.monotonic()
            code, said = finish(scenario.words, copied(before, home))
            assert code == 0 and home.with_suffix(".imported").exists(), (code, said)
            seconds = time.monotonic() - started
            for name in home.with_suffix(".imported").read_text().splitlines():
                with suppress(Exception):
                    importlib.import_module(name)
        return cls(scenario, before, seconds, left_by(home))


def one_round(undisturbed: Undisturbed, after: float, number: int, home: Path) -> Round:
    """Send a signal of this number `after` seconds of the command, and go on as a person would."""
    scenario, faults = undisturbed.scenario, []
    command = Command(scenario.words, copied(undisturbed.before, home))
    command.wait(after)
    sent = time.monotonic()
    with suppress(ProcessLookupError):
        os.kill(command.pid, number)
    command.wait()
    took, said = time.monotonic() - sent, command.said()
    faults += [f"still running: {line}" for line in survivors(home)]
    if took > SECONDS_TO_ANSWER:
        faults.append(f"it took {took:.1f} s (load {os.getloadavg()[0]:.1f}): {said[-500:]}")
    stopped = command.code == (130 if number == signal.SIGINT else -number)
    if not stopped and command.code:
        faults.append(f"exit code {command.code}: {said[-500:]}")
    faults += half_written(undisturbed, home)
    if stopped:
        again = [*scenario.words, *scenario.resume] if number == signal.SIGKILL else continuing(said, scenario)
        code, said = finish(again, home)
        if code and again != list(scenario.words):  # there was nothing to go on with yet
            code, said = finish(scenario.words, home)
        if code:
            faults.append(f"going on: exit code {code}: {said[-500:]}")
    if scenario.same and not faults:
        faults += differences(undisturbed.left, left_by(home))
    return Round(took, not stopped, tuple(faults))


def copied(before: Path, home: Path) -> Path:
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(before, home, symlinks=True)
    return home


class Command:
    """`python run.py WORDS` in a process that was forked from this one, where the modules it needs are imported."""

    code: int | None = None  # negative: the number of the signal that ended it

    def __init__(self, words: Sequence[str], home: Path) -> None:
        self.output, self.imported = home.with_suffix(".said"), home.with_suffix(".imported")
        self.pid = os.fork()
        if self.pid == 0:
            self._be(words, home)

    def _be(self, words: Sequence[str], home: Path) -> None:
        code = 1
        try:
            atexit._clear()  # what the parent has to do
            signal.signal(signal.SIGINT, signal.default_int_handler)  # which shells ignore in the background
            os.chdir(home)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            for stream in (1, 2):
                os.dup2(os.open(self.output, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
            sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", 1)  # noqa: SIM115
            sys.argv = ["run.py", *words]
            code = cli_main.process()
            self.imported.write_text("\n".join(list(sys.modules)))
            threading._shutdown()  # as at the end of any interpreter
            atexit._run_exitfuncs()
        except BaseException:
            traceback.print_exc()
        finally:
            with suppress(Exception):
                sys.stdout.flush()
            os._exit(code)

    def wait(self, seconds: float = 300) -> None:
        """Return when it has ended, at the latest after so many seconds."""
        last = time.monotonic() + seconds
        while self.code is None and time.monotonic() < last:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
            else:
                time.sleep(0.005)

    def said(self) -> str:
        """Return what it wrote."""
        said = self.output.read_text(errors="replace") if self.output.exists() else ""
        self.output.unlink(missing_ok=True)
        return said


def finish(words: Sequence[str], home: Path) -> tuple[int, str]:
    """Run a command to its end; returns its exit code and what it wrote."""
    command = Command(words, home)
    command.wait()
    if command.code is None:
        os.kill(command.pid, signal.SIGKILL)
        command.wait()
        return -signal.SIGKILL, "it did not end\n" + command.said()
    return command.code, command.said()


def continuing(said: str, scenario: Scenario) -> list[str]:
    """Return the words of the command that it named for going on, or its own."""
    named = CONTINUE.search(said)
    return shlex.split(named[1]) if named else list(scenario.words)


def survivors(home: Path) -> list[str]:
    """Return the processes that still work for `home` after SECONDS_TO_DIE, and end them."""
    last = time.monotonic() + SECONDS_TO_DIE
    while (alive := working_for(home)) and time.monotonic() < last:
        time.sleep(0.1)
    for process in alive:
        process.kill()
    return [" ".join(process.cmdline()) for process in alive]


def working_for(home: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("DEMEANOR_HOME") == str(home) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def half_written(undisturbed: Undisturbed, home: Path) -> list[str]:
    """Return what is there to be taken for whole and cannot be read."""
    faults = []
    for file in files_in(home):
        try:
            said = content(file)
        except Exception as error:
            faults.append(f"half-written: {file.relative_to(home)}: {error!r}")
            continue
        whole = undisturbed.left.get(file.relative_to(home).as_posix())
        if isinstance(said, bytes) and isinstance(whole, bytes) and said != whole and whole.startswith(said):
            faults.append(f"half-written: {file.relative_to(home)}: {len(said)} of {len(whole)} bytes")
    return faults


def differences(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    names = sorted(expected.keys() ^ found.keys())
    return [f"only once: {name}" for name in names] + [
        f"differs: {name}" for name in expected.keys() & found.keys() if expected[name] != found[name]
    ]
