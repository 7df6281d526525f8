"""Check what is installed, present and missing, and say what to do about it. `examine` imports nothing heavy.

Standard library only: set-up runs this before anything is installed.
"""

import ctypes
import importlib
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import MODELS
from .core import config, packages, pretrained
from .core.command_line import command_for
from .core.errors import DemeanorError
from .core.spec import weights_of

PYTHONS = ((3, 11), (3, 13))  # first and last minor version for which every pinned package has a wheel
SYSTEM_LIBRARIES = {  # needed by mediapipe and its OpenCV -> the Debian package that provides it
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
    "libglib-2.0.so.0": "libglib2.0-0",
}
FAST_FLAGS = ("avx2", "avx512_bf16", "amx_bf16")
DEMO_PICTURE = config.INPUT_FOLDER / "demo_astronaut.png"
NODE = 20  # first version of Node.js that yt-dlp uses
ROOM_BYTES = 5 * 1024**3  # for corpora, their preprocessed arrays and results


@dataclass(frozen=True)
class Finding:
    """The result of one check."""

    name: str
    ok: bool
    detail: str  # what was found
    what_to_do: str = ""  # one sentence; empty if there is nothing to do

    @property
    def sentence(self) -> str:
        """The finding as one line of text."""
        return f"{self.name}: {self.detail.removesuffix('.')}. {self.what_to_do}".rstrip()


def examine() -> list[Finding]:
    """Check everything that Demeanor needs, in about a tenth of a second and without importing any of it."""
    installed = [_package(name, wanted) for name, wanted in packages.required().items()]
    findings = [_python(), *installed, *system_libraries(), *_folders(), *_assets()]
    return findings + [*_models(), *_stores(), _page(), _links(), _disk(), _processor(), _gpu()]


def system_libraries() -> list[Finding]:
    """Check the shared libraries that no Python package brings; only on Linux does the user install them."""
    missing = {name: package for name, package in SYSTEM_LIBRARIES.items() if not _can_load(name)}
    if not sys.platform.startswith("linux") or not missing:
        return [Finding("System libraries", True, "all found")]
    remedy = f"On Debian or Ubuntu: sudo apt install {' '.join(missing.values())}"
    return [Finding("System libraries", False, f"{', '.join(missing)} not found; face detection needs them", remedy)]


def _can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _python() -> Finding:
    first, last = (".".join(map(str, version)) for version in PYTHONS)
    ok = PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]
    return Finding("Python", ok, platform.python_version(), "" if ok else f"Use Python {first} to {last}.")


def _package(name: str, wanted: str) -> Finding:
    version = packages.version_of(name)
    if version == wanted:
        return Finding(name, True, wanted)
    state = f"{version} is installed" if version else "not installed"
    return Finding(name, False, f"{state}; {wanted} is needed", f"Run: {packages.AGAIN}")


def _folders() -> Iterator[Finding]:
    for folder in (config.DATA_FOLDER, config.MODELS_FOLDER, config.INPUT_FOLDER, config.OUTPUT_FOLDER):
        if not folder.is_dir() and not config.IN_CLONE:
            yield Finding(folder.name, True, f"{folder}, created when needed")
        elif not folder.is_dir():
            yield Finding(folder.name, False, f"{folder} does not exist", "Run: python setup.py")
        elif not os.access(folder, os.W_OK):
            yield Finding(folder.name, False, f"no permission to write to {folder}", "Change its owner or config.py.")
        else:
            yield Finding(folder.name, True, str(folder))


def _assets() -> Iterator[Finding]:
    for asset in pretrained.ASSETS.values():
        problem = pretrained.problem_with(asset)
        if problem and asset.downloaded and not config.IN_CLONE:
            yield Finding(asset.file, True, "downloaded when first needed")
        else:
            detail = "missing or damaged" if problem else f"present ({asset.licence})"
            yield Finding(asset.file, not problem, detail, problem or "")


def _models() -> Iterator[Finding]:
    for model in MODELS:
        weights, name = weights_of(model), f"{model} model"
        if weights.is_file():
            yield Finding(name, True, f"{weights} ({weights.stat().st_size / 1e6:.1f} MB)")
        else:
            yield Finding(name, False, f"no weights at {weights}", f"Train them: {command_for(model, 'train')}")


def _stores() -> Iterator[Finding]:
    for model in MODELS:
        manifests = sorted(config.DATA_FOLDER.glob(f"preprocessed_{model}_data/*/manifest.json"))
        corpora = ", ".join(manifest.parent.name for manifest in manifests)
        remedy = "" if corpora else f"Before training or testing, run: {command_for(model, 'preprocess')}"
        yield Finding(f"{model} training data", True, corpora or "none preprocessed", remedy)


