"""What a clone comes with: weights that load, a card that tells of these weights, and a right answer on the demo."""

from dataclasses import asdict

import pytest

import source
from source.core import config
from source.core.spec import spec_of
from source.training import checkpoint
from tests.face.test_detector import needs_landmarker


@pytest.fixture(params=source.MODELS)
def shipped(request):
    return checkpoint.load(checkpoint.weights_file(config.ROOT / "models" / request.param, request.param))


def test_the_shipped_settings_are_the_defaults_so_that_training_again_gives_the_like(shipped):
    assert asdict(shipped.settings) == asdict(spec_of(shipped.header.model).default_settings)


def test_the_card_tells_of_these_weights(shipped):
    card = (config.ROOT / "models" / shipped.header.model / "model_card.md").read_text(encoding="utf-8")
    val = shipped.header.metrics["val"]
    figures = (f"{shipped.parameters:,}", f"{val['n']:,} clips", f"{val['accuracy'] * 100:.1f} %")
    for figure in (*figures, f"| seed | {shipped.header.training['seed']} |"):
        assert figure in card, figure


def test_the_face_model_keeps_its_promises():
    face = checkpoint.load(checkpoint.weights_file(config.ROOT / "models" / "face", "face"))
    val = face.header.metrics["val"]
    assert face.parameters <= 1_000_000 and val["ece"] <= 0.05
    assert min(scores["recall"] for scores in val["per_class"].values()) > 0


def test_the_audio_model_keeps_its_promises():
    audio = checkpoint.load(checkpoint.weights_file(config.ROOT / "models" / "audio", "audio"))
    val = audio.header.metrics["val"]
    assert audio.parameters < 500_000 and val["ece"] <= 0.08 and val["speakers_disjoint"] is True
    assert min(scores["recall"] for scores in val["per_class"].values()) > 0


def test_the_combined_model_keeps_its_promises():
    combined = checkpoint.load(checkpoint.weights_file(config.ROOT / "models" / "combined", "combined"))
    val = combined.header.metrics["val"]
    assert combined.parameters < 1_000_000 and val["ece"] <= 0.08 and val["speakers_disjoint"] is True
    assert min(scores["recall"] for scores in val["per_class"].values()) > 0
    assert {"face", "audio", "face + audio"} <= {row["given"] for row in val["ablation"]["rows"]}


@needs_landmarker
def test_the_astronaut_smiles():
    from source import api

    [prediction] = api.predict("face", str(config.ROOT / "input_files" / "demo_astronaut.png"), write=False)
    [reading] = prediction.readings
    assert reading.emotion == "happy" and reading.confidence > 0.8
    assert sum(reading.probabilities.values()) == pytest.approx(1, abs=1e-5)
