"""What training does to a batch of faces before the network sees it."""

import torch

from ..training.augmentation import random_affine, random_contrast_and_brightness, random_erasing, some
from .mirror import mirrored
from .settings import FaceSettings


def augment(inputs: dict, settings: FaceSettings) -> dict:
    """Half of the faces mirrored (crop, mesh and blendshapes alike), crops warped, relit and blotted, shapes hidden."""
    count = len(inputs["image"])
    flipped, other = some(count, 0.5), mirrored(inputs)
    inputs = {name: _where(flipped, other[name], value) for name, value in inputs.items()}
    image = random_affine(inputs["image"], settings.rotate_degrees, settings.scale_share, settings.shift_share)
    image = random_contrast_and_brightness(image, settings.contrast, settings.brightness)
    hidden = some(count, settings.shape_dropout).to(image.device)
    return inputs | {
        "image": random_erasing(image, settings.erase_probability),
        "face_found": inputs["face_found"] * ~hidden,
    }


def _where(chosen, yes, no):
    return torch.where(chosen.to(no.device).view(-1, *[1] * (no.dim() - 1)), yes, no)
