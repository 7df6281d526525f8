"""What is installed, found and missing, and what to do about it. Cheap: nothing heavy is imported by `examine`.

Standard library only: set-up runs this before anything is installed.
"""

import ctypes
import importlib
import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from . import MODELS
from .core import config, packages, pretrained
from .core.errors import DemeanorError
from .core.spec import weights_of

PYTHONS = ((3, 11), (3, 13))  # first and last minor version for which every pin has a wheel
SYSTEM_LIBRARIES = {  # what mediapipe and its OpenCV take from the system -> the Debian package that has it
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
    "libglib-2.0.so.0": "libglib2.0-0",
}
FAST_FLAGS = ("avx2", "avx512_bf16", "amx_bf16")
DEMO_PICTURE = config.INPUT_FOLDER / "demo_astronaut.png"
ROOM_BYTES = 5 * 1024**3  # for corpora, their preprocessed arrays and results


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str
    """What was found."""
    what_to_do: str = ""
    """One sentence; empty where there is nothing to do."""
    needed: bool = True
    """Whether what exists today cannot work without it."""

    @property
    def sentence(self) -> str:
        return f"{self.name}: {self.detail.removesuffix('.')}. {self.what_to_do}".rstrip()


def examine() -> list[Finding]:
    """Look at everything that Demeanor needs, in about a tenth of a second and without importing any of it."""
    findings = [_python(), *_packages(), *system_libraries(), *_folders(), *_assets()]
    return findings + [*_models(), *_stores(), _disk(), _processor(), _gpu()]


def system_libraries() -> list[Finding]:
    """The shared libraries that come with no Python package; only Linux leaves them to the user."""
    missing = {name: package for name, package in SYSTEM_LIBRARIES.items() if not _loads(name)}
    if not sys.platform.startswith("linux") or not missing:
        return [Finding("System libraries", True, "all found")]
    remedy = f"On Debian or Ubuntu: sudo apt install {' '.join(missing.values())}"
    return [Finding("System libraries", False, f"{', '.join(missing)} not found, which finding faces needs", remedy)]


def _loads(library):
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _python():
    first, last = (".".join(map(str, version)) for version in PYTHONS)
    ok = PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]
    return Finding("Python", ok, platform.python_version(), "" if ok else f"Use Python {first} to {last}.")


def _packages():
    return [_package(name, wanted) for name, wanted in packages.required().items()]


def _package(name, wanted):
    version = packages.version_of(name)
    if version == wanted:
        return Finding(name, True, version)
    state = "not installed" if version is None else f"{version} is installed"
    return Finding(name, False, f"{state}; {wanted} is needed", f"Run: {packages.AGAIN}")


def _folders():
    for folder in (config.DATA_FOLDER, config.MODELS_FOLDER, config.INPUT_FOLDER, config.OUTPUT_FOLDER):
        if not folder.is_dir() and not config.IN_CLONE:
            yield Finding(folder.name, True, f"{folder} is made when it is needed")
        elif not folder.is_dir():
            yield Finding(folder.name, False, f"{folder} does not exist", "Run: python setup.py")
        elif not os.access(folder, os.W_OK):
            yield Finding(folder.name, False, f"{folder} cannot be written", "Change its owner, or config.py.")
        else:
            yield Finding(folder.name, True, str(folder))


def _assets():
    for asset in pretrained.ASSETS.values():
        trouble = pretrained.trouble_with(asset)
        detail = "not in place" if trouble else f"in place ({asset.licence})"
        yield Finding(asset.file, not trouble, detail, trouble or "")


def _models():
    for model in MODELS:
        weights, name = _weights(model), f"{model} model"
        if weights.is_file():
            yield Finding(name, True, f"{weights} ({weights.stat().st_size / 1e6:.1f} MB)")
        else:
            yield Finding(name, False, f"no weights at {weights}", f"Train them: python run.py {model} train")


def _weights(model):
    return weights_of(model)


def _stores():
    for model in MODELS:
        manifests = sorted(config.DATA_FOLDER.glob(f"preprocessed_{model}_data/*/manifest.json"))
        corpora = ", ".join(manifest.parent.name for manifest in manifests)
        remedy = "" if corpora else f"To train or test: python run.py {model} preprocess"
        yield Finding(f"{model} training data", True, corpora or "none preprocessed", remedy)


def _disk():
    free = shutil.disk_usage(config.DATA_FOLDER if config.DATA_FOLDER.is_dir() else config.ROOT).free
    remedy = "" if free >= ROOM_BYTES else "Make room, or move DATA_FOLDER in config.py to another disk."
    return Finding("Disk", not remedy, f"{free / 1e9:.0f} GB free", remedy)


def _processor():
    information = Path("/proc/cpuinfo")
    flags = set(information.read_text().split()) if information.is_file() else set()
    fast = ", ".join(flag for flag in FAST_FLAGS if flag in flags) or "no bfloat16 instructions known"
    return Finding("Processor", True, f"{os.cpu_count()} cores, {fast}")


def _gpu():
    present = shutil.which("nvidia-smi") or Path("/proc/driver/nvidia/version").exists()
    if not present:
        return Finding("GPU", True, "no NVIDIA GPU; everything runs on the processor")
    remedy = "If torch does not use it: install the build of the pinned torch for it, then run python setup.py."
    return Finding("GPU", True, "NVIDIA GPU present", remedy)


def try_out() -> list[Finding]:
    """Import every direct dependency and read the demo picture, as far as its files are there. Takes seconds."""
    findings = system_libraries()
    if not findings[0].ok:
        return findings  # imports would fail for the same cause, less clearly
    findings += [_imports(name) for name in packages.required()]
    finder_there = not pretrained.trouble_with(pretrained.ASSETS["face_landmarker"])
    if all(finding.ok for finding in findings) and finder_there and DEMO_PICTURE.is_file():
        findings.append(_reads_the_demo())
    return findings


def _imports(package):
    try:
        if package == "torchaudio":
            from .audio import torchaudio_import  # noqa: F401 -- its extension may not fit the installed torch
        else:
            importlib.import_module(packages.module_of(package))
    except (ImportError, OSError) as error:
        return Finding(package, False, f"cannot be imported: {error}", "Remove the package, then: python setup.py")
    return Finding(package, True, "can be imported")


def _reads_the_demo():
    try:
        count = len(_predicted() if _weights("face").is_file() else _found())
    except DemeanorError as trouble:
        return Finding("Demo picture", False, str(trouble))
    remedy = "" if count == 1 else "Replace it by the one that came with Demeanor."
    return Finding("Demo picture", not remedy, f"{count} faces found in {DEMO_PICTURE.name}, which shows 1", remedy)


def _predicted():
    from .face.predict import predict
    from .training import checkpoint

    return predict(DEMO_PICTURE, checkpoint.load(_weights("face")), write=False)[0].readings


def _found():
    import numpy
    from PIL import Image

    from .face.detector import FaceDetector

    with FaceDetector() as detector, Image.open(DEMO_PICTURE) as picture:
        return detector.detect(numpy.asarray(picture.convert("RGB")))
