"""What is fitted after a training of the face model, and what one may begin with."""

from dataclasses import asdict, replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from source.core.errors import DemeanorError
from source.face import SPEC, initial
from source.face.calibration import AS_THEY_ARE, SPOILED, balance, calibrate, conditions
from source.training import checkpoint
from source.training.checkpoint import Header, Trained

LABELS = ("happy", "disgust", "neutral")
SETTINGS = replace(SPEC.default_settings, image_side=16, widths=(4, 8), depths=(1, 1), shape_width=8)
COUNTS = torch.tensor([600.0, 40.0, 360.0])


def trained(settings=SETTINGS):
    torch.manual_seed(0)
    network = SPEC.build(settings, len(LABELS)).eval()
    return Trained(SPEC, settings, network, Header("face", asdict(settings), LABELS, "", 1.0, {}))


def faces(count=4):
    draw = np.random.default_rng(0)
    return {
        "image": draw.integers(0, 256, (count, 16, 16), np.uint8),
        "landmarks": draw.normal(size=(count, 478, 3)).astype(np.float16),
        "blendshapes": draw.random((count, 52)).astype(np.float16),
        "face_found": np.ones(count, np.float32),
    }


@pytest.mark.parametrize("share, power", [(0.0, 0.0), (0.5, 0.3), (1.0, 0.0), (1.0, 1.0)])
def test_answers_are_freed_of_a_share_of_the_labels_frequency(share, power):
    settings = replace(SETTINGS, balance_share=share, class_weight_power=power)
    before = trained(settings).logits(faces())
    after = balance(trained(settings), SimpleNamespace(counts=lambda: COUNTS)).logits(faces())
    expected = -share * (1 - power) * np.log([0.6, 0.04, 0.36])
    np.testing.assert_allclose(after - before, np.broadcast_to(expected, (4, 3)), atol=1e-5)


def test_a_label_that_was_never_seen_is_not_made_likely():
    counts = SimpleNamespace(counts=lambda: torch.tensor([600.0, 0.0, 400.0]))
    before, after = trained().logits(faces()), balance(trained(), counts).logits(faces())
    np.testing.assert_allclose((after - before)[:, 1], 0, atol=1e-6)


def test_the_temperature_is_that_of_val_times_what_strangers_need():
    settings = replace(SETTINGS, stranger_temperature=1.5)
    assert calibrate(trained(settings), {AS_THEY_ARE: 0.8, SPOILED: 2.0}).header.temperature == pytest.approx(1.2)


def test_pictures_are_also_measured_spoiled_and_always_alike():
    class Given:
        def with_transform(self, transform):
            return transform

    as_they_are, spoil = conditions(given := Given(), SETTINGS).values()
    inputs = {name: torch.from_numpy(value) for name, value in faces(32).items()}
    first, again = (spoil(inputs, np.zeros(32), np.arange(32)) for _ in range(2))
    assert as_they_are is given and all(torch.equal(first[name], again[name]) for name in inputs)
    assert not torch.equal(first["image"], inputs["image"].float()) and first["face_found"].sum() < 32


def test_a_training_from_trained_weights_takes_what_fits(monkeypatch, tmp_path):
    file = checkpoint.save(tmp_path, trained())
    monkeypatch.setattr(initial, "spec_of", lambda name: SimpleNamespace(weights=file))
    known, wider = checkpoint.load(file).network.state_dict(), replace(SETTINGS, widths=(4, 12), init_from="trained")
    network = SPEC.build(wider, len(LABELS))
    SPEC.initialise(network, wider, LABELS)
    got = network.state_dict()
    fitting = {name for name, value in known.items() if got[name].shape == value.shape}
    fitting.remove("head.bias")
    assert fitting and all(torch.equal(got[name], known[name]) for name in fitting)
    kept = initial.average_with_start(trained(replace(wider, init_share=0.25))).network.state_dict()
    ended = trained(wider).network.state_dict()
    expected = {name: 0.25 * known[name] + 0.75 * ended[name] if name in fitting else ended[name] for name in ended}
    assert all(torch.allclose(kept[name].float(), expected[name].float(), atol=1e-6) for name in ended)
    other = SPEC.build(replace(wider, init_from="random"), len(LABELS))
    SPEC.initialise(other, replace(wider, init_from="random"), LABELS)
    assert not torch.equal(other.state_dict()["image_branch.0.weight"], known["image_branch.0.weight"])


def test_trained_weights_that_are_not_there_are_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(initial, "spec_of", lambda name: SimpleNamespace(weights=tmp_path / "none.safetensors"))
    with pytest.raises(DemeanorError, match="no trained model"):
        SPEC.initialise(SPEC.build(SETTINGS, 3), replace(SETTINGS, init_from="trained"), LABELS)
