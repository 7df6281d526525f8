"""The user's config.py, read by its path: the values of this module are that file's.

It is looked for in the folder that the environment variable DEMEANOR_HOME names, else in the root of the clone that
this package lies in. An installed package without either reads the copy that it brings along, for the current folder.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import DemeanorError

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
MOST_FACES: int
MOST_FACES_IN_VIDEO: int
WINDOW_SECONDS: float
HOP_SECONDS: float
FRAMES_PER_SECOND: int
SAMPLE_RATE_HZ: int
WHISPER_MODEL: str

PACKAGE = Path(__file__).resolve().parents[1]
IN_CLONE = PACKAGE.name == "source"
CLONE = PACKAGE.parent
PACKAGED = PACKAGE / "default_config.py"  # in a wheel alone; see pyproject.toml


def home() -> Path:
    """Return the folder that data, models and results lie in unless config.py names others."""
    named = os.environ.get("DEMEANOR_HOME")
    if named:
        return Path(named).expanduser().resolve()
    return PACKAGE.parent if IN_CLONE else Path.cwd()


def read(folder: Path) -> Mapping[str, Any]:
    """Return the upper-case names of `folder`/config.py over those of the default, as if both lay in `folder`.

    Raises DemeanorError where the file is no Python that can be run.
    """
    own = folder / "config.py"
    names: dict[str, Any] = {}
    for file in (CLONE / "config.py" if IN_CLONE else PACKAGED, own):
        if file.is_file():
            names |= {"__file__": str(own), "__name__": "config"}
            try:
                exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), names)
            except Exception as error:
                raise DemeanorError(f"{file} cannot be used ({type(error).__name__}: {error}); correct it.") from None
    return {name: _as_path(name, value) for name, value in names.items() if name.isupper()}


def _as_path(name: str, value: Any) -> Any:
    """Return the path of a folder that is named by a text."""
    return Path(value).expanduser() if name.endswith("_FOLDER") and isinstance(value, str) else value


globals().update(read(home()))
SHIPPED_MODELS = PACKAGE / "models"  # of a wheel; of a clone whose home is elsewhere, the clone's own
if IN_CLONE and home() != CLONE:
    SHIPPED_MODELS = CLONE / "models"
