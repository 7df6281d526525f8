"""Sequence networks over a face's frames. Masked frames change nothing.

A registry: name -> network of (inputs, units, layers), called with frames (B, T, inputs) and mask (B, T) bool; returns
(B, `features`), zero where no frame is there.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from .settings import MOST_FRAMES

HEADS = 4  # of the Transformer's attention


class Recurrent(nn.Module):
    """A bidirectional LSTM or GRU over the frames with a face: its last states, and the mean of all.

    The frames with a face are moved together first and packed: neither padding nor a gap is ever a step of the
    sequence, and the last state is that of the last such frame.
    """

    def __init__(self, kind: type[nn.LSTM] | type[nn.GRU], inputs: int, units: int, layers: int) -> None:
        super().__init__()
        self.network = kind(inputs, units, layers, batch_first=True, bidirectional=True)
        self.features = 4 * units

    def forward(self, frames: Tensor, mask: Tensor) -> Tensor:
        """Return (B, features)."""
        counts = mask.sum(1)
        order = (~mask).to(torch.uint8).argsort(dim=1, stable=True)  # frames with a face first, in their order
        together = frames.float().gather(1, order[..., None].expand_as(frames))
        with torch.autocast(frames.device.type, enabled=False):  # bfloat16 is slower here, and not everywhere there
            lengths = counts.clamp(min=1).cpu()
            packed = nn.utils.rnn.pack_padded_sequence(together, lengths, batch_first=True, enforce_sorted=False)
            steps, state = self.network(packed)
        steps, _ = nn.utils.rnn.pad_packed_sequence(steps, batch_first=True)  # zeros where a sequence has ended
        last = state[0] if isinstance(state, tuple) else state
        features = torch.cat([last[-2], last[-1], steps.sum(1) / counts.clamp(min=1)[:, None]], 1)
        return features * (counts > 0)[:, None]


class SmallTransformer(nn.Module):
    """Encoder layers with learned positions (Vaswani et al. 2017): mean over the frames with a face."""

    def __init__(self, inputs: int, units: int, layers: int) -> None:
        super().__init__()
        self.features = 2 * units  # as wide as one direction each of a recurrent network's
        self.entry = nn.Linear(inputs, self.features)
        self.places = nn.Parameter(torch.randn(MOST_FRAMES, self.features) * 0.02)
        layer = nn.TransformerEncoderLayer(
            self.features, HEADS, 2 * self.features, dropout=0.1, batch_first=True, norm_first=True
        )
        self.network = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)

    def forward(self, frames: Tensor, mask: Tensor) -> Tensor:
        """Return (B, features)."""
        shown = mask.clone()
        shown[:, 0] |= ~mask.any(1)  # attention over nothing would give no number
        hidden = self.entry(frames.float()) + self.places[: frames.shape[1]]
        hidden = self.network(hidden, src_key_padding_mask=~shown)
        return (hidden.float() * mask[..., None]).sum(1) / mask.sum(1).clamp(min=1)[:, None]


class Statistics(nn.Module):
    """Mean and standard deviation over the frames with a face, whatever their order."""

    def __init__(self, inputs: int, units: int, layers: int) -> None:
        super().__init__()
        self.features = 2 * inputs

    def forward(self, frames: Tensor, mask: Tensor) -> Tensor:
        """Return (B, features)."""
        share = (mask / mask.sum(1).clamp(min=1)[:, None])[..., None]
        mean = (frames.float() * share).sum(1)
        variance = ((frames.float() - mean[:, None]) ** 2 * share).sum(1)
        return torch.cat([mean, (variance + 1e-6).sqrt() * mask.any(1)[:, None]], 1)


SEQUENCES: dict[str, Callable[[int, int, int], nn.Module]] = {
    "lstm": partial(Recurrent, nn.LSTM),  # Hochreiter & Schmidhuber 1997
    "gru": partial(Recurrent, nn.GRU),  # Cho et al. 2014
    "transformer": SmallTransformer,
    "statistics": Statistics,
}
