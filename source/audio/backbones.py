"""Networks over time to choose from, by name. Tests pick up every entry; a new one needs nothing else.

A sequence architecture maps vectors over time (B, values, T), and a mask (B, T) of the frames that there are, to
features (B, channels, t) and their mask. It is built from `widths`, the channels of its stages, and `depths`, how often
each stage repeats.
"""

from collections.abc import Callable, Iterable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..core.errors import DemeanorError


class OverTime(nn.Module):
    """Layers over time. Each is told which frames there are, so that what pads a short clip never has a say."""

    def __init__(self, stages: Iterable[nn.Module]):
        super().__init__()
        self.stages = nn.ModuleList(stages)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """x (B, values, T), mask (B, T) 1 or 0 -> features (B, channels, t) and their mask (B, t)."""
        mask = mask[:, None].to(x.dtype)
        x = x * mask
        for stage in self.stages:
            x = stage(x, mask)
            if x.shape[-1] < mask.shape[-1]:
                mask = F.max_pool1d(mask, 2, ceil_mode=True)  # as Halve pairs the frames
        return x, mask[:, 0]


class Convolution(nn.Module):
    """Convolution over time, normalisation, ReLU."""

    def __init__(self, width_in: int, width_out: int, kernel: int, dilation: int = 1, separable: bool = False):
        super().__init__()
        how = {"padding": dilation * (kernel // 2), "dilation": dilation, "bias": False}
        each = [nn.Conv1d(width_in, width_in, kernel, groups=width_in, **how)] if separable else []
        last = (
            nn.Conv1d(width_in, width_out, 1, bias=False)
            if separable
            else nn.Conv1d(width_in, width_out, kernel, **how)
        )
        self.layers = nn.Sequential(*each, last, nn.BatchNorm1d(width_out), nn.ReLU())

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        return self.layers(x) * mask


class Halve(nn.Module):
    """The mean of each two frames, of those that there are."""

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        there = F.avg_pool1d(mask, 2, ceil_mode=True)
        return F.avg_pool1d(x, 2, ceil_mode=True) / there.clamp(min=0.5)


class ResidualOverTime(nn.Module):
    """Two convolutions and a shortcut (He et al. 2016), the channels reweighted by their means (Hu et al. 2018)."""

    def __init__(self, width_in: int, width_out: int, separable: bool = False):
        super().__init__()
        self.first = Convolution(width_in, width_out, 5, separable=separable)
        self.second = Convolution(width_out, width_out, 3, separable=separable)
        self.gate = nn.Sequential(nn.Linear(width_out, width_out // 4), nn.ReLU(), nn.Linear(width_out // 4, width_out))
        self.shortcut = nn.Identity() if width_in == width_out else nn.Conv1d(width_in, width_out, 1, bias=False)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        y = self.second(self.first(x, mask), mask)
        mean = y.sum(2) / mask.sum(2).clamp(min=1)
        return y * self.gate(mean).sigmoid()[..., None] + self.shortcut(x)


class Recurrent(nn.Module):
    """A bidirectional GRU, half of `width` each way (Cho et al. 2014, arXiv:1406.1078)."""

    def __init__(self, width_in: int, width: int):
        super().__init__()
        self.layer = nn.GRU(width_in, width // 2, batch_first=True, bidirectional=True)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        # The frames that there are go first, and packing keeps the layer from running over the others.
        order = mask[:, 0].argsort(dim=1, descending=True, stable=True)[:, :, None]
        frames = x.transpose(1, 2).gather(1, order.expand(-1, -1, x.shape[1]))
        lengths = mask[:, 0].sum(1).clamp(min=1).long().cpu()
        packed = nn.utils.rnn.pack_padded_sequence(frames, lengths, batch_first=True, enforce_sorted=False)
        out, _ = nn.utils.rnn.pad_packed_sequence(self.layer(packed)[0], batch_first=True, total_length=x.shape[2])
        back = torch.zeros_like(out).scatter(1, order.expand(-1, -1, out.shape[2]), out)
        return back.transpose(1, 2) * mask


def tdnn(values: int, widths: Sequence[int], depths: Sequence[int]) -> OverTime:
    """Time-delay network: convolutions, of which each stage's look twice as far (Snyder et al. 2018, x-vectors)."""
    return _stages(lambda stage, a, b: Convolution(a, b, 3, 2**stage), values, widths, depths, halving=False)


def residual_over_time(values: int, widths: Sequence[int], depths: Sequence[int]) -> OverTime:
    """Stages of ResidualOverTime; each but the first has half the frames of the one before."""
    return _stages(lambda stage, a, b: ResidualOverTime(a, b), values, widths, depths)


def separable_over_time(values: int, widths: Sequence[int], depths: Sequence[int]) -> OverTime:
    """The same of depthwise-separable convolutions: a third of the parameters."""
    return _stages(lambda stage, a, b: ResidualOverTime(a, b, separable=True), values, widths, depths)


def recurrent_over_time(values: int, widths: Sequence[int], depths: Sequence[int]) -> OverTime:
    """The residual stages and then a bidirectional recurrent layer."""
    return OverTime([*residual_over_time(values, widths, depths).stages, Recurrent(widths[-1], widths[-1])])


SEQUENCE_ARCHITECTURES: dict[str, Callable[[int, Sequence[int], Sequence[int]], OverTime]] = {
    "residual": residual_over_time,
    "tdnn": tdnn,
    "separable": separable_over_time,
    "recurrent": recurrent_over_time,
}


def build_sequence(name: str, values: int, widths: Sequence[int], depths: Sequence[int]) -> OverTime:
    """The sequence architecture called `name`, untrained: (B, values, T) and a mask -> features and their mask."""
    if name not in SEQUENCE_ARCHITECTURES:
        raise DemeanorError(f"There is no architecture '{name}'; there are: {', '.join(SEQUENCE_ARCHITECTURES)}.")
    return SEQUENCE_ARCHITECTURES[name](values, widths, depths)


def _stages(block, values, widths, depths, halving=True):
    layers, width_in = [Convolution(values, widths[0], 5), Halve()], widths[0]
    for stage, (width, depth) in enumerate(zip(widths, depths, strict=True)):
        layers += [Halve()] * (halving and stage > 0)
        for _ in range(depth):
            layers.append(block(stage, width_in, width))
            width_in = width
    return OverTime(layers)
