"""Set-up, without installing anything: pins, healing, the order of installation, and what each trouble says."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import setup
from source import doctor
from source.core import config, packages, pretrained
from source.core.errors import DemeanorError

OPTIONAL = {"torchvision"}  # used where it works, never required


def imports_of(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def project_files():
    for folder in ("source", "tests", "benchmarks"):
        yield from (config.ROOT / folder).rglob("*.py")
    yield from config.ROOT.glob("*.py")


# --- Pins --------------------------------------------------------------------------------------------------------


def test_every_import_is_pinned_by_name():
    own = {path.stem for path in config.ROOT.iterdir()} | {path.stem for path in Path(__file__).parent.iterdir()}
    pinned = {packages.module_of(name) for name in packages.pins(packages.REQUIREMENTS)}
    known = own | pinned | OPTIONAL | set(sys.stdlib_module_names)
    assert not {(file.name, name) for file in project_files() for name in imports_of(file) if name not in known}


def test_requirements_and_lock_agree():
    asked, locked = packages.pins(packages.REQUIREMENTS), packages.pins(packages.LOCK)
    assert asked.items() <= locked.items()


@pytest.mark.parametrize("file", [packages.REQUIREMENTS, packages.LOCK])
def test_no_package_is_pinned_twice(file):
    names = [line.partition("==")[0] for line in file.read_text().splitlines() if "==" in line]
    assert len(names) == len(set(names)) and names == [name.lower() for name in names]


def test_torch_and_torchaudio_are_of_the_versions_that_work_together():
    locked = packages.pins(packages.LOCK)
    assert (locked["torch"], locked["torchaudio"]) == ("2.13.0", "2.11.0")
    assert "triton" not in locked and "torchvision" not in locked
    assert [name for name in locked if name.startswith("opencv")] == ["opencv-contrib-python"]


def test_a_pin_can_be_for_newer_pythons_only(tmp_path):
    lines = ("# a", "a==1.0  # why", 'b==2 ; python_version >= "3.99"', 'c==3 ; python_version >= "3.8"')
    (tmp_path / "lock").write_text("\n".join(lines))
    assert packages.pins(tmp_path / "lock") == {"a": "1.0", "c": "3"}


def test_a_range_is_refused(tmp_path):
    (tmp_path / "lock").write_text("a>=1.0\n")
    with pytest.raises(ValueError, match="not an exact pin"):
        packages.pins(tmp_path / "lock")


# --- What is installed -------------------------------------------------------------------------------------------


def put(site, name, version, files=("module.py",), record=True):
    """A package as pip leaves it in `site`; without its record, as a killed pip leaves it."""
    folder = site / f"{name}-{version}.dist-info"
    folder.mkdir()
    for file in files:
        (site / file).write_text("")
    if record:
        (folder / "RECORD").write_text("".join(f"{file},sha256=x,1\n" for file in [*files, "gone.pyc"]))
    return folder


def test_absent_and_outdated_packages_are_missing(tmp_path):
    put(tmp_path, "Some_Thing", "1.0")
    put(tmp_path, "torch", "2.13.0+cu130")
    put(tmp_path, "old", "1.0")
    pinned = {"some-thing": "1.0", "torch": "2.13.0", "old": "2.0", "absent": "1"}
    assert packages.missing(pinned, thorough=True, site=tmp_path) == ["old", "absent"]


def test_half_installed_packages_heal(tmp_path):
    killed = put(tmp_path, "killed", "1.0", record=False)
    emptied = put(tmp_path, "emptied", "1.0", files=("lost.py",))
    (tmp_path / "lost.py").unlink()
    pinned = {"killed": "1.0", "emptied": "1.0"}
    assert packages.missing(pinned, thorough=False, site=tmp_path) == []
    assert packages.missing(pinned, thorough=True, site=tmp_path) == ["killed", "emptied"]
    assert not killed.exists() and not emptied.exists(), "pip would take them for installed"


def test_other_peoples_packages_are_left_alone(tmp_path):
    theirs = put(tmp_path, "theirs", "1.0", record=False)
    packages.missing({"ours": "1.0"}, thorough=True, site=tmp_path)
    assert theirs.exists()


# --- setup.py ----------------------------------------------------------------------------------------------------


@pytest.fixture
def stage(tmp_path, monkeypatch):
    """setup.py in an empty environment with a pip that only takes notes; returns the notes."""
    notes = []
    monkeypatch.setattr(setup, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(setup, "LOG", tmp_path / "log")
    monkeypatch.setattr(setup, "in_environment", lambda: True)
    monkeypatch.setattr(setup, "check", lambda: notes.append("check"))
    monkeypatch.setattr(setup, "pip", lambda *options, pins: notes.append((options, pins)))
    monkeypatch.setattr(packages, "missing", lambda pinned, thorough: [] if notes else list(pinned))
    monkeypatch.setattr(pretrained, "problem_with", lambda asset: None)
    for name in ("DATA", "MODELS", "INPUT", "OUTPUT"):
        monkeypatch.setattr(config, f"{name}_FOLDER", tmp_path / name / "below")
    return notes


def test_torch_is_installed_first_and_the_rest_without_what_it_asks_for(stage):
    assert setup.main([]) == 0
    (first_options, first), (rest_options, rest), last = stage
    assert first_options == ("--constraint", str(packages.LOCK))
    assert sorted(pin.partition("==")[0] for pin in first) == sorted(setup.FIRST)
    assert rest_options == ("--no-deps", "--no-build-isolation")
    assert len(first) + len(rest) == len(packages.pins(packages.LOCK)) and last == "check"


def test_the_second_run_does_nothing_and_says_what_is_in_place(stage, capsys):
    setup.main([])
    done = list(stage)
    capsys.readouterr()
    assert setup.main([]) == 0
    assert stage == done
    assert capsys.readouterr().out.startswith(f"In place: {len(packages.pins(packages.LOCK))} packages")


def test_a_new_lock_or_a_new_asset_is_checked_again(tmp_path):
    lock = tmp_path / "lock"
    lock.write_text("a==1")
    before = setup.fingerprint(lock, {"x": 1})
    assert before != setup.fingerprint(lock, {"x": 2})
    lock.write_text("a==2")
    assert before != setup.fingerprint(lock, {"x": 1})


def test_folders_are_made(stage):
    setup.main([])
    assert config.DATA_FOLDER.is_dir() and config.OUTPUT_FOLDER.is_dir()


def test_a_missing_asset_is_said_and_set_up_completes(stage, monkeypatch, capsys):
    def refuse(asset):
        raise DemeanorError(f"{asset.file} cannot be had.")

    monkeypatch.setattr(pretrained, "fetch", refuse)
    assert setup.main([]) == 0
    assert "tiny.en.pt cannot be had." in capsys.readouterr().out
    assert setup.STAMP.is_file()


def test_a_failed_check_is_said_and_not_stamped(stage, monkeypatch, capsys):
    def fail():
        raise ValueError("System libraries: libGL.so.1 not found.")

    monkeypatch.setattr(setup, "check", fail)
    assert setup.main(["demo"]) == 1
    assert "libGL.so.1" in capsys.readouterr().err
    assert not setup.STAMP.exists()


def test_a_failing_pip_names_its_log(tmp_path, monkeypatch):
    def pip(command, stdout, stderr):
        stdout.write("talk\nERROR: No matching distribution found for a==1\n")
        return 1

    monkeypatch.setattr(setup, "LOG", tmp_path / "log")
    monkeypatch.setattr(subprocess, "call", pip)
    with pytest.raises(ValueError) as trouble:
        setup.pip("--no-deps", pins=["a==1"])
    assert "No matching distribution found for a==1" in str(trouble.value)
    assert str(tmp_path / "log") in str(trouble.value)


def test_pip_is_not_called_for_nothing(monkeypatch):
    monkeypatch.setattr(subprocess, "call", None)
    setup.pip("--no-deps", pins=[])


def test_outside_an_environment_it_goes_on_in_one(monkeypatch):
    monkeypatch.setattr(setup, "in_environment", lambda: False)
    monkeypatch.setattr(setup, "environment_python", lambda: Path("python-of-it"))
    monkeypatch.setattr(subprocess, "call", lambda command: command)
    assert setup.main(["demo"]) == [Path("python-of-it"), setup.__file__, "demo"]


def test_a_broken_environment_is_made_anew(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(setup, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(setup.venv, "create", lambda folder, **options: made.append((folder, options["clear"])))
    setup.environment_python()
    assert made == [(tmp_path / ".venv", True)]


def test_an_environment_that_cannot_be_made_is_one_sentence(tmp_path, monkeypatch):
    def create(*_, **__):
        raise subprocess.CalledProcessError(1, "ensurepip")

    monkeypatch.setattr(setup, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(setup.venv, "create", create)
    with pytest.raises(ValueError, match="python3-venv"):
        setup.environment_python()


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 14, 0)])
def test_other_pythons_are_refused_by_one_sentence(monkeypatch, capsys, version):
    monkeypatch.setattr(sys, "version_info", version)
    assert setup.main([]) == 1
    assert "3.11, 3.12 or 3.13" in capsys.readouterr().err


def test_setup_and_doctor_know_the_same_pythons(monkeypatch):
    for minor in range(9, 17):
        monkeypatch.setattr(sys, "version_info", (3, minor, 0))
        try:
            setup.refuse_other_pythons()
            welcome = True
        except ValueError:
            welcome = False
        assert welcome == (doctor.PYTHONS[0] <= (3, minor) <= doctor.PYTHONS[1])


def test_an_unknown_word_is_wrong_use(capsys):
    assert setup.main(["egg_info"]) == 2
    assert "nothing to do with setuptools" in capsys.readouterr().err
    assert setup.main(["--help"]) == 0


@pytest.mark.parametrize("code", [0, 1, 130])
def test_the_demo_is_the_main_job_on_the_clip_that_came_with_it(monkeypatch, code):
    calls = []
    monkeypatch.setattr(subprocess, "call", lambda command, cwd: calls.append((command, cwd)) or code)
    assert setup.demo() == code, "a demo that fails must not look done"
    [(command, folder)] = calls
    assert command == [sys.executable, "run.py", "combined", "predict", "demo_clip.mp4"] and folder == config.ROOT
    assert (config.ROOT / "input_files" / command[-1]).is_file()


@pytest.mark.parametrize(
    "codes, verdict", [((0,) * 5, 0), ((1, 0, 0, 0, 0), 1), ((0, 0, 0, 0, 1), 1), ((0, 0, 0, -9, 0), 1)]
)
def test_every_check_runs_and_every_one_counts(monkeypatch, codes, verdict):
    left = [-int(code) for code in codes]
    monkeypatch.setattr(subprocess, "call", lambda command, cwd, env: left.pop(0) * int(env["OMP_NUM_THREADS"]))
    assert setup.test() == verdict and not left


def test_the_check_passes_on_what_the_doctor_says(tmp_path, monkeypatch):
    monkeypatch.setattr(setup, "LOG", tmp_path / "log")
    answer = subprocess.CompletedProcess([], 0, stdout="cv2: cannot be imported.\n", stderr="noise")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answer)
    with pytest.raises(ValueError, match="^cv2: cannot be imported.$"):
        setup.check()
    assert (tmp_path / "log").read_text() == "noise"


# --- What the demo reads -----------------------------------------------------------------------------------------


def test_the_demo_clip_plays_everywhere_and_is_small():
    import av

    file = config.ROOT / "input_files" / setup.DEMO_CLIP
    assert file.stat().st_size < 700_000
    with av.open(str(file)) as clip:
        picture, sound = clip.streams.video[0], clip.streams.audio[0]
        assert (picture.codec.name, picture.pix_fmt, sound.codec.name) == ("h264", "yuv420p", "aac")
        picture_seconds, sound_seconds = (
            float((stream.duration or 0) * (stream.time_base or 0)) for stream in (picture, sound)
        )
        assert sum(1 for _ in clip.decode(picture)) == round(25 * picture_seconds)
    assert 12 < picture_seconds < 17 and abs(picture_seconds - sound_seconds) < 0.1


@pytest.mark.skipif(not (config.ROOT / ".git").exists(), reason="not a clone")
def test_only_the_demo_files_of_input_files_are_tracked():
    names = ("demo_astronaut.png", setup.DEMO_CLIP, "mine.mp4", "demo_clip.mov", "folder/demo_clip.mp4")
    command = ["git", "check-ignore", "--no-index", *(f"input_files/{name}" for name in names)]
    done = subprocess.run(command, cwd=config.ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == [f"input_files/{name}" for name in names[2:]]
