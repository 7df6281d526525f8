"""Several processes at one study, on SQLite, a journal file and a real PostgreSQL; and processes that are killed."""

import getpass
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from source.core.errors import DemeanorError
from source.tuning import Plan, confirmation, study, trial
from source.tuning.storage import open_storage
from tests.support.studies import played, search, toy_study

ROOT = Path(__file__).parents[2]
PROGRAMS = Path("/usr/lib/postgresql")  # where Debian puts what is not on the path


@pytest.fixture(autouse=True)
def without_pictures(monkeypatch):
    monkeypatch.setattr("source.tuning.write_tuning", lambda *_: None)


def postgres_program(name):
    versions = sorted(PROGRAMS.glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(versions[-1]) if versions else None)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory):
    """The URL of a server of its own, for as long as the tests last."""
    initdb, postgres = postgres_program("initdb"), postgres_program("postgres")
    if not (initdb and postgres):
        pytest.skip("no PostgreSQL is installed here")
    folder, who = tmp_path_factory.mktemp("postgres") / "data", {}
    if getpass.getuser() == "root":  # as which it refuses to run
        shutil.chown(folder.parent, "nobody")
        for parent in folder.parents[1:4]:  # pytest lets nobody else in
            parent.chmod(parent.stat().st_mode | 0o055)
        who = {"user": "nobody"}
    how = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder.parent, **who}
    subprocess.run([initdb, "-D", folder, "-U", "demeanor", "-A", "trust", "--no-sync"], **how)
    port = free_port()
    options = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
    with subprocess.Popen(
        [postgres, "-D", folder, "-p", str(port), *options],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder.parent, **who,
    ) as server:  # fmt: skip
        url = f"postgresql://demeanor@127.0.0.1:{port}/postgres"
        wait_until(lambda: reachable(url))
        yield url
        server.send_signal(signal.SIGINT)  # fast shutdown


def free_port():
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def reachable(url):
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def wait_until(there, seconds=60):
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "nothing came of it"
        time.sleep(0.05)


def others(folder, storage, trials, how):
    """A process of its own that takes part in the study."""
    command = [sys.executable, "-m", "tests.support.studies", str(folder), storage, str(trials), how]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"})


def place(kind, folder, request):
    return request.getfixturevalue("postgresql") if kind == "postgresql" else str(folder / "a study.journal")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["journal", "postgresql"])
def test_two_processes_share_a_study_and_none_repeats_the_other(kind, tmp_path, request):
    storage = place(kind, tmp_path, request)
    toy_study(tmp_path)  # its store, before both make it
    pair = [others(tmp_path, storage, 10, "slow") for _ in range(2)]
    assert [process.wait(120) for process in pair] == [0, 0]
    found = study.open_study(toy_study(tmp_path, storage=storage))
    there = study.counted(found)
    assert len(there) == 10 and all(frozen.state in study.FINISHED for frozen in there)
    settings = [tuple(sorted(frozen.params.items())) for frozen in there]
    assert len(set(settings)) == 10
    assert len({frozen.user_attrs[study.OWNER]["pid"] for frozen in there}) == 2, "one process did it all"


@pytest.mark.slow
def test_what_a_killed_process_was_at_is_begun_anew_at_once(tmp_path, monkeypatch):
    """kill -9: nothing in it can put anything in order."""
    work = toy_study(tmp_path, trials=3)
    process = others(tmp_path, work.storage, 3, "forever")
    wait_until(lambda: Path(work.storage).exists())
    begun = study.open_study(work)
    wait_until(lambda: any(trial.PLANNED in frozen.user_attrs for frozen in begun.get_trials(deepcopy=False)))
    process.kill()
    process.wait()
    (lost,) = begun.get_trials(states=(TrialState.RUNNING,))
    monkeypatch.setattr(trial, "train_trial", played)
    started = time.monotonic()
    rows = search(work, tmp_path).document["trials"]
    assert time.monotonic() - started < study.SECONDS_UNTIL_LOST / 2
    assert [row["state"] for row in rows] == ["complete"] * 3 and lost.params in [row["settings"] for row in rows]
    assert lost.number not in [row["trial"] for row in rows]


