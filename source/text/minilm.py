"""MiniLM (Wang et al. 2020, arXiv:2002.10957), as trained for sentences: all-MiniLM-L6-v2 (sentence-transformers).

Its layers are torch's own, its weights read from the pretrained file; equal to the reference up to rounding.
"""

from functools import cache

import torch
from torch import Tensor, nn

from ..core import pretrained
from ..core.loading import without_random_weights
from .settings import MOST_POSITIONS

WIDTH, HEADS, INNER_WIDTH, VOCABULARY = 384, 12, 4 * 384, 30_522
EPSILON = 1e-12  # of the layer normalisation
EMBEDDING_NAMES = {"words": "word_embeddings", "positions": "position_embeddings", "norm": "LayerNorm"}
LAYER_NAMES = {  # torch's names -> BERT's
    "self_attn.out_proj": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "linear1": "intermediate.dense",
    "linear2": "output.dense",
    "norm2": "output.LayerNorm",
}


class Embeddings(nn.Module):
    """Embed token_ids (B, T) at positions (B, T) as (B, T, WIDTH)."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Embedding(MOST_POSITIONS, WIDTH)
        self.kind = nn.Parameter(torch.zeros(WIDTH))  # BERT's first token type; the second is not used
        self.norm = nn.LayerNorm(WIDTH, EPSILON)

    def forward(self, token_ids: Tensor, positions: Tensor) -> Tensor:
        """Return the embeddings, (B, T, WIDTH)."""
        return self.norm(self.words(token_ids) + self.positions(positions) + self.kind)


def embeddings() -> Embeddings:
    """Return the pretrained embeddings, which share one copy of the weights.

    Raises DemeanorError where the weights are missing.
    """
    weights = _weights()
    with torch.device("meta"), without_random_weights():
        network = Embeddings()
    state = {f"{ours}.weight": weights[f"embeddings.{berts}.weight"] for ours, berts in EMBEDDING_NAMES.items()}
    state["norm.bias"] = weights["embeddings.LayerNorm.bias"]
    state["kind"] = weights["embeddings.token_type_embeddings.weight"][0]
    network.load_state_dict(state, assign=True)
    return network.requires_grad_(False)


def frozen_layers(first: int, end: int) -> nn.ModuleList:
    """Return the pretrained layers `first` (from 0) to before `end`, which share one copy of the weights."""
    return nn.ModuleList(_layer(0.0, _layer_weights(n)) for n in range(first, end)).requires_grad_(False)


def trainable_layers(first: int, end: int, dropout: float) -> nn.ModuleList:
    """Return a copy of such layers to train further, with `dropout` within them."""
    copies = ({name: value.clone() for name, value in _layer_weights(n).items()} for n in range(first, end))
    return nn.ModuleList(_layer(dropout, weights) for weights in copies)


def _layer(dropout: float, weights: dict[str, Tensor]) -> nn.TransformerEncoderLayer:
    with torch.device("meta"), without_random_weights():  # which are replaced at once
        layer = nn.TransformerEncoderLayer(
            WIDTH, HEADS, INNER_WIDTH, dropout, activation="gelu", layer_norm_eps=EPSILON, batch_first=True
        )
    layer.load_state_dict(weights, assign=True)
    return layer


@cache
def _layer_weights(number: int) -> dict[str, Tensor]:
    """Return a layer's weights by torch's names."""
    weights, prefix, state = _weights(), f"encoder.layer.{number}", {}
    for kind in ("weight", "bias"):
        heads = [weights[f"{prefix}.attention.self.{name}.{kind}"] for name in ("query", "key", "value")]
        state[f"self_attn.in_proj_{kind}"] = torch.cat(heads)
        state |= {f"{ours}.{kind}": weights[f"{prefix}.{berts}.{kind}"] for ours, berts in LAYER_NAMES.items()}
    return state


@cache
def _weights() -> dict[str, Tensor]:
    from safetensors.torch import load_file

    return load_file(pretrained.path("minilm"))
