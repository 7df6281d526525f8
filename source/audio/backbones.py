"""Networks over time to choose from, by name, for the audio model's MFCC branch.

Each is built from `values`, the length of a frame's vector, `widths`, the channels of its stages, and `depths`, how
often each stage repeats. It maps (B, values, T) and a mask (B, T) of the frames that are not padding to features
(B, channels, t) and their mask. To add one, enter its builder below; tests pick it up.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class MaskedSequential(nn.Module):
    """Layers over time that each get the mask, so that padding never has an influence."""

    def __init__(self, stages: Iterable[nn.Module]):
        super().__init__()
        self.stages = nn.ModuleList(stages)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Map x (B, values, T) and mask (B, T), 1 or 0, to features (B, channels, t) and their mask (B, t)."""
        mask = mask[:, None].to(x.dtype)
        x = x * mask
        for stage in self.stages:
            x = stage(x, mask)
            if x.shape[-1] < mask.shape[-1]:
                mask = F.max_pool1d(mask, 2, ceil_mode=True)  # pairs frames as Halve does
        return x, mask[:, 0]


class Convolution(nn.Module):
    """Convolution over time, batch normalisation, ReLU."""

    def __init__(self, width_in: int, width_out: int, kernel: int, dilation: int = 1, separable: bool = False):
        super().__init__()
        padding = dilation * (kernel // 2)
        if separable:
            depthwise = nn.Conv1d(width_in, width_in, kernel, 1, padding, dilation, groups=width_in, bias=False)
            convolutions = [depthwise, nn.Conv1d(width_in, width_out, 1, bias=False)]
        else:
            convolutions = [nn.Conv1d(width_in, width_out, kernel, 1, padding, dilation, bias=False)]
        self.layers = nn.Sequential(*convolutions, nn.BatchNorm1d(width_out), nn.ReLU())

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Map (B, width_in, T) to (B, width_out, T), zero in the padding."""
        return self.layers(x) * mask


class Halve(nn.Module):
    """Mean of each two frames that are not padding."""

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Map (B, channels, T) to (B, channels, T / 2, rounded up)."""
        share = F.avg_pool1d(mask, 2, ceil_mode=True)
        return F.avg_pool1d(x, 2, ceil_mode=True) / share.clamp(min=0.5)


class ResidualOverTime(nn.Module):
    """Two convolutions and a shortcut (He et al. 2016) with squeeze and excitation (Hu et al. 2018)."""

    def __init__(self, width_in: int, width_out: int, separable: bool = False):
        super().__init__()
        self.first = Convolution(width_in, width_out, 5, separable=separable)
        self.second = Convolution(width_out, width_out, 3, separable=separable)
        self.gate = nn.Sequential(nn.Linear(width_out, width_out // 4), nn.ReLU(), nn.Linear(width_out // 4, width_out))
        self.shortcut = nn.Identity() if width_in == width_out else nn.Conv1d(width_in, width_out, 1, bias=False)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Map (B, width_in, T) to (B, width_out, T)."""
        y = self.second(self.first(x, mask), mask)
        mean = y.sum(2) / mask.sum(2).clamp(min=1)
        return y * self.gate(mean).sigmoid()[..., None] + self.shortcut(x)


class Recurrent(nn.Module):
    """A bidirectional GRU (Cho et al. 2014, arXiv:1406.1078), half of `width` each way."""

    def __init__(self, width_in: int, width: int):
        super().__init__()
        self.layer = nn.GRU(width_in, width // 2, batch_first=True, bidirectional=True)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Map (B, width_in, T) to (B, width, T), zero in the padding."""
        # Frames that are not padding are moved to the front; packing keeps the layer from running over the others.
        order = mask[:, 0].argsort(dim=1, descending=True, stable=True)[:, :, None]
        frames = x.transpose(1, 2).gather(1, order.expand(-1, -1, x.shape[1]))
        lengths = mask[:, 0].sum(1).clamp(min=1).long().cpu()
        packed = nn.utils.rnn.pack_padded_sequence(frames, lengths, batch_first=True, enforce_sorted=False)
        out, _ = nn.utils.rnn.pad_packed_sequence(self.layer(packed)[0], batch_first=True, total_length=x.shape[2])
        restored = torch.zeros_like(out).scatter(1, order.expand(-1, -1, out.shape[2]), out)
        return restored.transpose(1, 2) * mask


def tdnn(values: int, widths: Sequence[int], depths: Sequence[int]) -> MaskedSequential:
    """Build a time-delay network whose dilation doubles with each stage (Snyder et al. 2018, x-vectors)."""
    return _build_stages(lambda stage, a, b: Convolution(a, b, 3, 2**stage), values, widths, depths, halving=False)


def residual_over_time(
    values: int, widths: Sequence[int], depths: Sequence[int], separable: bool = False
) -> MaskedSequential:
    """Build stages of ResidualOverTime; each but the first halves the frames. separable: a third of the parameters."""
    return _build_stages(lambda stage, a, b: ResidualOverTime(a, b, separable), values, widths, depths)


def recurrent_over_time(values: int, widths: Sequence[int], depths: Sequence[int]) -> MaskedSequential:
    """Build the residual stages, followed by a bidirectional recurrent layer."""
    return MaskedSequential([*residual_over_time(values, widths, depths).stages, Recurrent(widths[-1], widths[-1])])


SEQUENCE_ARCHITECTURES: dict[str, Callable[[int, Sequence[int], Sequence[int]], MaskedSequential]] = {
    "residual": residual_over_time,
    "tdnn": tdnn,
    "separable": partial(residual_over_time, separable=True),
    "recurrent": recurrent_over_time,
}


def _build_stages(
    block: Callable[[int, int, int], nn.Module],
    values: int,
    widths: Sequence[int],
    depths: Sequence[int],
    halving: bool = True,
) -> MaskedSequential:
    layers, width_in = [Convolution(values, widths[0], 5), Halve()], widths[0]
    for stage, (width, depth) in enumerate(zip(widths, depths, strict=True)):
        layers += [Halve()] * (halving and stage > 0)
        for _ in range(depth):
            layers.append(block(stage, width_in, width))
            width_in = width
    return MaskedSequential(layers)
