"""Grad-CAM and feature maps for every backbone; Grad-CAM against the mapping that it generalises."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from source.core.errors import DemeanorError
from source.face.backbones import IMAGE_ARCHITECTURES
from source.face.detector import BLENDSHAPES, POINTS
from source.face.explain import feature_maps, grad_cam
from source.face.network import FaceModel
from source.face.settings import FaceSettings

TOY = FaceSettings(widths=(4, 6), depths=(1, 1), shape_width=8)


def network_for(settings, classes=7):
    torch.manual_seed(0)
    try:
        return FaceModel(settings, classes).eval()
    except DemeanorError as trouble:
        pytest.skip(str(trouble))


def inputs_for(count, side=48):
    draw = torch.Generator().manual_seed(1)
    return {
        "image": torch.randint(0, 256, (count, side, side), generator=draw, dtype=torch.uint8),
        "landmarks": torch.rand((count, POINTS, 3), generator=draw) - 0.5,
        "blendshapes": torch.rand((count, BLENDSHAPES), generator=draw),
        "face_found": torch.ones(count),
    }


def hooks_of(network):
    return sum(len(layer._forward_hooks) + len(layer._backward_hooks) for layer in network.modules())


@pytest.mark.parametrize("architecture", IMAGE_ARCHITECTURES)
def test_every_architecture(architecture):
    network, inputs = network_for(replace(TOY, architecture=architecture)), inputs_for(3)
    before = inputs["image"].clone()
    evidence = grad_cam(network, inputs, torch.tensor([0, 3, 6]))
    assert evidence.shape == (3, 48, 48) and evidence.dtype == np.float32
    assert evidence.min() >= 0 and evidence.max() <= 1 and np.isfinite(evidence).all()
    assert set(np.round(evidence.max((1, 2)), 5)) <= {0, 1}
    assert (evidence[:, :2] == 0).all() and (evidence[:, :, -2:] == 0).all()  # the network sees the central 44 pixels
    for maps in feature_maps(network, inputs).values():
        assert maps.ndim == 4 and len(maps) == 3 and np.isfinite(maps).all()
    assert hooks_of(network) == 0
    assert all(parameter.grad is None for parameter in network.parameters())
    assert torch.equal(inputs["image"], before) and not inputs["image"].requires_grad


@pytest.mark.parametrize("architecture", ["vgg", "residual", "separable"])
def test_equals_class_activation_mapping(architecture):
    """With mean pooling and one dense layer Grad-CAM is, up to scale, CAM (Zhou et al. 2016, arXiv:1512.04150)."""
    settings = replace(TOY, architecture=architecture, use_landmarks=False, use_blendshapes=False, crop_share=1.0)
    network, inputs = network_for(settings), inputs_for(2)
    if architecture == "vgg":
        network.image_branch = network.image_branch[:-1]  # without the last pooling, as CAM has it
    target = torch.tensor([1, 5])
    with torch.no_grad():
        activation = network.feature_map(inputs["image"])
        expected = torch.einsum("bchw,bc->bhw", activation, network.head.weight[target]).relu()
        expected = torch.nn.functional.interpolate(expected[:, None], (48, 48), mode="bilinear")[:, 0]
        expected /= expected.amax((1, 2), keepdim=True).clamp_min(1e-12)  # nothing may speak for a label
    np.testing.assert_allclose(grad_cam(network, inputs, target), expected.numpy(), atol=1e-4)


def test_a_face_does_not_change_another_faces_map():
    network, inputs = network_for(TOY), inputs_for(3)
    alone = grad_cam(network, {name: value[1:2] for name, value in inputs.items()}, torch.tensor([4]))
    np.testing.assert_allclose(grad_cam(network, inputs, torch.tensor([2, 4, 0]))[1], alone[0], atol=1e-5)


def test_frozen_weights_are_no_obstacle():
    network = network_for(TOY).requires_grad_(False)
    with torch.no_grad():
        assert grad_cam(network, inputs_for(1), torch.tensor([0])).shape == (1, 48, 48)


def test_finer_than_the_pooled_map():
    """The vgg's last pooling is left out: evidence at 6 x 6 places, not 3 x 3."""
    network = network_for(FaceSettings(widths=(4, 4, 4, 4), depths=(1, 1, 1, 1)))
    from source.face import explain

    with torch.no_grad(), explain._recorded(network.image_branch) as maps:
        network(**inputs_for(1))
    assert explain._last_map(maps).shape[2:] == (6, 6)
    assert network.feature_map(inputs_for(1)["image"]).shape[2:] == (3, 3)


def test_without_a_picture_there_is_nothing_to_show():
    network = network_for(replace(TOY, use_image=False))
    assert grad_cam(network, inputs_for(2), torch.tensor([0, 1])) is None
    assert feature_maps(network, inputs_for(2)) == {}


def test_hooks_are_removed_after_a_failure():
    network, inputs = network_for(TOY), inputs_for(1)
    with pytest.raises(RuntimeError):
        feature_maps(network, inputs | {"blendshapes": torch.zeros(1, 3)})
    assert hooks_of(network) == 0


def test_first_and_middle_convolution():
    network = network_for(replace(TOY, depths=(2, 2)))
    maps = feature_maps(network, inputs_for(1))
    assert list(maps) == ["convolution 1 of 4", "convolution 3 of 4"]
    assert [value.shape for value in maps.values()] == [(1, 4, 44, 44), (1, 6, 22, 22)]
