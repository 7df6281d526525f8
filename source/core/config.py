"""The user's config.py, read by its path: the values of this module are that file's.

It is looked for in the folder that the environment variable DEMEANOR_HOME names, else in the root of the clone that
this package lies in. An installed package without either reads the copy that it brings along, for the current folder.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT: Path
DATA_FOLDER: Path
MODELS_FOLDER: Path
INPUT_FOLDER: Path
OUTPUT_FOLDER: Path
EMOTIONS: tuple[str, ...]
GROUPINGS: dict[str, dict[str, tuple[str, ...]]]
GROUPING: str
CORPORA: dict[str, tuple[str, ...]]
NOT_SURE_BELOW: float
WINDOW_SECONDS: float
HOP_SECONDS: float
FRAMES_PER_SECOND: int
SAMPLE_RATE_HZ: int
WHISPER_MODEL: str

PACKAGE = Path(__file__).resolve().parents[1]
PACKAGED = PACKAGE / "default_config.py"  # in a wheel alone, as the next one is; see pyproject.toml
SHIPPED_MODELS = PACKAGE / "models"
IN_CLONE = PACKAGE.name == "source"


def home() -> Path:
    """Return the folder that data, models and results lie in unless config.py names others."""
    named = os.environ.get("DEMEANOR_HOME")
    if named:
        return Path(named).expanduser().resolve()
    return PACKAGE.parent if IN_CLONE else Path.cwd()


def read(folder: Path) -> Mapping[str, Any]:
    """Return the upper-case names of `folder`/config.py, or of the packaged default as if it lay there."""
    own = folder / "config.py"
    default = PACKAGE.parent / "config.py" if IN_CLONE else PACKAGED
    file = own if own.is_file() else default
    names: dict[str, Any] = {"__file__": str(own), "__name__": "config"}
    exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), names)
    return {name: value for name, value in names.items() if name.isupper()}


globals().update(read(home()))
