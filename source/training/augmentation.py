"""Random changes of training batches, drawn for each clip; never applied to val or test.

image: (B, H, W), or (B, T, H, W), whose T frames are changed alike.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def random_affine(image: Tensor, degrees: float, scale: float, shift: float) -> Tensor:
    """Rotate, scale and shift each clip of `image` by up to these amounts, either way; the edge repeats.

    degrees: of rotation; scale: as a share of 1; shift: as a share of the side.
    """
    angle = _either_way(len(image)) * math.radians(degrees)
    size = 1 + _either_way(len(image)) * scale
    across, down = _either_way(len(image)) * 2 * shift, _either_way(len(image)) * 2 * shift
    rows = [size * angle.cos(), -size * angle.sin(), across, size * angle.sin(), size * angle.cos(), down]
    matrix = torch.stack(rows, 1).view(-1, 2, 3)
    frames = image.float().view(len(image), -1, *image.shape[-2:])
    grid = F.affine_grid(matrix, [*frames.shape], align_corners=False)
    warped = F.grid_sample(frames, grid.to(image.device), padding_mode="border", align_corners=False)
    return warped.view(image.shape)


def random_contrast_and_brightness(image: Tensor, contrast: float, brightness: float) -> Tensor:
    """Change the contrast by up to this share and the brightness by up to this share of the range [0, 255]."""
    gain = _over(1 + _either_way(len(image)) * contrast, image)
    lift = _over(_either_way(len(image)) * brightness * 255, image)
    return ((image - 127.5) * gain + 127.5 + lift).clamp(0, 255)


def random_erasing(image: Tensor, probability: float) -> Tensor:
    """Fill a rectangle of 1/8 to 3/8 of each side with one grey, in this share of the clips."""
    count, height, width = len(image), *image.shape[-2:]
    tall, wide = (side * (0.125 + 0.25 * torch.rand(count)) for side in (height, width))
    top, left = torch.rand(count) * (height - tall), torch.rand(count) * (width - wide)
    row, column = torch.arange(height)[None, :, None], torch.arange(width)[None, None, :]
    top, tall, left, wide = (value[:, None, None] for value in (top, tall, left, wide))
    inside = (row >= top) & (row < top + tall) & (column >= left) & (column < left + wide)
    drawn = (torch.rand(count) < probability)[:, None, None]
    erased = (inside & drawn).to(image.device).view(count, *[1] * (image.dim() - 3), height, width)
    return torch.where(erased, _over(255 * torch.rand(count), image), image.float())


def mixup(inputs: dict[str, Tensor], target: Tensor, alpha: float) -> tuple[dict[str, Tensor], Tensor]:
    """Mix each clip and its target (B, C) with those of another (Zhang et al. 2018, arXiv:1710.09412).

    alpha: of the beta distribution that the shares are drawn from; 0: nothing is mixed. Masks, which are bool, are
    united.
    """
    if not alpha:
        return inputs, target
    count = len(target)
    share = torch.distributions.Beta(alpha, alpha).sample((count,)).to(target.device)
    other = torch.randperm(count, device="cpu").to(target.device)

    def mixed(value: Tensor) -> Tensor:
        if value.dtype == torch.bool:
            return value | value[other]
        part = share.view(-1, *[1] * (value.dim() - 1))
        return part * value + (1 - part) * value[other]

    return {name: mixed(value) for name, value in inputs.items()}, mixed(target)


def bernoulli(count: int, probability: float) -> Tensor:
    """Return (count,) bool, each true with this probability."""
    return torch.rand(count) < probability


def _over(values: Tensor, image: Tensor) -> Tensor:
    """Shape values (B,) so that they broadcast over image (B, ..., H, W)."""
    return values.view(-1, *[1] * (image.dim() - 1)).to(image.device)


def _either_way(count: int) -> Tensor:
    return torch.rand(count) * 2 - 1
