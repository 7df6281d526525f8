"""MiniLM (Wang et al. 2020, arXiv:2002.10957), as trained for sentences: all-MiniLM-L6-v2 (sentence-transformers).

Its weights and its tokens (WordPiece, lower case) are read from the pretrained files; equal to the reference up to
rounding.
"""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ..core import pretrained

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor, nn

LAYERS = 6
CLS, SEP, MASK = 101, 102, 103
BEGIN, DTYPE = (CLS,), np.int16  # the vocabulary has 30,522 tokens


def token_ids(text: str) -> list[int]:
    """Return the tokens of `text` without those that frame it. Raises DemeanorError where the file is missing."""
    return tokenizer().encode(text, add_special_tokens=False).ids if text.strip() else []


@cache
def tokenizer() -> "Tokenizer":
    """Return this process's tokenizer. Raises DemeanorError where its file is missing."""
    from tokenizers import Tokenizer

    loaded = Tokenizer.from_file(str(pretrained.path("minilm_tokenizer")))
    loaded.no_padding()
    loaded.no_truncation()
    return loaded


def words() -> "nn.Module":
    """Return the embeddings of the tokens."""
    from torch import nn

    return nn.Embedding.from_pretrained(weight("embeddings.word_embeddings.weight"))


def weight(name: str) -> "Tensor":
    """Return the weight of this name of BERT's. Raises DemeanorError where the file is missing."""
    return _weights()[name]


@cache
def _weights() -> "dict[str, Tensor]":
    from safetensors.torch import load_file

    return load_file(pretrained.path("minilm"))
