"""`run.py` as a process: pipes, a real terminal, Ctrl-C, its environment, and how soon it is there."""

import os
import re
import shlex
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import run
import source
from source.face.settings import FaceSettings
from tests.support.toy import face_store
from tests.support.typed import number_of

pytestmark = pytest.mark.slow
HEAVY = {"torch", "mediapipe", "numpy", "matplotlib", "rich", "tqdm", "cv2", "PIL", "spacy", "whisper"}
MOST_SECONDS = 0.4  # to the help; it is a third of that on an idle machine
BASE_PYTHON = getattr(sys, "_base_executable", sys.executable)
TINY = "widths=4,8 depths=1,1 shape_width=8 batch_size=16"
CODES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
needs_a_terminal = pytest.mark.skipif(os.name == "nt", reason="pexpect has no terminals on Windows")


@pytest.fixture
def trainable(project):
    """The project with a tiny preprocessed corpus, and settings so small that an epoch takes no time."""
    face_store(project.folder / "data" / "preprocessed_face_data" / "toy", train=28, val=14)
    return ["face", "train", "--set", *TINY.split(), "image_side=16"]


def spawn(project, *words, **environment):
    import pexpect

    more = {"env": project.environment(TERM="xterm", **environment), "cwd": str(project.folder)}
    return pexpect.spawn(sys.executable, ["run.py", *words], encoding="utf-8", timeout=60, dimensions=(24, 80), **more)


def ended(terminal):
    """The exit code, and what was shown since the last `expect`."""
    import pexpect

    terminal.expect(pexpect.EOF)
    terminal.close()
    return terminal.exitstatus, CODES.sub("", terminal.before).replace("\r\n", "\n")


# --- Start-up ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [[], ["face", "train", "--help"]])
def test_start_up_imports_nothing_heavy(project, words):
    """Nor does a look into each model's menu."""
    # --debug, for without it what is written to file descriptor 2 from outside of Python is hidden.
    looks = "".join(f"{model}\nq\n" for model in source.MODELS)
    done = project.run(*words, "--debug", typed=looks, python=(sys.executable, "-X", "importtime"))
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "argparse" in imported and not imported & HEAVY


@pytest.mark.skipif(os.name == "nt", reason="Windows does not tell what a child took")
def test_start_up_is_quick(project):
    def seconds():
        """Of the processor, which does not depend on what else the machine does."""
        before = os.times()
        assert project.run("--help").returncode == 0
        return os.times().children_user - before.children_user

    assert min(seconds() for _ in range(3)) < MOST_SECONDS  # the first one compiles


# --- Pipes -------------------------------------------------------------------------------------------------------


def test_closed_stdin_shows_the_menu_and_leaves(project):
    done = project.run(typed="")
    assert (done.returncode, done.stderr) == (0, "") and "doctor" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="a shell's redirection")
@pytest.mark.parametrize("closing", ["<&-", "2>&-"])
def test_a_stream_that_is_not_there_is_no_trouble(project, closing):
    shell = f"{shlex.quote(sys.executable)} run.py {closing}"
    done = subprocess.run(shell, shell=True, cwd=project.folder, env=project.environment(), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True)  # fmt: skip
    assert done.returncode == 0 and "doctor" in done.stdout


def test_scripted_answers_on_a_pipe(project):
    done = project.run(typed=f"{number_of('face predict')}\nphoto.jpg\nq\n")
    assert done.returncode == 0
    assert "The same as: python run.py face predict photo.jpg\n" in done.stdout
    assert done.stderr.count("\n") == 1 and "photo.jpg" in done.stderr and "Traceback" not in done.stderr


def test_results_and_troubles_have_streams_of_their_own(project):
    done = project.run("face", "predict", "photo.jpg")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert project.run("face", "prediction").returncode == 2


@pytest.mark.skipif(os.name == "nt", reason="a shell's pipe")
def test_a_reader_that_goes_away_is_no_trouble(project):
    command = f"{shlex.quote(sys.executable)} run.py face settings"
    done = subprocess.run(["sh", "-c", f"{command} | head -1"], cwd=project.folder, env=project.environment(),
                          capture_output=True, text=True)  # fmt: skip
    assert (done.stdout, done.stderr) == (f"epochs={FaceSettings().epochs}\n", "")


def test_no_colour_but_on_a_terminal(project):
    assert "\x1b" not in project.run("doctor").stdout


# --- A terminal --------------------------------------------------------------------------------------------------


