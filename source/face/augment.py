"""Augmentation of a training batch of faces."""

import torch
from torch import Tensor

from ..training.augmentation import bernoulli, random_affine, random_contrast_and_brightness, random_erasing
from .mirror import mirrored
from .settings import FaceSettings


def augment(inputs: dict[str, Tensor], settings: FaceSettings) -> dict[str, Tensor]:
    """Mirror half of the faces; warp, relight and erase parts of the crops; hide the shape of some faces."""
    count = len(inputs["image"])
    flipped, mirror_images = bernoulli(count, 0.5), mirrored(inputs)
    inputs = {
        name: torch.where(flipped.to(value.device).view(-1, *[1] * (value.dim() - 1)), mirror_images[name], value)
        for name, value in inputs.items()
    }
    image = random_affine(inputs["image"], settings.rotate_degrees, settings.scale_share, settings.shift_share)
    image = random_contrast_and_brightness(image, settings.contrast, settings.brightness)
    hidden = bernoulli(count, settings.shape_dropout).to(image.device)
    return inputs | {
        "image": random_erasing(image, settings.erase_probability),
        "face_found": inputs["face_found"] * ~hidden,
    }
