"""The face network, its augmentation and its mirror images, for every backbone."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import torch

from source.core.errors import DemeanorError
from source.face import SPEC
from source.face.backbones import IMAGE_ARCHITECTURES
from source.face.mirror import MIRRORED_BLENDSHAPES, MIRRORED_POINTS, mirrored
from source.face.settings import FaceSettings, ImageArchitecture, suggest
from tests.support.toy import CONFIG, SIDE, face_arrays


def inputs(count=4):
    return {name: torch.from_numpy(array) for name, array in face_arrays(count).items()}


def built(architecture):
    try:
        return SPEC.build(replace(CONFIG, architecture=architecture), 7)
    except DemeanorError as reason:
        pytest.skip(str(reason))


def test_settings_offer_exactly_the_registered_architectures():
    assert set(get_args(ImageArchitecture)) == set(IMAGE_ARCHITECTURES)


@pytest.mark.parametrize("architecture", IMAGE_ARCHITECTURES)
def test_every_parameter_gets_a_gradient(architecture):
    network = built(architecture)
    network(**SPEC.augment(inputs(), CONFIG)).sum().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in network.parameters())


@pytest.mark.parametrize("architecture", IMAGE_ARCHITECTURES)
def test_head_and_features_are_separate(architecture):
    network = built(architecture).eval()
    features = network.forward_features(**inputs())
    assert features.shape == (4, network.features)
    assert torch.equal(network.head(features), network(**inputs()))
    bodiless = SPEC.build(network.settings, 0)
    assert bodiless(**inputs()).shape == (4, network.features)


def test_the_shipped_settings_stay_under_a_million_parameters():
    assert sum(p.numel() for p in SPEC.build(FaceSettings(), 7).parameters()) <= 1_000_000


def test_without_a_found_face_the_shape_has_no_influence():
    network, faces = SPEC.build(replace(CONFIG, use_image=False), 7).eval(), inputs()
    faces["face_found"][:] = 0
    answers = network(**faces)
    assert torch.allclose(answers, answers[:1].expand_as(answers))


def test_a_batch_answers_as_its_clips_do_alone():
    network, faces = SPEC.build(CONFIG, 7).eval(), inputs()
    alone = [network(**{name: value[i : i + 1] for name, value in faces.items()}) for i in range(4)]
    assert torch.allclose(network(**faces), torch.cat(alone), atol=1e-5)


def test_the_mirror_is_its_own_inverse_and_exchanges_sides():
    assert (MIRRORED_POINTS[MIRRORED_POINTS] == np.arange(478)).all()
    assert (MIRRORED_BLENDSHAPES[MIRRORED_BLENDSHAPES] == np.arange(52)).all()
    # MediaPipe's canonical mesh: eye corners 33/263, mouth corners 61/291, irises 468/473, nose tip 1 in the middle
    for left, right in ((33, 263), (61, 291), (468, 473), (234, 454), (1, 1)):
        assert MIRRORED_POINTS[left] == right
    twice = mirrored(mirrored(inputs()))
    assert all(torch.equal(twice[name], value) for name, value in inputs().items())


def test_test_time_augmentation_is_the_face_and_its_mirror_image():
    one, other = SPEC.test_time_augment(inputs(), replace(CONFIG, five_crops=False))
    assert torch.equal(one["image"], inputs()["image"]) and torch.equal(other["image"], inputs()["image"].flip(-1))


def test_five_crops_are_the_centre_and_the_corners_that_the_network_would_not_see():
    settings = replace(CONFIG, crop_share=0.75, five_crops=True)  # sees 12 of 16 pixels
    faces = inputs()
    seen = [view["image"][:, 2:14, 2:14] for view in SPEC.test_time_augment(faces, settings)[::2]]
    starts = [(2, 2), (4, 4), (4, 0), (0, 4), (0, 0)]
    for crop, (down, across) in zip(seen, starts, strict=True):
        assert torch.equal(crop, faces["image"][:, down : down + 12, across : across + 12])


def test_augmentation_keeps_the_range_and_the_shapes():
    torch.manual_seed(0)
    before, after = inputs(64), SPEC.augment(inputs(64), CONFIG)
    assert {name: value.shape for name, value in after.items()} == {name: v.shape for name, v in before.items()}
    assert after["image"].min() >= 0 and after["image"].max() <= 255
    assert not torch.equal(after["image"][0], before["image"][0].float())


def test_augmentation_that_is_switched_off_only_mirrors():
    off = dict.fromkeys(("rotate_degrees", "scale_share", "shift_share", "contrast", "brightness"), 0.0)
    off |= dict.fromkeys(("gamma_octaves", "side_light", "erase_probability", "blur_probability"), 0.0)
    off |= dict.fromkeys(("noise_probability", "compression_probability", "shape_dropout"), 0.0)
    settings = replace(CONFIG, **off)
    before, after = inputs(16), SPEC.augment(inputs(16), settings)
    for face, other in zip(after["image"], before["image"].float(), strict=True):
        assert min((face - other).abs().max(), (face - other.flip(-1)).abs().max()) < 0.1


def test_changes_are_drawn_for_each_face():
    torch.manual_seed(0)
    faces = {name: value[:1].expand(32, *value.shape[1:]) for name, value in inputs().items()}
    assert len(torch.unique(SPEC.augment(faces, CONFIG)["image"].flatten(1), dim=0)) == 32


@pytest.mark.parametrize("changes, words", [
    ({"use_image": False, "use_landmarks": False, "use_blendshapes": False}, "needs an input"),
    ({"widths": (4,)}, "must agree"),
    ({"crop_share": 0.2}, "crop_share"),
    ({"epochs": 0}, "above 0"),
    ({"loss": "hinge"}, "cross_entropy"),
], ids=str)  # fmt: skip
def test_contradictory_settings_are_refused(changes, words):
    with pytest.raises(DemeanorError, match=words):
        replace(CONFIG, **changes)


def test_suggestions_are_settings():
    import optuna

    trial = optuna.create_study().ask()
    assert replace(FaceSettings(), **suggest(trial)).image_side == 48


def test_the_seen_part_is_central():
    network = SPEC.build(replace(CONFIG, crop_share=0.5), 7).eval()
    one, other = inputs(), inputs()
    other["image"][:, 0] = 0  # outside of the central half
    assert torch.equal(network(**one), network(**other)) and SIDE == 16
