"""MiniLM (Wang et al. 2020, arXiv:2002.10957), as trained for sentences: all-MiniLM-L6-v2 (sentence-transformers).

Its layers are torch's own, its weights read from the pretrained file; equal to the reference to rounding.
"""

from functools import cache

import torch
from torch import Tensor, nn

from ..core import pretrained
from .settings import MOST_POSITIONS

WIDTH, HEADS, INNER_WIDTH, VOCABULARY = 384, 12, 4 * 384, 30_522
EPSILON = 1e-12  # of the normalisation


class Embeddings(nn.Module):
    """token_ids (B, T), positions (B, T) -> (B, T, WIDTH)."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Embedding(MOST_POSITIONS, WIDTH)
        self.kind = nn.Parameter(torch.zeros(WIDTH))  # BERT's first token type; the second is not used
        self.norm = nn.LayerNorm(WIDTH, EPSILON)

    def forward(self, token_ids: Tensor, positions: Tensor) -> Tensor:
        return self.norm(self.words(token_ids) + self.positions(positions) + self.kind)


def layer(dropout: float) -> nn.TransformerEncoderLayer:
    """One of BERT's, untrained."""
    how = {"dropout": dropout, "activation": "gelu", "layer_norm_eps": EPSILON, "batch_first": True}
    return nn.TransformerEncoderLayer(WIDTH, HEADS, INNER_WIDTH, **how)


def embeddings() -> Embeddings:
    """The pretrained embeddings, in the one copy there is of them. Raises DemeanorError where the weights are
    missing."""
    weights = _weights()
    with torch.device("meta"):
        network = Embeddings()
    names = {"words": "word_embeddings", "positions": "position_embeddings", "norm": "LayerNorm"}
    state = {f"{mine}.weight": weights[f"embeddings.{theirs}.weight"] for mine, theirs in names.items()}
    state |= {"norm.bias": weights["embeddings.LayerNorm.bias"]}
    network.load_state_dict(state | {"kind": weights["embeddings.token_type_embeddings.weight"][0]}, assign=True)
    return network.requires_grad_(False)


def frozen_layers(first: int, end: int) -> nn.ModuleList:
    """The pretrained layers from number `first` (from 0) to before `end`, in the one copy there is of them."""
    return nn.ModuleList(_with_weights(0.0, _layer_weights(n)) for n in range(first, end)).requires_grad_(False)


def trainable_layers(first: int, end: int, dropout: float) -> nn.ModuleList:
    """Such layers, to be trained further; dropout: within them, in training."""
    copies = ({name: value.clone() for name, value in _layer_weights(n).items()} for n in range(first, end))
    return nn.ModuleList(_with_weights(dropout, weights) for weights in copies)


def _with_weights(dropout, weights):
    with torch.device("meta"):  # no time is spent on numbers that are not used
        made = layer(dropout)
    made.load_state_dict(weights, assign=True)
    return made


@cache
def _layer_weights(number):
    """A layer's weights by the names torch has for them."""
    weights, start = _weights(), f"encoder.layer.{number}"
    names = {
        "self_attn.out_proj": "attention.output.dense", "norm1": "attention.output.LayerNorm",
        "linear1": "intermediate.dense", "linear2": "output.dense", "norm2": "output.LayerNorm",
    }  # fmt: skip
    state = {}
    for kind in ("weight", "bias"):
        heads = [weights[f"{start}.attention.self.{name}.{kind}"] for name in ("query", "key", "value")]
        state[f"self_attn.in_proj_{kind}"] = torch.cat(heads)
        state |= {f"{mine}.{kind}": weights[f"{start}.{theirs}.{kind}"] for mine, theirs in names.items()}
    return state


@cache
def _weights() -> dict[str, Tensor]:
    from safetensors.torch import load_file

    return load_file(pretrained.path("minilm"))
