"""The text model: MiniLM, its last layers trained further, with a sentiment lexicon's scores beside it."""

from typing import Any

import torch
from torch import Tensor, nn

from . import minilm
from .affect_head import AffectHead
from .settings import LAYERS, TextSettings
from .vader import SCORES

CHUNK = 16  # utterances of about one length that go through the layers together, so that little padding does


class TextModel(nn.Module):
    """`forward_features`, then `head`. With num_classes 0 the head is an identity, for use in a larger model.

    The layers that are not trained are no part of its state: they are read from the pretrained file again.
    """

    def __init__(self, settings: TextSettings, num_classes: int):
        super().__init__()
        self.settings = settings
        first = LAYERS - settings.fine_tuned_layers
        unchanged = {"embeddings": minilm.embeddings(), "layers": minilm.frozen_layers(0, first)}
        self.pretrained = nn.ModuleDict(unchanged)
        self.layers = minilm.trainable_layers(first, LAYERS, settings.encoder_dropout)
        self.dropout = nn.Dropout(settings.dropout)
        self.head = nn.Linear(self.features, num_classes) if num_classes else nn.Identity()
        self.affect = AffectHead(self.features)
        self.register_state_dict_post_hook(_without_pretrained)
        self.register_load_state_dict_post_hook(_pretrained_not_missed)

    @property
    def features(self) -> int:
        """Length of what `forward_features` gives."""
        return minilm.WIDTH + (len(SCORES) if self.settings.use_lexicon else 0)

    def train(self, mode: bool = True) -> "TextModel":
        super().train(mode)
        self.pretrained.eval()
        return self

    def forward(self, token_ids: Tensor, before_ids: Tensor, lexicon: Tensor) -> Tensor:
        """Logits (B, num_classes). See `forward_features` for the inputs."""
        return self.head(self.dropout(self.forward_features(token_ids, before_ids, lexicon)))

    def forward_features(self, token_ids: Tensor, before_ids: Tensor, lexicon: Tensor) -> Tensor:
        """What the utterances come to: (B, features), the mean over their tokens and the lexicon's scores.

        token_ids (B, tokens) and before_ids (B, context_tokens) int: 0 where there is none; lexicon (B, len(SCORES)).
        Where an utterance has no token at all, the mean is zero.
        """
        read = self._read(
            token_ids.long(), before_ids.long() if self.settings.use_context else before_ids[:, :0].long()
        )
        return torch.cat([read, lexicon.float()], 1) if self.settings.use_lexicon else read

    def _read(self, token_ids: Tensor, before_ids: Tensor) -> Tensor:
        """(B, T), (B, S) -> (B, WIDTH): in chunks of like length, which come back in the order they were given in."""
        together = torch.cat([token_ids, before_ids], 1)
        order = (together > 0).sum(1).argsort()
        chunks = [self._chunk(token_ids[part], before_ids[part]) for part in order.split(CHUNK)]
        return torch.cat(chunks)[order.argsort()]

    def _chunk(self, token_ids: Tensor, before_ids: Tensor) -> Tensor:
        token_ids, before_ids = _trimmed(token_ids), _trimmed(before_ids)
        ids = torch.cat([token_ids, before_ids], 1)
        there = ids > 0
        there[:, 0] = True  # a row without any token would give no number
        with torch.no_grad():
            hidden = self.pretrained["embeddings"](ids, (there.cumsum(1) - 1).clamp(min=0))
            hidden = _through(self.pretrained["layers"], hidden, there)
        hidden = _through(self.layers, hidden, there)
        counted = (token_ids > 0).unsqueeze(-1)
        return (hidden[:, : token_ids.shape[1]].float() * counted).sum(1) / counted.sum(1).clamp(min=1)


def _trimmed(ids: Tensor) -> Tensor:
    """Without the columns at the end that hold no token; one column at least where there was one."""
    longest = int((ids > 0).sum(1).max()) if ids.numel() else 0
    return ids[:, : max(longest, min(1, ids.shape[1]))]


def _through(layers: Any, hidden: Tensor, there: Tensor) -> Tensor:
    absent = None if bool(there.all()) else ~there
    for layer in layers:
        hidden = layer(hidden, src_key_padding_mask=absent)
    return hidden


def _without_pretrained(module: nn.Module, state: dict[str, Any], prefix: str, _: Any) -> None:
    for name in [name for name in state if name.startswith(f"{prefix}pretrained.")]:
        del state[name]


def _pretrained_not_missed(module: nn.Module, keys: Any) -> None:
    keys.missing_keys[:] = [name for name in keys.missing_keys if ".pretrained." not in f".{name}"]
