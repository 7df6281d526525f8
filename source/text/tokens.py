"""Words -> MiniLM's tokens (WordPiece, lower case)."""

from functools import cache
from typing import Any

import numpy as np

from ..core import pretrained

PADDING, CLS, SEP = 0, 101, 102
DTYPE = np.int16  # the vocabulary has 30,522 tokens


def utterance_ids(text: str, size: int) -> np.ndarray:
    """(size,) int16: CLS, the tokens of `text`, SEP, then padding; what is too long is cut. All padding: no token."""
    tokens = _pieces(text)[: size - 2]
    return _padded([CLS, *tokens, SEP] if tokens else [], size)


def context_ids(text: str, size: int) -> np.ndarray:
    """(size,) int16: the tokens of `text`, of too many the last, SEP, then padding. All padding: no token."""
    tokens = _pieces(text)[-(size - 1) :]
    return _padded([*tokens, SEP] if tokens else [], size)


def is_longer(text: str, size: int) -> bool:
    """Whether `utterance_ids` would cut `text`."""
    return len(_pieces(text)) > size - 2


def _pieces(text: str) -> list[int]:
    return tokenizer().encode(text, add_special_tokens=False).ids if text.strip() else []


def _padded(ids: list[int], size: int) -> np.ndarray:
    padded = np.full(size, PADDING, DTYPE)
    padded[: len(ids)] = ids
    return padded


@cache
def tokenizer() -> Any:
    """The one tokenizer of this process. Raises DemeanorError where its file is missing."""
    from tokenizers import Tokenizer

    made = Tokenizer.from_file(str(pretrained.path("minilm_tokenizer")))
    made.no_padding()
    made.no_truncation()
    return made