def test_a_trial_of_another_machine_is_lost_when_it_gives_no_sign(tmp_path, monkeypatch):
    monkeypatch.setattr(trial, "train_trial", played)
    work = toy_study(tmp_path)
    found = study.open_study(work)
    lost, alive = found.ask(), found.ask()
    for frozen, seconds in ((lost, 2 * study.SECONDS_UNTIL_LOST), (alive, 1)):
        work.space.settings_of_trial(frozen)
        frozen.set_user_attr(study.OWNER, {"host": "elsewhere", "pid": 1, "born": 0.0})
        frozen.set_user_attr(study.SEEN, time.time() - seconds)
    study.retry_lost(found)
    states = {frozen.number: frozen.state for frozen in found.get_trials()}
    assert states == {lost.number: TrialState.FAIL, alive.number: TrialState.RUNNING, 2: TrialState.WAITING}
    assert found.ask().params == {} and found.get_trials()[2].system_attrs["fixed_params"] == lost.params


def test_a_process_at_work_gives_heartbeat(tmp_path, monkeypatch):
    monkeypatch.setattr(study, "HEARTBEAT_SECONDS", 0.05)
    found = study.open_study(toy_study(tmp_path))
    begun = found.ask()
    with study.heartbeat(begun):
        wait_until(lambda: study.SEEN in begun.user_attrs, 10)
    first = begun.user_attrs[study.SEEN]
    time.sleep(0.2)
    assert begun.user_attrs[study.SEEN] == first, "it goes on though nobody is at work"


@pytest.mark.slow
def test_local_workers_share_the_trials_the_confirmation_and_the_cores(tmp_path):
    """Real trainings in two processes: what is said of the best is what training with its settings gives here."""
    work = toy_study(tmp_path, trials=3, pruner="none", storage=f"sqlite:///{tmp_path}/a study.db")
    made = search(work, tmp_path, Plan(workers=2, top_k=1, folds=2, seeds=1))
    rows = made.document["trials"]
    assert len(rows) == 3 and {row["state"] for row in rows} == {"complete"}
    pids = {frozen.user_attrs[study.OWNER]["pid"] for frozen in study.counted(study.open_study(work))}
    assert os.getpid() not in pids
    best = made.document["confirmation"]["candidates"][0]
    settings = work.space.settings_of_trial(optuna.trial.FixedTrial(best["settings"]))
    again = confirmation.run(work, confirmation.Rerun(best["trial"], settings, 0, 0, 2), lambda *_: None)
    assert again == pytest.approx(best["fold_uar"][0], abs=0.02)  # the number of threads may change the last digits


@pytest.mark.slow
def test_a_sqlite_file_may_be_named_by_its_path(tmp_path, monkeypatch):
    """Taken for a journal, lines would be written into a database."""
    monkeypatch.setattr(trial, "train_trial", played)
    for storage in (f"sqlite:///{tmp_path}/a study.db", f"{tmp_path}/a study.db"):
        made = search(toy_study(tmp_path, trials=2, storage=storage), tmp_path)
    assert len(made.document["trials"]) == 2 and [file.name for file in tmp_path.glob("a study.*")] == ["a study.db"]


def test_only_adding_trials_writes_no_best_and_confirms_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(trial, "train_trial", played)
    made = search(toy_study(tmp_path), tmp_path, Plan(join=True))
    assert made.best is None and made.document["confirmation"] is None and len(made.document["trials"]) == 4


@pytest.mark.parametrize(
    "storage, words",
    [
        ("postgresql://me:secret@127.0.0.1:1/x", "postgresql://me:.*@127.0.0.1:1/x cannot be opened: "),
        ("mysql://me:secret@127.0.0.1:1/x", "cannot be opened: .*127.0.0.1"),
        ("oracle://host/x", "cannot be opened: "),
        ("nonsense://host", "cannot be opened: "),
        ("/proc/none/a.journal", "journal /proc/none/a.journal cannot be opened: "),
    ],
)
def test_a_storage_that_is_not_there_is_one_sentence_without_its_password(storage, words):
    with pytest.raises(DemeanorError, match=words) as trouble:
        open_storage(storage)
    assert "secret" not in str(trouble.value) and "\n" not in str(trouble.value)
