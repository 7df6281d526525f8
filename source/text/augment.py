"""Training augmentation of a batch of utterances: some words are masked."""

from typing import Any

import torch

from .settings import TextSettings
from .tokens import CLS, PADDING, SEP

MASK = 103  # BERT's token for a masked word


def augment(inputs: dict[str, Any], settings: TextSettings) -> dict[str, Any]:
    """Return the batch with a share of `settings.word_dropout` of its tokens masked; CLS, SEP and padding stay."""
    if not settings.word_dropout:
        return inputs
    ids = inputs["token_ids"]
    words = (ids != PADDING) & (ids != CLS) & (ids != SEP)
    masked = words & (torch.rand(ids.shape, device=ids.device) < settings.word_dropout)
    return inputs | {"token_ids": torch.where(masked, torch.full_like(ids, MASK), ids)}
