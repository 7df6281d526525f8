"""Fixtures that several test files use."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from source.core import config


def pytest_collection_modifyitems(items):
    """Files with slow tests first, so that several processes end at about the same time."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@dataclass(frozen=True)
class Project:
    """A copy of the project with data, models, input and output folders of its own."""

    folder: Path

    def run(self, *words: str, typed: str = "", python: tuple[str, ...] = (sys.executable,), **environment: str):
        """`python run.py WORDS`, with `typed` on a pipe; returns the completed process, its output as text."""
        command, how = [*python, "run.py", *words], {"cwd": self.folder, "env": self.environment(**environment)}
        return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=300, **how)

    def environment(self, **more: str) -> dict[str, str]:
        return os.environ | {"OMP_NUM_THREADS": "1", "COLUMNS": "80"} | more


@pytest.fixture
def project(tmp_path) -> Project:
    folder = tmp_path / "project"
    shutil.copytree(config.ROOT / "source", folder / "source")
    for file in ("run.py", "config.py", "setup.py", "requirements.txt", "requirements.lock"):
        shutil.copy2(config.ROOT / file, folder)
    for name in ("data", "models", "input_files", "output_files"):
        (folder / name).mkdir()
    for name in ("encoder", "pretrained"):
        if (config.MODELS_FOLDER / name).is_dir():
            (folder / "models" / name).symlink_to(config.MODELS_FOLDER / name)
    return Project(folder)
