"""Preprocessing over a real Dask cluster on this machine, started as the README says; and what its troubles say."""

import os
import shutil
import signal
import socket
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from source import api
from source.core import config, pretrained
from source.core.errors import DemeanorError
from source.data import dask_client, dask_worker, preprocessing
from source.data.dask_client import connected
from source.data.preprocessing import preprocess
from tests.support.dask import scheduler, wait_for, workers
from tests.support.toy import TOYS

COUNT = 9
pytestmark = pytest.mark.slow  # schedulers and workers are processes of their own
AUDIO = replace(TOYS["audio"].settings, encoder="none", use_encoder=False, augmented_copies=1)
SPEC = TOYS["audio"].spec
needs_tokenizer = pytest.mark.skipif(
    bool(pretrained.problem_with(pretrained.ASSETS["minilm_tokenizer"])), reason="MiniLM's tokenizer is not installed"
)


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """The code that scheduler and workers run, with a space in its path."""
    folder = tmp_path_factory.mktemp("a clone")
    shutil.copytree(config.ROOT / "source", folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("config.py", "requirements.txt"):
        shutil.copy2(config.ROOT / file, folder)
    (folder / "models").mkdir()
    for name in ("encoder", "pretrained"):
        (folder / "models" / name).symlink_to(config.MODELS_FOLDER / name)
    return folder


@pytest.fixture(scope="module")
def address(clone):
    """A scheduler with two workers."""
    address, process = scheduler(clone)
    with process, workers(address, clone):
        wait_for(address, 2)
        yield address


@pytest.fixture(scope="module")
def bare(clone, tmp_path_factory):
    """A scheduler without workers."""
    folder = tmp_path_factory.mktemp("bare")
    for name in ("source", "config.py"):
        (folder / name).symlink_to(clone / name)
    address, process = scheduler(folder)
    with process:
        wait_for(address, 0)
        yield address


@pytest.fixture
def voices(tmp_path, monkeypatch):
    """Voices, and one file that is none."""
    monkeypatch.setattr(config, "DATA_FOLDER", tmp_path)
    for number in range(COUNT):
        TOYS["audio"].file(SPEC.training_folder / "toy" / f"toy_{number}_{config.EMOTIONS[number % 3]}.wav", number)
    (SPEC.training_folder / "toy" / "toy_5_fear.wav").write_bytes(b"no sound")
    return SPEC.training_folder / "toy"


def store(spec=SPEC):
    """The store's files, byte for byte; it is deleted."""
    files = {file.name: file.read_bytes() for file in (spec.store_folder / "toy").iterdir()}
    shutil.rmtree(spec.store_folder)
    return files


# --- The same store ----------------------------------------------------------------------------------------------


def test_a_cluster_gives_the_store_of_one_process(address, voices, monkeypatch):
    monkeypatch.setattr(preprocessing, "CLIPS_PER_JOB", 2)
    with connected(address) as machines:
        made = preprocess(SPEC, AUDIO, "toy", executor=machines, workers=machines.threads)
    there = store()
    preprocess(SPEC, AUDIO, "toy")
    assert there == store() and (made.clips, made.unreadable) == (COUNT - 1, 1)
    assert {"mfcc.npy", "voiced.npy", "clips.csv", "unreadable.csv", "manifest.json"} == set(there)


@needs_tokenizer
def test_the_api_gives_the_same_from_a_cluster_and_from_one_process(address, tmp_path, monkeypatch):
    monkeypatch.setattr(config, "DATA_FOLDER", tmp_path)
    monkeypatch.setattr(preprocessing, "CLIPS_PER_JOB", 2)
    toy, said = TOYS["text"], []
    for number in range(5):
        toy.file(toy.spec.training_folder / "toy" / f"toy_{number}_happy.txt", number)
    made, stores = [], []
    for options in ({"cluster": address}, {"workers": 1}):
        made.append(api.preprocess("text", **options, notify=said.append))
        stores.append(store(toy.spec))
    assert made[0] == made[1] and stores[0] == stores[1]
    preprocessing_it = "toy: preprocessing for the text model."
    assert said == [f"Cluster {address}: 2 workers on 1 machine.", *[preprocessing_it] * 2]


def test_a_worker_that_dies_changes_nothing(address, voices, monkeypatch):
    preprocess(SPEC, AUDIO, "toy")
    here = store()
    monkeypatch.setattr(preprocessing, "CLIPS_PER_JOB", 1)
    with connected(address) as machines:
        victims = list(machines.client.run(os.getpid).values())[:1]

        def kill(done, total):
            while victims:
                os.kill(victims.pop(), signal.SIGKILL)

        preprocess(SPEC, AUDIO, "toy", executor=machines, workers=machines.threads, on_progress=kill)
    assert store() == here and not victims


def test_ctrl_c_cancels_what_is_under_way_and_a_second_run_goes_on(address, voices, monkeypatch):
    preprocess(SPEC, AUDIO, "toy")
    here = store()
    monkeypatch.setattr(preprocessing, "CLIPS_PER_JOB", 1)

    def stop(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), connected(address) as machines:
        preprocess(SPEC, AUDIO, "toy", executor=machines, workers=machines.threads, on_progress=stop)
    with connected(address) as machines:
        left = machines.client.run_on_scheduler(lambda dask_scheduler: [t.state for t in dask_scheduler.tasks.values()])
        assert set(left) <= {"processing"}  # which nobody can stop
        assert preprocess(SPEC, AUDIO, "toy", executor=machines, workers=2).done_before == 2
    assert store() == here


# --- Machines that are unlike this one ---------------------------------------------------------------------------


def test_a_worker_in_another_state_is_refused_before_and_during_the_work(address):
    with connected(address) as machines:
        others = replace(machines, environment=machines.environment | {"numpy": "0.1"})
        sentence = f"numpy is {np.__version__} on the worker tcp://.* and 0.1 on this machine"
        with pytest.raises(DemeanorError, match=sentence):
            others.check()
        with pytest.raises(DemeanorError, match=sentence):
            others.submit(max, 1, 2).result()
        assert machines.submit(max, 1, 2).result() == 2


def test_code_packages_and_pretrained_files_are_part_of_the_state(clone, monkeypatch):
    here = dask_worker.environment.__wrapped__()
    assert here["numpy"] == np.__version__ and here["WHISPER_MODEL"] == config.WHISPER_MODEL
    monkeypatch.setattr(config, "PACKAGE", clone / "source")
    assert dask_worker.environment.__wrapped__() == here
    monkeypatch.setattr(config, "PACKAGE", clone / "source" / "core")
    monkeypatch.setattr(config, "MODELS_FOLDER", clone / "nowhere")
    there = dask_worker.environment.__wrapped__()
    changed = {name for name in here if there[name] != here[name]}
    assert "Checksum of Demeanor's code" in changed and all(
        there[a.file] == "missing" for a in pretrained.ASSETS.values() if a.downloaded
    )


def test_files_that_only_this_machine_sees_are_said_before_they_are_listed_as_unreadable(address, voices, monkeypatch):
    monkeypatch.chdir(voices.parent.parent)
    monkeypatch.setattr(config, "DATA_FOLDER", Path("."))  # another place to the workers, which run in the clone
    with connected(address) as machines:
        with pytest.raises(DemeanorError, match=r"extracted_audio/toy is not there on the worker tcp://"):
            machines.check(SPEC.training_folder / "toy")
        with pytest.raises(
            DemeanorError, match=r"toy_0_angry.wav can be read on this machine, but not where a worker runs"
        ):
            preprocess(SPEC, AUDIO, "toy", executor=machines, workers=2)
        machines.check(Path("nowhere"))  # said better by those who look for it


def test_threads_in_a_worker_and_a_worker_without_the_code_are_refused(bare, clone, tmp_path):
    with workers(bare, clone, count=1, threads=2), pytest.raises(DemeanorError, match="runs 2 threads .* --nthreads 1"):
        enter(bare)
    with workers(bare, tmp_path, count=1), pytest.raises(DemeanorError, match="cannot load Demeanor's code .*'source'"):
        enter(bare)


# --- Nobody there ------------------------------------------------------------------------------------------------


def enter(address, notify=print):
    with connected(address, notify):
        pytest.fail("it was let in")


def test_no_scheduler_is_one_sentence_and_no_noise(address, monkeypatch, capfd):
    monkeypatch.setattr(dask_client, "CONNECT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        places = [f"tcp://127.0.0.1:{place.getsockname()[1]}" for place in (silent, closed)]
        for place in (*places, "head-node", "http://127.0.0.1:1", "127.0.0.1:port", ""):
            with pytest.raises(
                DemeanorError, match=f"No Dask scheduler answers at '{place}' .*python -m dask scheduler"
            ):
                enter(place)
    assert capfd.readouterr() == ("", "")


def test_a_workers_address_is_no_schedulers(address):
    with connected(address) as machines:
        worker = next(iter(machines.client.scheduler_info()["workers"]))
    with pytest.raises(DemeanorError, match="a worker does"):
        enter(worker)


def test_no_worker_is_waited_for_and_then_said(bare, monkeypatch):
    monkeypatch.setattr(dask_client, "WORKERS_SECONDS", 0.3)
    said = []
    with pytest.raises(DemeanorError, match="has no worker; start some"):
        enter(bare, said.append)
    assert said == [f"The cluster at {bare} has no worker; waiting 0.3 seconds for one."]


def test_workers_that_are_all_lost_are_waited_for_too(bare, monkeypatch):
    from distributed import Client

    monkeypatch.setattr(dask_client, "WORKERS_SECONDS", 0.3)
    monkeypatch.setattr(dask_client, "POLL_SECONDS", 0.1)
    with Client(bare, set_as_default=False) as client, pytest.raises(DemeanorError, match="has no worker; start some"):
        dask_client.Cluster(bare, client).submit(max, 1, 2).result()


def test_a_jobs_own_error_is_its_callers(address):
    with connected(address) as machines, pytest.raises(ValueError, match="invalid literal"):
        machines.submit(int, "none").result()


def test_a_scheduler_that_is_lost_and_files_that_kill_are_one_sentence(address):
    from distributed import KilledWorker
    from distributed.comm import CommClosedError

    killed = KilledWorker("chunk", SimpleNamespace(address="tcp://10.0.0.2:1"), 3)
    for error, sentence in ((CommClosedError(), "does not answer any more"), (killed, "4 workers died .*10.0.0.2")):
        with pytest.raises(DemeanorError, match=sentence), connected(address):
            raise error
