"""What training does to a batch of clips. Every change is drawn once for a clip, the same for all its frames."""

import torch
from torch import Tensor

from ..audio.augment import augment as augment_voice
from ..face.detector import POINTS
from ..face.mirror import mirrored
from ..text.augment import augment as augment_words
from ..training.augmentation import random_affine, random_contrast_and_brightness, random_erasing, some
from .network import VOICE, has_copies
from .settings import MASKS, CombinedSettings


def augment(inputs: dict[str, Tensor], settings: CombinedSettings) -> dict[str, Tensor]:
    """Faces mirrored, warped, relit and blotted; one of the voice's copies drawn; whole modalities hidden."""
    inputs = with_one_voice(augmented_faces(inputs, settings))
    if "mfcc" in inputs:
        inputs = augment_voice(inputs, settings.audio)
    return with_hidden_modalities(augment_words(inputs, settings.text), settings)


def augmented_faces(inputs: dict[str, Tensor], settings: CombinedSettings) -> dict[str, Tensor]:
    """image (B, T, S, S), blendshapes (B, T, 52) and, if there, landmarks (B, T, 478, 3) of half the clips mirrored."""
    face, count = settings.face, len(inputs["image"])
    names = [name for name in ("image", "landmarks", "blendshapes") if name in inputs]
    faces = {"landmarks": inputs["image"].new_zeros(1, POINTS, 3)} | {
        name: inputs[name].flatten(0, 1) for name in names
    }
    other = mirrored(faces)  # which wants landmarks, whether the branch does or not
    flipped = some(count, 0.5).to(inputs["image"].device)
    changed = {
        name: torch.where(_spread(flipped, inputs[name]), other[name].view_as(inputs[name]), inputs[name])
        for name in names
    }
    image = random_affine(changed["image"], face.rotate_degrees, face.scale_share, face.shift_share)
    image = random_contrast_and_brightness(image, face.contrast, face.brightness)
    return inputs | changed | {"image": random_erasing(image, face.erase_probability)}


def with_one_voice(inputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """Each voice (B, 1 + copies, ...) becomes (B, ...): the clip itself or one of its copies, drawn for all arrays."""
    several = {name: inputs[name] for name in VOICE if name in inputs and has_copies(name, inputs[name])}
    if not several:
        return inputs
    count, versions = next(iter(several.values())).shape[:2]
    clips, drawn = torch.arange(count), torch.randint(versions, (count,))
    return inputs | {name: array[clips, drawn] for name, array in several.items()}


def with_hidden_modalities(inputs: dict[str, Tensor], settings: CombinedSettings) -> dict[str, Tensor]:
    """In `modality_dropout` of the clips that have several modalities all but one to all but one of them are hidden."""
    there = torch.stack([_present(inputs[MASKS[name]]) for name in settings.modalities], 1)
    order = torch.where(there, torch.rand(there.shape, device=there.device), 2.0).argsort(1).argsort(1)
    most = (there.sum(1) - 1).clamp(min=1)  # one at least is hidden, and one left
    left = 1 + (torch.rand(len(there), device=there.device) * most).long()
    hidden = (order >= left[:, None]) & some(len(there), settings.modality_dropout).to(there.device)[:, None]
    changed = {
        MASKS[name]: inputs[MASKS[name]] * _spread(~hidden[:, at], inputs[MASKS[name]])
        for at, name in enumerate(settings.modalities)
    }
    return inputs | changed


def _present(mask: Tensor) -> Tensor:
    return (mask > 0).flatten(1).any(1) if mask.dim() > 1 else mask > 0


def _spread(chosen: Tensor, like: Tensor) -> Tensor:
    return chosen.view(-1, *[1] * (like.dim() - 1))
