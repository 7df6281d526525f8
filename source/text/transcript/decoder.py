"""Whisper's decoder over a block of encoded sound, written out (after whisper.model; Radford et al. 2022).

The package's own hangs hooks on the model while it decodes, and turns fused attention off for the whole process to see
what a word attended to. Here the model is only read, so that other threads can use it meanwhile.
"""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.distributions import Categorical
from whisper.decoding import GreedyDecoder, Inference

KeysAndValues = tuple[Tensor, Tensor]  # each (1, heads, tokens or frames, width of a head)


class BlockDecoder(Inference):
    """Gives logits of the tokens of one block. Between decodings call `cleanup_caching`."""

    def __init__(self, decoder: Any, features: Tensor, before_each: Callable[[], None]) -> None:
        """Prepare to decode.

        decoder: whisper.model.TextDecoder. features: (1, frames, width), encoded sound. before_each: Called before each
        token is computed.
        """
        self._decoder, self._before_each = decoder, before_each
        self._sound = [_keys_and_values(block.cross_attn, features) for block in decoder.blocks]
        self._text: list[KeysAndValues] = []

    def logits(self, tokens: Tensor, audio_features: Tensor | None = None) -> Tensor:
        """Return the logits (1, new, V) of those of the `tokens` (1, T) that are new: any at first, then always one."""
        self._before_each()
        return self._forward(tokens, None)

    def cleanup_caching(self) -> None:
        """Forget the tokens."""
        self._text = []

    def attention(self, tokens: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return the logits (T, V) of `tokens` (1, T), and by layer their scores of the sound, (heads, T, frames)."""
        self.cleanup_caching()
        scores: list[Tensor] = []
        logits = self._forward(tokens, scores)
        self.cleanup_caching()
        return logits[0], [score[0] for score in scores[1::2]]  # every other is of the text

    def _forward(self, tokens: Tensor, scores: list[Tensor] | None) -> Tensor:
        decoder, before = self._decoder, self._text
        first = before[0][0].shape[2] if before else 0
        x = decoder.token_embedding(tokens[:, first:]) + decoder.positional_embedding[first : tokens.shape[1]]
        self._text = []
        for at, block in enumerate(decoder.blocks):
            normed = block.attn_ln(x)
            text = _keys_and_values(block.attn, normed)
            if before:
                text = torch.cat([before[at][0], text[0]], 2), torch.cat([before[at][1], text[1]], 2)
            self._text.append(text)
            x = x + _attend(block.attn, normed, text, scores, is_causal=x.shape[1] > 1)
            x = x + _attend(block.cross_attn, block.cross_attn_ln(x), self._sound[at], scores)
            x = x + block.mlp(block.mlp_ln(x))
        return decoder.ln(x) @ decoder.token_embedding.weight.T


def _keys_and_values(layer: Any, x: Tensor) -> KeysAndValues:
    return _heads(layer, layer.key(x)), _heads(layer, layer.value(x))


def _heads(layer: Any, x: Tensor) -> Tensor:
    """(1, T, width) -> (1, heads, T, width of a head)."""
    return x.unflatten(-1, (layer.n_head, -1)).transpose(1, 2)


def _attend(layer: Any, x: Tensor, to: KeysAndValues, scores: list[Tensor] | None, is_causal: bool = False) -> Tensor:
    """Return the layer's output (1, T, width); adds its scores (1, heads, T, T or frames) to `scores`, if given."""
    queries, (keys, values) = _heads(layer, layer.query(x)), to
    if scores is None:
        heads = F.scaled_dot_product_attention(queries, keys, values, is_causal=is_causal)
    else:
        scale = queries.shape[-1] ** -0.25
        score = (queries * scale) @ (keys * scale).transpose(-1, -2)
        if is_causal:
            score = score + torch.full(score.shape[-2:], -torch.inf).triu(1)
        scores.append(score)
        heads = score.softmax(-1) @ values
    return layer.out(heads.transpose(1, 2).flatten(2))


class SamplingDecoder(GreedyDecoder):
    """Samples at a temperature by random numbers of its own: other threads must not change the words."""

    def __init__(self, temperature: float, eot: int, generator: torch.Generator) -> None:
        super().__init__(temperature, eot)
        self._generator = generator

    def update(self, tokens: Tensor, logits: Tensor, sum_logprobs: Tensor) -> tuple[Tensor, bool]:
        """Append a sampled token: (1, T + 1), and whether it ends the text; adds to `sum_logprobs` (1,)."""
        if not self.temperature:
            return super().update(tokens, logits, sum_logprobs)
        probabilities = Categorical(logits=logits / self.temperature).probs
        token = torch.multinomial(probabilities, 1, generator=self._generator)
        sum_logprobs += logits.log_softmax(-1).gather(1, token)[:, 0]
        return torch.cat([tokens, token], 1), bool(token == self.eot)
