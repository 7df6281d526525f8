"""The package that pip installs: its wheel in an environment without the clone."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile

import pytest
from packaging.requirements import Requirement

from source.core import config, packages, pretrained

PROJECT = tomllib.loads((config.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ASKED = [Requirement(line) for group in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
         for line in group]  # fmt: skip


def test_every_range_admits_the_version_that_is_pinned():
    pinned = packages.pins(packages.LOCK)
    assert [str(one) for one in ASKED if not one.specifier.contains(pinned[one.name])] == []


def test_what_is_pinned_by_name_is_asked_for_and_nothing_else():
    apart = {"psycopg-binary"}  # asked for as psycopg[binary]
    assert {one.name for one in ASKED} == set(packages.pins(packages.REQUIREMENTS)) - apart


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", ".", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder]
    subprocess.run(command, cwd=config.ROOT, check=True)
    [file] = folder.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder that is no clone, and the bin folder of an environment with the wheel and this one's packages."""
    home = tmp_path_factory.mktemp("elsewhere")
    venv.create(home / "venv", with_pip=False, symlinks=os.name != "nt")
    place = {"base": str(home / "venv"), "platbase": str(home / "venv")}
    site, scripts = (config.Path(sysconfig.get_path(name, "venv", place)) for name in ("purelib", "scripts"))
    (site / "packages_of_the_tests.pth").write_text(sysconfig.get_path("purelib"))
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    subprocess.run(
        [sys.executable, "-m", "pip", f"--python={python}", "install", "--quiet", "--no-deps", wheel], check=True
    )
    return home, scripts


def run(installed, *words, **environment):
    home, scripts = installed
    lacks = {"PYTHONPATH", "DEMEANOR_HOME", "OMP_NUM_THREADS"}
    variables = {name: value for name, value in os.environ.items() if name not in lacks} | environment
    return subprocess.run([scripts / words[0], *words[1:]], cwd=home, env=variables, capture_output=True, text=True)


@pytest.mark.slow
def test_the_wheel_holds_the_code_and_the_weights_and_no_other_top_level_name(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {"demeanor"}
    assert {
        f"demeanor/models/{model}/{model}_model.safetensors" for model in ("face", "audio", "text", "combined")
    } < set(names)
    brought = [asset for asset in pretrained.ASSETS.values() if not asset.downloaded]
    assert {f"demeanor/models/encoder/{name}" for name in ("LICENSE", *(asset.file for asset in brought))} < set(names)
    assert not [name for name in names if name.endswith(".proof")]
    assert not [name for name in names if "pretrained/" in name or "tuning" in name and name.endswith(".json")]
    code = {f"demeanor/{file.relative_to(config.PACKAGE).as_posix()}" for file in config.PACKAGE.rglob("*")
            if file.is_file() and "__pycache__" not in file.parts}  # fmt: skip
    assert code <= set(names)


@pytest.mark.slow
def test_it_is_imported_from_anywhere_under_its_own_name(installed):
    code = "import demeanor.api; from importlib.util import find_spec; print(find_spec('source'), find_spec('config'))"
    assert run(installed, "python", "-c", code).stdout.split() == ["None", "None"]


@pytest.mark.slow
def test_the_command_reads_a_picture_in_a_folder_of_its_own(installed):
    pretrained = config.MODELS_FOLDER / "pretrained"
    if not (pretrained / "face_landmarker.task").is_file():
        pytest.skip("no face landmarker here")
    home, _ = installed
    (home / "models").mkdir(exist_ok=True)
    if not (home / "models" / "pretrained").exists():
        (home / "models" / "pretrained").symlink_to(pretrained)
    picture = config.ROOT / "input_files" / "demo_astronaut.png"
    done = run(installed, "demeanor", "face", "predict", str(picture))
    assert done.returncode == 0 and "happy" in done.stdout, done.stderr
    document = json.loads((home / "output_files" / "demo_astronaut" / "result.json").read_text(encoding="utf-8"))
    assert document["readings"][0]["likeliest"] == "happy"


@pytest.mark.slow
def test_a_home_of_ones_own_is_used_with_its_config(installed, tmp_path):
    text = (config.ROOT / "config.py").read_text(encoding="utf-8")
    (tmp_path / "config.py").write_text(
        re.sub(r"NOT_SURE_BELOW = [\d.]+", "NOT_SURE_BELOW = 0.9", text), encoding="utf-8"
    )
    code = "from demeanor.core import config; print(config.NOT_SURE_BELOW, config.DATA_FOLDER)"
    done = run(installed, "python", "-c", code, DEMEANOR_HOME=str(tmp_path))
    assert done.stdout.split() == ["0.9", str(tmp_path / "data")], done.stderr
