"""Words -> MiniLM's tokens (WordPiece, lower case)."""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ..core import pretrained

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PADDING, CLS, SEP = 0, 101, 102
DTYPE = np.int16  # the vocabulary has 30,522 tokens


def utterance_ids(text: str, size: int) -> np.ndarray:
    """Return CLS, the tokens of `text` (the first ones that fit), SEP and padding: (size,) int16; no tokens, no CLS."""
    tokens = _token_ids(text)[: size - 2]
    return _padded([CLS, *tokens, SEP] if tokens else [], size)


def context_ids(text: str, size: int) -> np.ndarray:
    """Return the tokens of `text` (the last ones that fit), SEP and padding: (size,) int16; no tokens, no SEP."""
    tokens = _token_ids(text)[-(size - 1) :]
    return _padded([*tokens, SEP] if tokens else [], size)


def is_longer(text: str, size: int) -> bool:
    """Return whether `utterance_ids` would cut `text`."""
    return len(_token_ids(text)) > size - 2


def _token_ids(text: str) -> list[int]:
    return tokenizer().encode(text, add_special_tokens=False).ids if text.strip() else []


def _padded(ids: list[int], size: int) -> np.ndarray:
    padded = np.full(size, PADDING, DTYPE)
    padded[: len(ids)] = ids
    return padded


@cache
def tokenizer() -> "Tokenizer":
    """Return this process's tokenizer. Raises DemeanorError where its file is missing."""
    from tokenizers import Tokenizer

    loaded = Tokenizer.from_file(str(pretrained.path("minilm_tokenizer")))
    loaded.no_padding()
    loaded.no_truncation()
    return loaded
