"""What stands for reading in the process of a job: the words of the task say what it does. Imports nothing slow."""

import os
import signal
import time
from pathlib import Path

from source.core.errors import DemeanorError
from source.core.workers import say


def nothing():
    """Nothing has to be made ready."""


def read(task):
    """Do what the file or the words say: a command a line."""
    words = task.asked or (task.folder / "upload").read_text(errors="replace")
    for line in words.splitlines():
        command, _, rest = line.partition(" ")
        if command == "wait":
            time.sleep(float(rest))
        elif command == "until":  # a file is there
            while not Path(rest).exists():
                time.sleep(0.005)
        elif command == "count":
            for number in range(int(rest) + 1):
                say({"done": number, "total": int(rest), "unit": "seconds", "sentence": "Reading."})
        elif command == "tick":  # for ever, into a file
            while True:
                with open(rest, "a") as file:
                    file.write(".")
                time.sleep(0.01)
        elif command == "note":
            say({"note": rest})
        elif command == "trouble":
            raise DemeanorError(rest)
        elif command == "odd":
            raise KeyError(rest)
        elif command == "abort":
            os.abort()
        elif command == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        elif command == "pid":
            Path(rest).write_text(str(os.getpid()))
        elif command == "half":  # the result is there, but nobody hears of it
            made(task)
            os.kill(os.getpid(), signal.SIGKILL)
    return [made(task)]


def made(task):
    name = next(name for number in range(1, 99) if not (task.results / (name := f"result_{number}")).exists())
    draft = task.results / f".{os.getpid()}.part.{name}"
    draft.mkdir(parents=True)
    (draft / "result.json").write_text("{}")
    (draft / ".job").write_text(task.id)
    if (task.folder / "upload").exists():
        os.link(task.folder / "upload", draft / "original.txt")
    draft.rename(task.results / name)
    return name
