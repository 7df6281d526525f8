"""Runs over many files as a person starts them, with files that end a process, and with a process that is killed."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict

import numpy as np
import psutil
import pytest
from safetensors.numpy import save_file

from source.core import config
from source.training.checkpoint import KEY, Header
from tests.support.dask import scheduler, wait_for, workers
from tests.support.stub import PULSE

pytestmark = pytest.mark.slow  # processes of their own

READ = """
import os, signal, time
from ..results.predicting import Result
from ..results.prediction import Prediction, Reading


def read(source, trained, notify, on_progress, selection):
    name = source.stem.rstrip("0123456789")
    {"abort": os.abort, "killed": lambda: os.kill(os.getpid(), signal.SIGKILL), "slow": lambda: time.sleep(0.3),
     "odd": lambda: None + 1}.get(name, int)()
    return Result(Prediction(str(source), "pulse", trained.labels, (Reading({"happy": 1.0}, text=source.read_text()),)))
"""
LOAD = """

def load(file: Path) -> Trained:
    return Trained(spec_of("pulse"), None, None, read_header(file))
"""


@pytest.fixture
def house(project):
    """A copy of the project with a model that needs no network: its files' names say what they do to who reads them."""
    shutil.copytree(PULSE, project.folder / "source" / "pulse")
    (project.folder / "source" / "pulse" / "predict.py").write_text(READ)
    models, checkpoint = (project.folder / "source" / name for name in ("__init__.py", "training/checkpoint.py"))
    models.write_text(models.read_text().replace("\n}", '\n    "pulse": "a pulse",\n}'))
    checkpoint.write_text(checkpoint.read_text(encoding="utf-8") + LOAD, encoding="utf-8")
    weights = project.folder / "models" / "pulse" / "pulse_model.safetensors"
    weights.parent.mkdir()
    header = Header("pulse", {}, config.EMOTIONS, "seven", 1.0, {})
    save_file({"weights": np.zeros(1, np.float32)}, weights, metadata={KEY: json.dumps(asdict(header))})
    return project


def pulses(house, *names):
    (house.folder / "input_files" / "many").mkdir()
    for name in names:
        (house.folder / "input_files" / "many" / f"{name}.csv").write_text(name)
    return house.folder / "output_files" / "many"


def rows(folder):
    if not (folder / "summary.csv").exists():
        return []
    with (folder / "summary.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def files_of(folder, as_if=None):
    """The bytes of all files in the folder, as if it were another."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {
        file.relative_to(folder): file.read_bytes().replace(bytes(folder), bytes(as_if or folder)) for file in files
    }


def test_files_that_end_a_process_cost_themselves_alone(house):
    folder = pulses(house, "abort", "fine2", "fine10", "killed", "odd")
    done = house.run("pulse", "predict", "many")
    assert done.returncode == 0 and "3 of the 5 pulses" in done.stderr and "Results: output_files/many" in done.stdout
    notes = {row["file"].rpartition("/")[2]: row["notes"] for row in rows(folder)}
    assert list(notes) == ["abort.csv", "fine2.csv", "fine10.csv", "killed.csv", "odd.csv"]
    assert not notes["fine2.csv"] + notes["fine10.csv"]
    for name, reason in (("abort", "SIGABRT"), ("killed", "SIGKILL"), ("odd", "Unexpected error (TypeError: ")):
        assert reason in notes[f"{name}.csv"] and f"{name}.csv could not be read" in done.stderr
    assert len(json.loads((folder / "result.json").read_text(encoding="utf-8"))) == 5


def test_a_run_that_is_killed_leaves_nobody_and_nothing_and_goes_on_to_the_same_bytes(house):
    folder = pulses(house, *(f"slow{number}" for number in range(6)))
    words = ["pulse", "predict", "many", "--workers", "2"]
    for how in (signal.SIGKILL, signal.SIGINT):
        command, before = [sys.executable, "run.py", *words, "--resume"], len(rows(folder))
        process = subprocess.Popen(
            command,
            cwd=house.folder,
            env=house.environment(),
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        while len(rows(folder)) <= before:
            time.sleep(0.02)
        workers = psutil.Process(process.pid).children(recursive=True)
        (os.kill if how == signal.SIGKILL else os.killpg)(process.pid, how)
        _, err = process.communicate(timeout=20)
        assert not psutil.wait_procs(workers, timeout=5)[1], "they end with it"
        for child in folder.glob("slow*"):
            assert json.loads((child / "result.json").read_text(encoding="utf-8"))["folder"] == str(child)
        assert not (folder / "result.json").exists()
    assert process.returncode == 130 and "pulse predict many --workers 2 --resume" in err
    whole = house.folder / "whole" / "many"
    assert house.run(*words, "--resume").returncode == house.run(*words, "--output", str(whole.parent)).returncode == 0
    resumed, undisturbed = (
        {file.relative_to(top): file.read_bytes() for file in top.rglob("*") if file.is_file()}
        for top in (folder, whole)
    )
    assert len(rows(folder)) == 6 and resumed == {
        file: content.replace(str(whole).encode(), str(folder).encode()) for file, content in undisturbed.items()
    }


def test_a_cluster_gives_the_same_bytes_and_another_worker_reads_what_a_lost_one_did(house):
    folder = pulses(house, "abort", "fine", *(f"slow{number}" for number in range(4)))
    address, started = scheduler(house.folder)
    command = [sys.executable, "run.py", "pulse", "predict", "many", "--cluster", address]
    with started, workers(address, house.folder):
        pids = wait_for(address, 2)
        process = subprocess.Popen(
            command, cwd=house.folder, env=house.environment(), stderr=subprocess.PIPE, text=True
        )
        while len(rows(folder)) < 2:
            time.sleep(0.02)
        os.kill(pids[0], signal.SIGKILL)
        _, err = process.communicate(timeout=100)
    assert process.returncode == 0 and "1 of the 6 pulses" in err, err
    here = house.folder / "here" / "many"
    assert house.run("pulse", "predict", "many", "--output", str(here.parent)).returncode == 0
    assert files_of(folder) == files_of(here, as_if=folder) and len(files_of(folder)) == 12
