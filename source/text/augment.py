"""Training augmentation of a batch of utterances: some words are masked."""

from typing import Any

import torch

from .settings import TextSettings
from .tokens import PADDING, encoder_named


def augment(inputs: dict[str, Any], settings: TextSettings) -> dict[str, Any]:
    """Return the batch with a share of `settings.word_dropout` of its tokens masked; what frames the words stays."""
    if not settings.word_dropout:
        return inputs
    ids, encoder = inputs["token_ids"], encoder_named(settings.encoder)
    words = ~torch.isin(ids, torch.tensor((PADDING, *encoder.BEGIN, encoder.SEP), dtype=ids.dtype, device=ids.device))
    masked = words & (torch.rand(ids.shape, device=ids.device) < settings.word_dropout)
    return inputs | {"token_ids": torch.where(masked, torch.full_like(ids, encoder.MASK), ids)}
