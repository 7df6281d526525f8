"""Augmentation of a training batch. Every change is drawn once for a clip, the same for all its frames."""

import torch
from torch import Tensor

from ..audio.augment import augment as augment_voice
from ..face.detector import POINTS
from ..face.mirror import mirrored
from ..text.augment import augment as augment_words
from ..training.augmentation import bernoulli, random_affine, random_contrast_and_brightness, random_erasing
from .network import VOICE, has_copies
from .settings import MASKS, CombinedSettings


def augment(inputs: dict[str, Tensor], settings: CombinedSettings) -> dict[str, Tensor]:
    """Mirror, warp, relight and erase faces; draw one of the voice's copies; hide whole modalities."""
    inputs = with_one_voice(augmented_faces(inputs, settings))
    if "mfcc" in inputs:
        inputs = augment_voice(inputs, settings.audio)
    return with_hidden_modalities(augment_words(inputs, settings.text), settings)


def augmented_faces(inputs: dict[str, Tensor], settings: CombinedSettings) -> dict[str, Tensor]:
    """Mirror half of the clips and change the images of all.

    image (B, T, S, S), blendshapes (B, T, 52) and, if present, landmarks (B, T, 478, 3).
    """
    face, count = settings.face, len(inputs["image"])
    names = [name for name in ("image", "landmarks", "blendshapes") if name in inputs]
    faces = {"landmarks": inputs["image"].new_zeros(1, POINTS, 3)} | {
        name: inputs[name].flatten(0, 1) for name in names
    }
    other = mirrored(faces)  # which wants landmarks, whether the branch does or not
    flipped = bernoulli(count, 0.5).to(inputs["image"].device)
    changed = {
        name: torch.where(_spread(flipped, inputs[name]), other[name].view_as(inputs[name]), inputs[name])
        for name in names
    }
    image = random_affine(changed["image"], face.rotate_degrees, face.scale_share, face.shift_share)
    image = random_contrast_and_brightness(image, face.contrast, face.brightness)
    return inputs | changed | {"image": random_erasing(image, face.erase_probability)}


def with_one_voice(inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """Draw the clip or one of its augmented copies, the same in all arrays: (B, 1 + copies, ...) becomes (B, ...)."""
    several = {name: inputs[name] for name in VOICE if name in inputs and has_copies(name, inputs[name])}
    if not several:
        return inputs
    count, versions = next(iter(several.values())).shape[:2]
    clips, drawn = torch.arange(count), torch.randint(versions, (count,))
    return inputs | {name: array[clips, drawn] for name, array in several.items()}


def with_hidden_modalities(inputs: dict[str, Tensor], settings: CombinedSettings) -> dict[str, Tensor]:
    """Hide one to all but one of the modalities in a share `modality_dropout` of the clips that have several."""
    masks = [inputs[MASKS[name]] for name in settings.modalities]
    present = torch.stack([(mask > 0).flatten(1).any(1) if mask.dim() > 1 else mask > 0 for mask in masks], 1)
    order = torch.where(present, torch.rand(present.shape, device=present.device), 2.0).argsort(1).argsort(1)
    most = (present.sum(1) - 1).clamp(min=1)  # one at least is hidden, and one left
    left = 1 + (torch.rand(len(present), device=present.device) * most).long()
    hidden = (order >= left[:, None]) & bernoulli(len(present), settings.modality_dropout).to(present.device)[:, None]
    changed = {
        MASKS[name]: mask * _spread(~hidden[:, at], mask)
        for at, (name, mask) in enumerate(zip(settings.modalities, masks, strict=True))
    }
    return inputs | changed


def _spread(chosen: Tensor, like: Tensor) -> Tensor:
    return chosen.view(-1, *[1] * (like.dim() - 1))
