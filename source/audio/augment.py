"""What training does to a batch of voices: SpecAugment (Park et al. 2019, arXiv:1904.08779) on the MFCC.

Noise, gain, speed and pitch are in the altered copies that preprocessing makes (`source.audio.perturbation`).
"""

import torch
from torch import Tensor

from .settings import AudioSettings


def augment(inputs: dict[str, Tensor], settings: AudioSettings) -> dict[str, Tensor]:
    """mfcc (B, T, values) and voiced (B, T) with stretches hidden; ranges of coefficients at their clip's mean."""
    mfcc, voiced = inputs["mfcc"].float(), inputs["voiced"]
    mean = (mfcc * voiced[..., None]).sum(1, keepdim=True) / voiced.sum(1).clamp(min=1)[:, None, None]
    for _ in range(settings.coefficient_masks):
        hidden = _ranges(len(mfcc), settings.coefficients, settings.coefficient_mask_share).repeat(1, 3).to(mfcc.device)
        mfcc = torch.where(hidden[:, None] & voiced[..., None], mean, mfcc)
    for _ in range(settings.time_masks):
        kept = voiced & ~_ranges(*voiced.shape, settings.time_mask_share).to(mfcc.device)
        voiced = torch.where(kept.any(1, keepdim=True), kept, voiced)  # a clip is never hidden whole
    return inputs | {"mfcc": mfcc * voiced[..., None], "voiced": voiced}


def _ranges(count: int, length: int, share: float) -> Tensor:
    """(count, length) bool: in each row, a range of up to this share of it."""
    size = torch.rand(count) * share * length
    start = torch.rand(count) * (length - size)
    place = torch.arange(length)[None]
    return (place >= start[:, None]) & (place < (start + size)[:, None])
