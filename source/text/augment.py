"""What training does to a batch of utterances: some words are hidden."""

from typing import Any

import torch

from .settings import TextSettings
from .tokens import CLS, PADDING, SEP

MASK = 103  # BERT's token for a word that is hidden


def augment(inputs: dict[str, Any], settings: TextSettings) -> dict[str, Any]:
    """The batch with `config.word_dropout` of its tokens replaced by the mask; the frame and the padding stay."""
    if not settings.word_dropout:
        return inputs
    ids = inputs["token_ids"]
    words = (ids != PADDING) & (ids != CLS) & (ids != SEP)
    hidden = words & (torch.rand(ids.shape, device=ids.device) < settings.word_dropout)
    return inputs | {"token_ids": torch.where(hidden, torch.full_like(ids, MASK), ids)}
