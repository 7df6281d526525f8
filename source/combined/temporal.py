"""What reads a face's frames in their order. Every one is given a mask, and what is masked can have no say.

A registry: name -> class(inputs, units, layers), called with frames (B, T, inputs) and seen (B, T) bool; gives
(B, `features`), zero where nothing was seen.
"""

import torch
from torch import Tensor, nn

from .settings import MOST_FRAMES

HEADS = 4  # of the Transformer's attention


class Recurrent(nn.Module):
    """A bidirectional LSTM or GRU over the frames that there are: its last states, and the mean of all.

    The frames seen are moved together first and packed, so that neither the padding behind them nor a gap between
    them is ever a step of the sequence (the mistake of reading the padding's last step cannot be made).
    """

    def __init__(self, kind: type[nn.LSTM] | type[nn.GRU], inputs: int, units: int, layers: int):
        super().__init__()
        self.network = kind(inputs, units, layers, batch_first=True, bidirectional=True)
        self.features = 4 * units

    def forward(self, frames: Tensor, seen: Tensor) -> Tensor:
        counts = seen.sum(1)
        order = (~seen).to(torch.uint8).argsort(dim=1, stable=True)  # those seen first, in their order
        together = frames.float().gather(1, order[..., None].expand_as(frames))
        with torch.autocast(frames.device.type, enabled=False):  # bfloat16 is slower here, and not everywhere there
            lengths = counts.clamp(min=1).cpu()
            packed = nn.utils.rnn.pack_padded_sequence(together, lengths, batch_first=True, enforce_sorted=False)
            steps, state = self.network(packed)
        steps, _ = nn.utils.rnn.pad_packed_sequence(steps, batch_first=True)  # zeros where a sequence has ended
        last = state[0] if isinstance(state, tuple) else state
        both = torch.cat([last[-2], last[-1], steps.sum(1) / counts.clamp(min=1)[:, None]], 1)
        return both * (counts > 0)[:, None]


class Lstm(Recurrent):
    """Long short-term memory (Hochreiter & Schmidhuber 1997)."""

    def __init__(self, inputs: int, units: int, layers: int):
        super().__init__(nn.LSTM, inputs, units, layers)


class Gru(Recurrent):
    """Gated recurrent units (Cho et al. 2014)."""

    def __init__(self, inputs: int, units: int, layers: int):
        super().__init__(nn.GRU, inputs, units, layers)


class SmallTransformer(nn.Module):
    """Encoder layers with learned places (Vaswani et al. 2017): mean over the frames that there are."""

    def __init__(self, inputs: int, units: int, layers: int):
        super().__init__()
        self.features = 2 * units  # as wide as one direction each of a recurrent network's
        self.entry = nn.Linear(inputs, self.features)
        self.places = nn.Parameter(torch.randn(MOST_FRAMES, self.features) * 0.02)
        how = {"batch_first": True, "norm_first": True, "dropout": 0.1}
        layer = nn.TransformerEncoderLayer(self.features, HEADS, 2 * self.features, **how)
        self.network = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)

    def forward(self, frames: Tensor, seen: Tensor) -> Tensor:
        shown = seen.clone()
        shown[:, 0] |= ~seen.any(1)  # attention over nothing would give no number
        hidden = self.entry(frames.float()) + self.places[: frames.shape[1]]
        hidden = self.network(hidden, src_key_padding_mask=~shown)
        return (hidden.float() * seen[..., None]).sum(1) / seen.sum(1).clamp(min=1)[:, None]


class Statistics(nn.Module):
    """Mean and standard deviation over the frames that there are: what there is without their order."""

    def __init__(self, inputs: int, units: int, layers: int):
        super().__init__()
        self.features = 2 * inputs

    def forward(self, frames: Tensor, seen: Tensor) -> Tensor:
        share = (seen / seen.sum(1).clamp(min=1)[:, None])[..., None]
        mean = (frames.float() * share).sum(1)
        variance = ((frames.float() - mean[:, None]) ** 2 * share).sum(1)
        return torch.cat([mean, (variance + 1e-6).sqrt() * seen.any(1)[:, None]], 1)


SEQUENCES = {"lstm": Lstm, "gru": Gru, "transformer": SmallTransformer, "statistics": Statistics}
