"""What a clone comes with: weights that load, a card that describes them, and the right answer on the demo."""

from dataclasses import asdict

import pytest

import source
from source.core import config
from source.core.settings import TrainingSettings, override
from source.core.spec import spec_of
from source.text.inference import TextQuery, infer
from source.training import checkpoint
from tests.support.faces import finds_faces

MOST_PARAMETERS = {"face": 1_000_000, "audio": 500_000, "combined": 1_000_000}
MOST_CALIBRATION_ERROR = {"face": 0.15, "combined": 0.08}


def shipped(model):
    return checkpoint.weights_file(config.ROOT / "models" / model, model)


@pytest.mark.parametrize("model", source.MODELS)
def test_training_again_would_use_the_settings_of_the_shipped_model(model):
    default = spec_of(model).default_settings
    trained = override(default, checkpoint.read_header(shipped(model)).settings)
    further = getattr(trained, "init_from", "") == "trained"  # for which other rates and epochs are right
    assert used(trained, further) == used(default, further)


def used(settings, without_training=False):
    """Return the settings as plain values, of nested ones those that are read: none of training, and no views."""
    training = {*TrainingSettings.__dataclass_fields__, "five_crops", "init_from", "init_share"}
    if without_training:
        return {
            name: value
            for name, value in asdict(settings).items()
            if name not in {*training, "init_from", "init_share"}
        }
    return {
        name: {inner: of for inner, of in value.items() if inner not in training} if isinstance(value, dict) else value
        for name, value in asdict(settings).items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("model", source.MODELS)
def test_the_weights_load_and_the_card_describes_them(model):
    trained = checkpoint.load(shipped(model))
    assert trained.parameters < MOST_PARAMETERS.get(model, trained.parameters + 1)
    card = shipped(model).with_name("model_card.md").read_text(encoding="utf-8")
    val = trained.header.metrics["val"]
    figures = (f"{trained.parameters:,}", f"{val['n']:,} clips", f"{val['accuracy'] * 100:.1f} %")
    for figure in (*figures, f"| seed | {trained.header.training['seed']} |"):
        assert figure in card, figure


@pytest.mark.parametrize("model", MOST_CALIBRATION_ERROR)
def test_the_shipped_model_is_calibrated_and_recognises_every_emotion(model):
    metrics = checkpoint.read_header(shipped(model)).metrics
    val, strangers = metrics["val"], metrics.get("strangers", {}).get("conditions", {})
    for measured in strangers.values() or [val]:  # calibrated on strangers it is too modest at home
        assert measured["ece"] <= MOST_CALIBRATION_ERROR[model]
    assert min(scores["recall"] for scores in val["per_class"].values()) > 0
    assert val["speakers_disjoint"] is True or model == "face", "FER2013 does not say who is in a picture"


def test_the_voice_is_measured_and_calibrated_on_strangers_with_and_without_a_baseline():
    strangers = checkpoint.read_header(shipped("audio")).metrics["strangers"]
    without, with_baseline, through_channels = strangers["conditions"].values()
    assert len(strangers["corpora"]) == 7 and len(strangers["seeds"]) == 3
    assert with_baseline["uar"] > 0.55 > without["uar"] > 0.42 and through_channels["uar"] > 0.85 * without["uar"]
    for condition in strangers["conditions"].values():
        assert condition["ece"] < 0.12 and condition["ordinary"]["false_recordings"] < 0.1


def test_the_combined_model_says_what_each_modality_adds():
    val = checkpoint.read_header(shipped("combined")).metrics["val"]
    assert {"face", "audio", "face + audio"} <= {row["given"] for row in val["ablation"]["rows"]}


@finds_faces
def test_the_astronaut_smiles():
    from source import api

    [prediction] = api.predict("face", str(config.ROOT / "input_files" / "demo_astronaut.png"), write=False)
    [reading] = prediction.readings
    assert reading.emotion == "happy" and reading.confidence > 0.7  # its confidence is meant for strangers
    assert sum(reading.probabilities.values()) == pytest.approx(1, abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("emotion, written", [
    ("angry", ["😡😡😡", "😡", "🤬", ">:("]), ("happy", ["❤️", "😂😂", "🎉", ":-)", ":D", "<3"]), ("sad", ["😢", ":("]),
    ("fear", ["😱"]), ("disgust", ["🤢"]), ("surprise", ["😮", ":-O"]),
])  # fmt: skip
def test_an_emoji_alone_says_what_it_shows(emotion, written):
    trained = checkpoint.load(shipped("text"))
    for output in infer([TextQuery(text) for text in written], trained):
        assert max(output.probabilities, key=output.probabilities.__getitem__) == emotion, output
