"""BERT's encoder (Devlin et al. 2019, arXiv:1810.04805) of 384 units, post-norm: torch's layers, others' weights."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, linear

from ..core.loading import without_random_weights

WIDTH, HEADS, INNER_WIDTH = 384, 12, 4 * 384
EPSILON = 1e-12  # of the layer normalisation
EMBEDDING_NAMES = {"words": "word_embeddings", "positions": "position_embeddings", "norm": "LayerNorm"}
LAYER_NAMES = {  # torch's names -> BERT's
    "self_attn.out_proj": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "linear1": "intermediate.dense",
    "linear2": "output.dense",
    "norm2": "output.LayerNorm",
}
ROWS = 8  # utterances of similar length that are padded alike

Weights = Callable[[str], Tensor]  # BERT's name -> weight


class Embeddings(nn.Module):
    """Embed token_ids (B, T) at positions (B, T) as (B, T, WIDTH). Frozen.

    words: an embedding of the tokens; weight: BERT's name -> weight, for all else.
    """

    def __init__(self, words: nn.Module, weight: Weights) -> None:
        super().__init__()
        self.words = words
        self.positions = nn.Embedding.from_pretrained(weight("embeddings.position_embeddings.weight").view(-1, WIDTH))
        kinds = weight("embeddings.token_type_embeddings.weight").view(-1, WIDTH)
        self.kind = nn.Parameter(kinds[0])  # the second is not used
        with torch.device("meta"), without_random_weights():
            self.norm = nn.LayerNorm(WIDTH, EPSILON)
        norm = {kind: weight(f"embeddings.LayerNorm.{kind}") for kind in ("weight", "bias")}
        self.norm.load_state_dict(norm, assign=True)
        self.requires_grad_(False)

    def forward(self, token_ids: Tensor, positions: Tensor) -> Tensor:
        """Return the embeddings, (B, T, WIDTH)."""
        return self.norm(self.words(token_ids) + self.positions(positions) + self.kind)


def layer(dropout: float, weights: dict[str, Tensor]) -> nn.TransformerEncoderLayer:
    """Return a layer with these weights (see `layer_weights`), which it takes as they are, without a copy."""
    with torch.device("meta"), without_random_weights():  # which are replaced at once
        made = nn.TransformerEncoderLayer(
            WIDTH, HEADS, INNER_WIDTH, dropout, activation="gelu", layer_norm_eps=EPSILON, batch_first=True
        )
    made.load_state_dict(weights, assign=True)
    return made


@dataclass(frozen=True)
class Packed:
    """The tokens of utterances in one row, which takes little padding; only attention looks at one at a time."""

    is_token: Sequence[Tensor]
    """Of each few utterances of similar length, (rows, length) bool; each row has one token or more."""

    @property
    def sizes(self) -> list[int]:
        """Length of each few utterances in the row."""
        return [part.numel() for part in self.is_token]


def encode(layers: Iterable[Any], hidden: Tensor, packed: Packed) -> Tensor:
    """Return what the layers make of packed tokens (N, WIDTH): (N, WIDTH)."""
    for each in layers:
        attention = each.self_attn
        heads = linear(hidden, attention.in_proj_weight, attention.in_proj_bias).split(packed.sizes)
        attended = torch.cat([_attended(*part) for part in zip(heads, packed.is_token, strict=True)])
        hidden = each.norm1(hidden + each.dropout1(attention.out_proj(attended)))
        hidden = each.norm2(hidden + each.dropout2(each.linear2(gelu(each.linear1(hidden)))))
    return hidden


def _attended(heads: Tensor, is_token: Tensor) -> Tensor:
    """Return the attention's output (rows x length, WIDTH) of queries, keys and values (rows x length, 3 WIDTH).

    In plain steps: of torch's fused kernel the backward pass takes most of a training's time on a CPU.
    """
    query, key, value = heads.view(*is_token.shape, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
    scores = query @ key.transpose(-1, -2) * (WIDTH // HEADS) ** -0.5
    if not bool(is_token.all()):
        scores = scores.masked_fill(~is_token[:, None, None], -torch.inf)
    return (scores.softmax(-1) @ value).transpose(1, 2).reshape(len(heads), WIDTH)


def layer_weights(number: int, weight: Weights) -> dict[str, Tensor]:
    """Return the weights of layer `number` (from 0) by torch's names; weight: BERT's name -> weight."""
    prefix, state = f"encoder.layer.{number}", {}
    for kind in ("weight", "bias"):
        heads = [weight(f"{prefix}.attention.self.{name}.{kind}") for name in ("query", "key", "value")]
        state[f"self_attn.in_proj_{kind}"] = torch.cat(heads)
        state |= {f"{ours}.{kind}": weight(f"{prefix}.{berts}.{kind}") for ours, berts in LAYER_NAMES.items()}
    return state