@needs_a_terminal
def test_the_menu_on_a_terminal_of_80_columns(project):
    terminal = spawn(project)
    terminal.expect("Number .*: ")
    assert fits(terminal.before)
    for model in source.MODELS:
        terminal.sendline(model)
        terminal.expect("Number .q goes back.*: ")
        assert fits(terminal.before) and f"{model}: " in terminal.before
        terminal.sendline("q")
        terminal.expect("Demeanor .*Number .q quits.*: ")
    terminal.sendline("face predict")
    terminal.expect("File, folder or link.*: ")
    terminal.sendline("nothing.jpg")
    terminal.expect(r"There is no nothing.jpg\s+in\s.*Number .q quits.*: ")
    terminal.sendeof()
    assert ended(terminal)[0] == 0


def fits(shown):
    lines = CODES.sub("", shown).splitlines()
    return max(map(len, lines)) < 80 and len(lines) < 24 and "\x1b[1m" in shown


@needs_a_terminal
def test_a_person_may_want_no_colour(project):
    terminal = spawn(project, "--help", NO_COLOR="1")
    terminal.expect("doctor")
    assert "\x1b[1m" not in terminal.before


@needs_a_terminal
def test_ctrl_c_at_the_prompt_leaves(project):
    terminal = spawn(project)
    terminal.expect("Number .*: ")
    terminal.sendintr()
    code, shown = ended(terminal)
    assert code == 130 and "Traceback" not in shown


@needs_a_terminal
def test_a_training_can_be_stopped_and_continued(project, trainable):
    """In the menu, where Ctrl-C goes back to it; then by the command that it names, whose lines are whole."""
    terminal = spawn(project)
    terminal.expect("Number .*: ")
    terminal.sendline("face")
    terminal.expect("Number .q goes back.*: ")
    terminal.sendline(f"{shlex.join(trainable[1:])} patience=100000 epochs=3")
    terminal.expect("epoch   1 ")
    terminal.sendintr()
    terminal.expect(r"Stopped; continue with:\s+python run.py (face train [^\r]* --resume)\r\n")
    again = shlex.split(terminal.match[1])
    terminal.expect("Number .q goes back.*: ")
    terminal.sendintr()
    code, shown = ended(terminal)
    assert code == 130 and "Traceback" not in shown
    code, shown = ended(spawn(project, *again))
    last = [line.rpartition("\r")[2] for line in shown.splitlines()]
    epochs = [int(line.split()[1]) for line in last if re.fullmatch(r"epoch   \d  train loss .* s", line)]
    assert code == 0 and epochs[-1] == 3 and min(epochs) >= 2
    assert any(line.startswith("Weights: models/face/") for line in last)


# --- Its environment ---------------------------------------------------------------------------------------------


@pytest.fixture
def outside(project):
    """`run.py` by the Python that environments are made of."""
    environment = {"CONDA_DEFAULT_ENV": "base", "VIRTUAL_ENV": "", "PYTHONPATH": ""}
    return lambda *words, **more: project.run(*words, python=(BASE_PYTHON, "-S"), **environment, **more)


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for Python")
def test_it_goes_on_in_the_environment_that_set_up_made(project, outside):
    python = project.folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "in .venv: $@"\nexit 7\n')
    python.chmod(0o755)
    done = outside("face", "predict", "a b.jpg", "--json")
    assert (done.returncode, done.stdout) == (7, "in .venv: run.py face predict a b.jpg --json\n")
    assert project.run("--help").stdout.startswith("usage: "), "inside an environment it stays there"


def test_a_broken_environment_is_no_endless_loop(project, outside):
    venv.create(project.folder / ".venv", with_pip=False, symlinks=os.name != "nt")
    (project.folder / ".venv" / "pyvenv.cfg").unlink()
    assert outside("--help").stdout.startswith("usage: ")


def test_without_its_packages_it_names_the_set_up(outside):
    assert outside("--help").returncode == 0
    done = outside("face", "settings")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "is not installed" in done.stderr and "python setup.py" in done.stderr


def test_it_can_be_run_from_anywhere(project, tmp_path):
    command = [sys.executable, str(project.folder / "run.py"), "face", "predict", "none.jpg"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=project.environment())
    assert str(project.folder / "input_files") in done.stderr


def test_the_project_of_a_test_is_a_copy(project):
    assert not Path(project.folder).is_relative_to(Path(run.__file__).parent)