def _page() -> Finding:
    """Check that the page is there, and that this machine can listen to itself."""
    if not (config.PACKAGE / "web" / "static" / "index.html").is_file():
        return Finding("Page", False, "its files are missing", "Install Demeanor again.")
    try:
        with socket.create_server(("127.0.0.1", 0)):
            return Finding("Page", True, f"can be served to this machine, by: {command_for('web')}")
    except OSError as error:
        return Finding("Page", False, f"nothing can listen on 127.0.0.1 ({error.strerror})", "Allow it to this user.")


def _links() -> Finding:
    """Say what fetches from sites; an extra, so nothing that is absent is wrong."""
    version = packages.version_of("yt-dlp")
    if not version:
        return Finding("Links", True, "to files only", "For recordings that pages show: pip install yt-dlp yt-dlp-ejs")
    runtime = next(filter(None, map(_runtime, ("deno", "node"))), "")
    remedy = "" if runtime else f"For YouTube: pip install deno, or install Node.js {NODE} or later"
    return Finding("Links", True, f"yt-dlp of {version.replace('.', '-')}; YouTube: {runtime or 'not'} found", remedy)


def _runtime(name: str) -> str:
    """Return a JavaScript runtime with its version, as yt-dlp finds it; empty where it is absent or too old."""
    program = shutil.which(name)
    if not program:
        return ""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    major = next(iter(re.findall(r"\d+", said)), "0")
    return f"{name} {major}" if name == "deno" or int(major) >= NODE else ""


def _disk() -> Finding:
    free = shutil.disk_usage(config.DATA_FOLDER if config.DATA_FOLDER.is_dir() else config.ROOT).free
    remedy = "" if free >= ROOM_BYTES else "Free some space, or set DATA_FOLDER in config.py to another disk."
    return Finding("Disk", not remedy, f"{free / 1e9:.0f} GB free", remedy)


def _processor() -> Finding:
    information = Path("/proc/cpuinfo")
    flags = set(information.read_text().split()) if information.is_file() else set()
    fast = ", ".join(flag for flag in FAST_FLAGS if flag in flags) or "no known vector instructions"
    return Finding("Processor", True, f"{os.cpu_count()} cores, {fast}")


def _gpu() -> Finding:
    if not shutil.which("nvidia-smi") and not Path("/proc/driver/nvidia/version").exists():
        return Finding("GPU", True, "no NVIDIA GPU found; everything runs on the CPU")
    remedy = "If torch does not use it, install the CUDA build of the pinned torch version, then run: python setup.py"
    return Finding("GPU", True, "NVIDIA GPU found", remedy)


def try_out() -> list[Finding]:
    """Import every direct dependency and, if the needed files are present, analyse the demo picture. Takes seconds."""
    findings = system_libraries()
    if not findings[0].ok:
        return findings  # imports would fail for the same reason, with a less clear message
    findings += [_import(name) for name in packages.required()]
    can_detect = not pretrained.problem_with(pretrained.ASSETS["face_landmarker"])
    if all(finding.ok for finding in findings) and can_detect and DEMO_PICTURE.is_file():
        findings.append(_demo_picture())
    return findings


def _import(package: str) -> Finding:
    try:
        if package == "torchaudio":
            from .audio import torchaudio_import  # noqa: F401 -- its extension may not fit the installed torch
        else:
            importlib.import_module(packages.module_of(package))
    except (ImportError, OSError) as error:
        return Finding(package, False, f"cannot be imported: {error}", "Uninstall it, then run: python setup.py")
    return Finding(package, True, "can be imported")


def _demo_picture() -> Finding:
    try:
        count = len(_predicted_faces() if weights_of("face").is_file() else _detected_faces())
    except DemeanorError as error:
        return Finding("Demo picture", False, str(error))
    remedy = "" if count == 1 else "Restore the picture that came with Demeanor."
    return Finding("Demo picture", not remedy, f"{count} faces found in {DEMO_PICTURE.name}, which shows 1", remedy)


def _predicted_faces() -> Sequence[Any]:
    from .results.predicting import predict
    from .training import checkpoint

    return predict(DEMO_PICTURE, checkpoint.load(weights_of("face")), write=False)[0].readings


def _detected_faces() -> Sequence[Any]:
    import numpy
    from PIL import Image

    from .face.detector import FaceDetector

    with FaceDetector() as detector, Image.open(DEMO_PICTURE) as picture:
        return detector.detect(numpy.asarray(picture.convert("RGB")))
