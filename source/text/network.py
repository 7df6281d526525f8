"""The text model: an encoder, its last layers trained further, with a sentiment lexicon's scores beside it."""

from functools import cache
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn.modules.module import _IncompatibleKeys

from ..data.clips import AFFECT_DIMENSIONS
from . import bert
from .settings import TextSettings
from .tokens import encoder_named
from .vader import SCORES


class TextModel(nn.Module):
    """`forward_features`, then `head`. With num_classes 0 the head is an identity, for use in a larger model.

    The frozen layers are not part of the state dict: they are read from the pretrained file again.
    """

    def __init__(self, settings: TextSettings, num_classes: int) -> None:
        super().__init__()
        self.settings = settings
        encoder, last = encoder_named(settings.encoder), settings.layers
        first = last - settings.fine_tuned_layers
        frozen = nn.ModuleList(bert.layer(0.0, _frozen_weights(settings.encoder, n)) for n in range(first))
        embeddings = _embeddings(settings.encoder)
        self.pretrained = nn.ModuleDict({"embeddings": embeddings, "layers": frozen.requires_grad_(False)})
        tuned = (bert.layer_weights(number, encoder.weight) for number in range(first, last))
        self.layers = nn.ModuleList(
            bert.layer(settings.encoder_dropout, {name: value.clone() for name, value in weights.items()})
            for weights in tuned
        )
        self.dropout = nn.Dropout(settings.dropout)
        self.head = nn.Linear(self.features, num_classes) if num_classes else nn.Identity()
        self.affect = AffectHead(self.features)
        self.register_state_dict_post_hook(_drop_pretrained)
        self.register_load_state_dict_post_hook(_allow_missing_pretrained)

    @property
    def features(self) -> int:
        """Length of what `forward_features` gives."""
        return bert.WIDTH + (len(SCORES) if self.settings.use_lexicon else 0)

    def train(self, mode: bool = True) -> Self:
        """Set training mode for all but the frozen layers."""
        super().train(mode)
        self.pretrained.eval()
        return self

    def forward(self, token_ids: Tensor, before_ids: Tensor, lexicon: Tensor) -> Tensor:
        """Return logits (B, num_classes). See `forward_features` for the inputs."""
        return self.head(self.dropout(self.forward_features(token_ids, before_ids, lexicon)))

    def forward_features(self, token_ids: Tensor, before_ids: Tensor, lexicon: Tensor) -> Tensor:
        """Return the mean over the utterances' tokens and the lexicon's scores, (B, features).

        token_ids (B, tokens) int, 0 where there is none: without any, the mean is zero; before_ids (B, context_tokens)
        int, the tokens of what was said before; lexicon (B, len(SCORES)).
        """
        context_ids = before_ids.long() if self.settings.use_context else before_ids[:, :0].long()
        token_ids = token_ids.long()
        order = (torch.cat([token_ids, context_ids], 1) > 0).sum(1).argsort()
        parts = [(_trimmed(token_ids[rows]), _trimmed(context_ids[rows])) for rows in order.split(bert.ROWS)]
        ids = [torch.cat(part, 1) for part in parts]
        packed = bert.Packed([_is_token(part) for part in ids])
        positions = torch.cat([((part.cumsum(1) - 1).clamp(min=0)).flatten() for part in packed.is_token])
        with torch.no_grad():
            hidden = self.pretrained["embeddings"](torch.cat([part.flatten() for part in ids]), positions)
            hidden = bert.encode(self.pretrained["layers"].children(), hidden, packed)
        hidden = bert.encode(self.layers, hidden, packed).float().split(packed.sizes)
        means = [_mean(of.view(*all.shape, -1), own) for of, all, (own, _) in zip(hidden, ids, parts, strict=True)]
        encoded = torch.cat(means)[order.argsort()]
        return torch.cat([encoded, lexicon.float()], 1) if self.settings.use_lexicon else encoded


class AffectHead(nn.Module):
    """Map features (B, F) to values (B, len(AFFECT_DIMENSIONS)) from -1 to 1; NaN for a dimension that was not fitted.

    It is fitted in closed form after training (`source.evaluation.affect`), so its weights are buffers.
    """

    weight: Tensor
    bias: Tensor
    fitted: Tensor

    def __init__(self, features: int) -> None:
        super().__init__()
        self.register_buffer("weight", torch.zeros(len(AFFECT_DIMENSIONS), features))
        self.register_buffer("bias", torch.zeros(len(AFFECT_DIMENSIONS)))
        self.register_buffer("fitted", torch.zeros(len(AFFECT_DIMENSIONS), dtype=torch.bool))

    def forward(self, features: Tensor) -> Tensor:
        """Return the values (B, len(AFFECT_DIMENSIONS)) float32."""
        values = (features.float() @ self.weight.float().T + self.bias.float()).clamp(-1, 1)
        return values.masked_fill(~self.fitted, torch.nan)


@cache
def _embeddings(encoder: str) -> bert.Embeddings:
    """Return the frozen embeddings, one copy for all networks."""
    module = encoder_named(encoder)
    return bert.Embeddings(module.words(), module.weight)


@cache
def _frozen_weights(encoder: str, number: int) -> dict[str, Tensor]:
    """Return the weights of a frozen layer, one copy for all networks."""
    return bert.layer_weights(number, encoder_named(encoder).weight)


def _trimmed(ids: Tensor) -> Tensor:
    """Return the ids without the columns at the end that hold no token; at least one column where there was one."""
    longest = int((ids > 0).sum(1).max()) if ids.numel() else 0
    return ids[:, : max(longest, min(1, ids.shape[1]))]


def _is_token(ids: Tensor) -> Tensor:
    """Return which of ids (B, T) are tokens; the first always is, for attention to nothing would give NaN."""
    is_token = ids > 0
    is_token[:, 0] = True
    return is_token


def _mean(hidden: Tensor, token_ids: Tensor) -> Tensor:
    """Return the mean of hidden (B, T, W) over the utterances' own tokens (B, t), which come first: (B, W)."""
    in_mean = (token_ids > 0).unsqueeze(-1)
    return (hidden[:, : token_ids.shape[1]] * in_mean).sum(1) / in_mean.sum(1).clamp(min=1)


def _drop_pretrained(module: nn.Module, state: dict[str, Any], prefix: str, _: object) -> None:
    for name in [name for name in state if name.startswith(f"{prefix}pretrained.")]:
        del state[name]


def _allow_missing_pretrained(module: nn.Module, keys: _IncompatibleKeys) -> None:
    keys.missing_keys[:] = [name for name in keys.missing_keys if ".pretrained." not in f".{name}"]
