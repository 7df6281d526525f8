"""Random changes of pictures: what each does, against an independent reference where there is one."""

import io

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from source.training import augmentation as change

FACES = torch.from_numpy(cv2.resize(np.random.default_rng(0).integers(0, 256, (8, 8, 6), np.uint8), (48, 48)))
FACES = FACES.permute(2, 0, 1).contiguous()  # six smooth pictures
CHANGES = [
    (change.random_gamma, (0.7,), (0,)),
    (change.random_side_light, (0.3,), (0,)),
    (change.random_blur, (1.0, 1.5), (0, 1.5)),
    (change.random_noise, (1.0, 0.06), (0, 0.06)),
    (change.random_compression, (1.0,), (0,)),
    (change.random_affine, (20.0, 0.2, 0.1), (0, 0, 0)),
    (change.random_erasing, (1.0,), (0,)),
]


@pytest.mark.parametrize("function, strong, off", CHANGES, ids=lambda value: getattr(value, "__name__", ""))
def test_each_change_keeps_range_and_shape_and_can_be_switched_off(function, strong, off):
    torch.manual_seed(0)
    changed = function(FACES, *strong)
    assert changed.shape == FACES.shape and changed.min() >= 0 and changed.max() <= 255.01
    assert (changed - FACES).abs().max() > 1
    assert torch.allclose(function(FACES, *off), FACES.float(), atol=0.05)


@pytest.mark.parametrize("function, strong, off", CHANGES, ids=lambda value: getattr(value, "__name__", ""))
def test_the_frames_of_a_clip_are_changed_alike(function, strong, off):
    torch.manual_seed(0)
    twice = function(FACES[:, None].expand(-1, 2, -1, -1).contiguous(), *strong)
    noisy = function is change.random_noise
    assert twice.shape == (6, 2, 48, 48) and (noisy or torch.allclose(twice[:, 0], twice[:, 1], atol=1e-3))


def test_blur_is_that_of_opencv(monkeypatch):
    monkeypatch.setattr(torch, "rand", torch.ones)
    monkeypatch.setattr(change, "bernoulli", lambda count, probability: torch.ones(count))
    blurred = change.random_blur(FACES, 1.0, 1.5)
    for face, expected in zip(FACES.numpy(), blurred.numpy(), strict=True):
        assert (
            np.abs(
                cv2.GaussianBlur(face.astype(np.float32), (7, 7), 1.5, borderType=cv2.BORDER_REPLICATE) - expected
            ).max()
            < 0.1
        )


def test_compression_is_that_of_pillow(monkeypatch):
    monkeypatch.setattr(torch, "rand", torch.zeros)  # JPEG's table itself, which is a quality of 50
    monkeypatch.setattr(change, "bernoulli", lambda count, probability: torch.ones(count, dtype=torch.bool))
    for face, ours in zip(FACES.numpy(), change.random_compression(FACES, 1.0).numpy(), strict=True):
        Image.fromarray(face).save(file := io.BytesIO(), "JPEG", quality=50)
        difference = np.abs(np.asarray(Image.open(file), np.float32) - ours)
        assert difference.mean() < 1 and difference.max() <= 10  # its arithmetic is that of integers


def test_clips_may_be_warped_by_amounts_of_their_own():
    torch.manual_seed(0)
    shift = torch.tensor([0.0, 0.0, 0.0, 0.2, 0.2, 0.2])
    changed = (change.random_affine(FACES, 0.0, 0.0, shift) - FACES).abs().flatten(1).amax(1)
    assert (changed[:3] < 0.05).all() and (changed[3:] > 1).any()
