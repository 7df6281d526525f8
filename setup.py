"""Set Demeanor up: one command from a clone to a working tool. It has nothing to do with setuptools.

    python setup.py                folders, environment, pinned packages, pretrained files, and a check that all works
    python setup.py demo           that if need be, then the main job on a demo clip
    python setup.py multilingual   that, and a transcriber of 99 languages, Whisper base (145 MB)
    python setup.py test           that if need be, then linter, formatter, types, layers and the tests

It needs nothing but Python. It works inside the active virtual environment, or else in `.venv`, which it makes. For
another build of torch than the package index gives (a GPU's), make an environment, install that build of the pinned
version, and run this in it. Running it again does only what is missing, and heals what was interrupted.
"""

from __future__ import annotations  # lets an older Python get as far as being told that it is too old

import hashlib
import importlib.util
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from source.core.pretrained import Asset

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOG = Path(sys.prefix) / "demeanor_setup.log"
STAMP = Path(sys.prefix) / "demeanor_setup.stamp"  # what was set up and found working
DEMO_CLIP = "demo_clip.mp4"  # in input_files
FIRST = ("torch", "setuptools")  # installed with what they need: a GPU build of torch brings its own libraries


def main(arguments: list[str]) -> int:
    """Do what the command line asks; returns the exit code."""
    command = " ".join(arguments)
    if command not in JOBS:
        print(__doc__, file=sys.stdout if command in ("-h", "--help") else sys.stderr)
        return 0 if command in ("-h", "--help") else 2
    try:
        refuse_other_pythons()
        if not in_environment():
            return subprocess.call([environment_python(), __file__, *arguments])
        set_up()
        return JOBS[command]()
    except ValueError as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def refuse_other_pythons() -> None:
    """Raise ValueError where some pinned package has no wheel for the Python that runs this."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        raise ValueError(f"Demeanor needs Python 3.11, 3.12 or 3.13, and this is {sys.version.split()[0]}: "
                         "run setup.py with one of those, for example `python3.12 setup.py`.")  # fmt: skip


def in_environment() -> bool:
    """Whether this Python is that of a virtual environment (or of conda's, but for its base)."""
    conda = os.environ.get("CONDA_DEFAULT_ENV", "base") != "base" and os.environ.get("CONDA_PREFIX") == sys.prefix
    return conda or sys.prefix != sys.base_prefix


def environment_python() -> Path:
    """Return the Python of `.venv`, which is made where it is absent or broken."""
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    known_good = (VENV / STAMP.name).is_file() and python.exists()
    if not known_good and not works(python):
        print(f"Making the environment {VENV} ...")
        try:
            venv.create(VENV, clear=True, with_pip=True, symlinks=os.name != "nt")
        except (OSError, subprocess.CalledProcessError) as error:
            raise ValueError(f"The environment {VENV} cannot be made ({error}): on Debian or Ubuntu "
                             "`sudo apt install python3-venv` gives Python that ability.") from None  # fmt: skip
    return python


def works(python: Path) -> bool:
    """Whether this environment's Python runs and has its pip."""
    try:
        return subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def set_up() -> None:
    """Bring folders, packages and pretrained files in place, and check them. Raises ValueError where that fails."""
    from source.core import packages, pretrained

    make_folders()
    pins, stamp = packages.pins(packages.LOCK), fingerprint(packages.LOCK, pretrained.ASSETS)
    known_good = STAMP.is_file() and STAMP.read_text() == stamp
    missing = packages.missing(pins, thorough=not known_good)
    install([f"{name}=={pins[name]}" for name in missing], packages.LOCK)
    fetched = [fetch(asset) for asset in pretrained.ASSETS.values()]
    if missing or not known_good:
        check()
        STAMP.write_text(stamp)
    print(f"In place: {len(pins)} packages in {sys.prefix}, {sum(fetched)} of {len(fetched)} pretrained files.")


def make_folders() -> None:
    """Make the folders that config.py names."""
    from source.core import config

    for folder in (config.DATA_FOLDER, config.MODELS_FOLDER, config.INPUT_FOLDER, config.OUTPUT_FOLDER):
        folder.mkdir(parents=True, exist_ok=True)


def fingerprint(lock: Path, assets: dict) -> str:
    """One line that changes with the lock or the table of pretrained files."""
    return hashlib.sha256(lock.read_bytes() + repr(assets).encode()).hexdigest()


def install(pins: list[str], lock: Path) -> None:
    """Install exactly these; nothing else comes, but for the libraries that a GPU's torch asks for."""
    if not pins:
        return
    print(f"Installing packages: {len(pins)} (all of them: 2 GB, some minutes) ...")
    STAMP.unlink(missing_ok=True)
    LOG.unlink(missing_ok=True)
    if importlib.util.find_spec("pip") is None:
        subprocess.run([sys.executable, "-m", "ensurepip"], capture_output=True, check=False)
    first = [pin for pin in pins if pin.partition("==")[0] in FIRST]
    rest = [pin for pin in pins if pin not in first]
    pip("--constraint", str(lock), pins=first)
    # What is built here is built with the setuptools just pinned; build isolation would take the newest.
    pip("--no-deps", "--no-build-isolation", pins=rest)


def pip(*options: str, pins: list[str]) -> None:
    """Run `pip install`, its talk going to LOG. Raises ValueError where it fails."""
    if not pins:
        return
    with LOG.open("a", encoding="utf-8") as log:
        command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", *options, *pins]
        code = subprocess.call(command, stdout=log, stderr=subprocess.STDOUT)
    if code:
        errors = [line for line in LOG.read_text(encoding="utf-8").splitlines() if line.startswith("ERROR:")]
        reason = errors[-1] if errors else f"exit code {code}"
        raise ValueError(f"pip could not install the packages ({reason}): all it said is in {LOG}; run "
                         "`python setup.py` again with a network to go on from there.")  # fmt: skip


def fetch(asset: Asset) -> bool:
    """Put a pretrained file in place, or say what is missing without it; returns whether it is in place."""
    from source.core import pretrained

    if asset.downloaded and pretrained.problem_with(asset):
        print(f"Fetching {asset.file} ({asset.bytes / 1e6:.0f} MB) ...")
    try:
        pretrained.fetch(asset)
    except ValueError as trouble:
        print(trouble)
        return False
    return True


def check() -> None:
    """Try out all that was installed, in a process of its own: a native library that fails may end it.

    Raises ValueError with a sentence for each thing that does not work.
    """
    print("Checking that it works ...")
    code = "from source import doctor; print(*(f.sentence for f in doctor.try_out() if not f.ok), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    with LOG.open("a", encoding="utf-8") as log:
        log.write(done.stderr)
    if done.returncode:
        raise ValueError(f"The self-check ended with code {done.returncode}; what it said is at the end of {LOG}.")
    if done.stdout.strip():
        raise ValueError(done.stdout.strip())


def say_what_next() -> int:
    """Name the next command to type."""
    print("Next: python setup.py demo, or python run.py for the menu.")
    return 0


def demo() -> int:
    """Read the demo clip's face, voice and words over time; `run.py` says where the results are."""
    return subprocess.call([sys.executable, "run.py", "combined", "predict", DEMO_CLIP], cwd=ROOT)


def test() -> int:
    """Run every check, then the tests on all cores up to four, whose closing line comes last."""
    tools = (
        ["-m", "ruff", "check", "."],
        ["-m", "ruff", "format", "--check", "."],
        ["-m", "pyright", "--pythonpath", sys.executable],
        ["-c", "from importlinter.cli import lint_imports_command as check; check()"],
        ["-m", "pytest", "-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder"],
    )
    alone = os.environ | {"OMP_NUM_THREADS": "1"}  # the cores are shared by processes, not by each one's threads
    return int(any([subprocess.call([sys.executable, *tool], cwd=ROOT, env=alone) for tool in tools]))


def multilingual() -> int:
    """Put Whisper base in place, and say how it is chosen."""
    from source.media.sound import whisper_base

    print(f'In place: {whisper_base.fetch()}. WHISPER_MODEL = "{whisper_base.NAME}" in config.py makes it transcribe.')
    return 0


JOBS = {"": say_what_next, "demo": demo, "multilingual": multilingual, "test": test}

if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore  # keeps in step with the programs started here
    sys.exit(main(sys.argv[1:]))
