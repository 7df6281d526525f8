"""What the doctor finds, and what it says to do."""

import hashlib
import subprocess
import sys
from importlib.util import find_spec

import pytest

from source import doctor
from source.core import config, packages, pretrained
from source.core.errors import DemeanorError


def test_the_doctor_imports_nothing_heavy():
    code = "import sys; from source import doctor; doctor.examine(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=config.ROOT, capture_output=True, text=True, check=True)
    assert not {"torch", "mediapipe", "cv2", "numpy", "matplotlib", "pydantic"} & set(done.stdout.split())


def test_every_finding_that_is_not_ok_says_what_to_do():
    findings = doctor.examine()
    assert {"Python", "torch", "data", "face model", "Page", "Disk", "GPU"} <= {finding.name for finding in findings}
    assert all(finding.what_to_do for finding in findings if not finding.ok)


def test_a_missing_system_library_names_its_package(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(doctor, "_can_load", lambda library: library not in ("libGL.so.1", "libEGL.so.1"))
    (finding,) = doctor.system_libraries()
    assert not finding.ok and "libGL.so.1, libEGL.so.1 not found" in finding.detail
    assert finding.what_to_do.endswith("sudo apt install libgl1 libegl1")
    assert doctor.try_out() == [finding], "nothing else is tried: it would fail less clearly"


@pytest.mark.slow
def test_torchaudio_is_tried_as_the_voice_model_imports_it():
    """Its own import fails beside a torch without CUDA."""
    assert doctor._import("torchaudio").ok and "torchaudio" in packages.pins(packages.REQUIREMENTS)
    assert doctor._import("no-such-package").detail.startswith("cannot be imported")


def test_the_pretrained_files_of_the_models_are_needed(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "MODELS_FOLDER", tmp_path)
    missing = {finding.name: finding for finding in doctor._assets()}
    assert missing.keys() == {asset.file for asset in pretrained.ASSETS.values()}
    brought = {asset.file for asset in pretrained.ASSETS.values() if not asset.downloaded}
    assert {name for name, finding in missing.items() if finding.ok} == brought and brought
    assert "finding faces needs it" in missing["face_landmarker.task"].sentence


def test_another_version_than_the_pinned_one_is_found(monkeypatch):
    monkeypatch.setattr(packages.metadata, "version", lambda name: "9.9+cu130")
    assert not doctor._package("torch", "2.13.0").ok
    assert doctor._package("torch", "9.9").ok


def test_models_and_stores_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "MODELS_FOLDER", tmp_path)
    monkeypatch.setattr(config, "DATA_FOLDER", tmp_path)
    assert not next(doctor._models()).ok
    for file in ("face/face_model.safetensors", "preprocessed_face_data/TOY/manifest.json"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text("{}")
    assert next(doctor._models()).ok
    assert next(doctor._stores()).detail == "TOY"


@pytest.mark.parametrize("faces, ok", [(["one"], True), ([], False), (["one", "two"], False)])
def test_the_demo_picture_must_show_one_face(monkeypatch, tmp_path, faces, ok):
    monkeypatch.setattr(config, "MODELS_FOLDER", tmp_path)
    monkeypatch.setattr(doctor, "_detected_faces", lambda: faces)
    assert doctor._demo_picture().ok == ok


def test_a_trouble_with_shipped_weights_is_a_finding(monkeypatch, tmp_path):
    def refuse():
        raise DemeanorError("These weights are of another version.")

    monkeypatch.setattr(doctor, "weights_of", lambda model: packages.LOCK)
    monkeypatch.setattr(doctor, "_predicted_faces", refuse)
    assert doctor._demo_picture().sentence == "Demo picture: These weights are of another version."


def test_the_demo_picture_is_the_public_one():
    assert hashlib.sha256(doctor.DEMO_PICTURE.read_bytes()).hexdigest().startswith("88431cd9653c")


def test_every_pinned_package_is_known_by_the_name_of_its_import():
    missing = [name for name in packages.pins(packages.REQUIREMENTS) if find_spec(packages.module_of(name)) is None]
    assert not missing
