"""Augmentation of a training batch of voices: SpecAugment (Park et al. 2019, arXiv:1904.08779) on the MFCC.

Changes of noise, gain, speed and pitch are made earlier, by preprocessing (`source.audio.perturbation`).
"""

import torch
from torch import Tensor

from .settings import AudioSettings


def augment(inputs: dict[str, Tensor], settings: AudioSettings) -> dict[str, Tensor]:
    """Mask spans of time and ranges of coefficients, drawn for each clip by itself.

    Of the inputs, mfcc (B, T, values) and voiced (B, T) bool change, if they are there. Masked frames become zero and
    unvoiced, though never all frames of a clip; masked coefficients and their differences take their clip's mean.
    """
    if "mfcc" not in inputs:
        return inputs
    mfcc, voiced = inputs["mfcc"].float(), inputs["voiced"]
    mean = (mfcc * voiced[..., None]).sum(1, keepdim=True) / voiced.sum(1).clamp(min=1)[:, None, None]
    for _ in range(settings.coefficient_masks):
        masked = _random_ranges(len(mfcc), settings.coefficients, settings.coefficient_mask_share).repeat(1, 3)
        mfcc = torch.where(masked.to(mfcc.device)[:, None] & voiced[..., None], mean, mfcc)
    for _ in range(settings.time_masks):
        kept = voiced & ~_random_ranges(*voiced.shape, settings.time_mask_share).to(mfcc.device)
        voiced = torch.where(kept.any(1, keepdim=True), kept, voiced)
    return inputs | {"mfcc": mfcc * voiced[..., None], "voiced": voiced}


def _random_ranges(count: int, length: int, share: float) -> Tensor:
    """Draw a range of up to `share` of `length` for each row: (count, length) bool."""
    size = torch.rand(count) * share * length
    start = torch.rand(count) * (length - size)
    place = torch.arange(length)[None]
    return (place >= start[:, None]) & (place < (start + size)[:, None])
