"""Augmentation of a training batch of faces: other framing, light, cameras and files than those of the corpus."""

import torch
from torch import Tensor

from ..training import augmentation as change
from .mirror import mirrored
from .settings import FaceSettings


def augment(inputs: dict[str, Tensor], settings: FaceSettings) -> dict[str, Tensor]:
    """Mirror half of the faces; hide the shape of some; warp, relight, erase and spoil the crops.

    A face whose shape is hidden is warped as much more as `settings.loose_framing` says, for where no face is found,
    its place in the picture is not known.
    """
    count = len(inputs["image"])
    flipped, mirror_images = change.bernoulli(count, 0.5), mirrored(inputs)
    inputs = {
        name: torch.where(flipped.to(value.device).view(-1, *[1] * (value.dim() - 1)), mirror_images[name], value)
        for name, value in inputs.items()
    }
    hidden = change.bernoulli(count, settings.shape_dropout)
    farther = torch.where(hidden, settings.loose_framing, 1.0)
    amounts = (farther * amount for amount in (settings.rotate_degrees, settings.scale_share, settings.shift_share))
    image = change.random_affine(inputs["image"], *amounts)
    image = change.random_side_light(image, settings.side_light)
    image = change.random_gamma(image, settings.gamma_octaves)
    image = change.random_contrast_and_brightness(image, settings.contrast, settings.brightness)
    image = change.random_erasing(image, settings.erase_probability)
    image = change.random_blur(image, settings.blur_probability, settings.blur_pixels)
    image = change.random_noise(image, settings.noise_probability, settings.noise_share)
    image = change.random_compression(image, settings.compression_probability)
    return inputs | {"image": image, "face_found": inputs["face_found"] * ~hidden.to(image.device)}
