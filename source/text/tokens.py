"""Words -> the tokens of an encoder."""

from types import ModuleType

import numpy as np

from . import e5, minilm
from .settings import TextSettings

PADDING = 0
ENCODERS = {"minilm": minilm, "e5": e5}


def encoder_named(name: str) -> ModuleType:
    """Return an encoder: a module with its LAYERS, tokens (BEGIN, SEP, MASK, DTYPE, `token_ids`) and weights.

    Its `words()` embeds tokens, and its `weight(name)` is one of BERT's names.
    """
    return ENCODERS[name]


def utterance_ids(text: str, settings: TextSettings) -> np.ndarray:
    """Return BEGIN, the tokens of `text` (the first ones that fit), SEP and padding: (tokens,); no tokens, no BEGIN."""
    encoder, size = encoder_named(settings.encoder), settings.tokens
    tokens = encoder.token_ids(text)[: size - len(encoder.BEGIN) - 1]
    return _padded([*encoder.BEGIN, *tokens, encoder.SEP] if tokens else [], size, encoder.DTYPE)


def context_ids(text: str, settings: TextSettings) -> np.ndarray:
    """Return the tokens of `text` (the last ones that fit), SEP and padding: (context_tokens,); no tokens, no SEP."""
    encoder, size = encoder_named(settings.encoder), settings.context_tokens
    tokens = encoder.token_ids(text)[-(size - 1) :]
    return _padded([*tokens, encoder.SEP] if tokens else [], size, encoder.DTYPE)


def is_longer(text: str, settings: TextSettings) -> bool:
    """Return whether `utterance_ids` would cut `text`."""
    encoder = encoder_named(settings.encoder)
    return len(encoder.token_ids(text)) > settings.tokens - len(encoder.BEGIN) - 1


def _padded(ids: list[int], size: int, dtype: type) -> np.ndarray:
    padded = np.full(size, PADDING, dtype)
    padded[: len(ids)] = ids
    return padded
