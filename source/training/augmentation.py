"""Random changes of training batches, drawn for each clip; never applied to val or test.

image: (B, H, W), or (B, T, H, W), whose T frames are changed alike.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

# JPEG's table of luminance at a quality of 50 (ISO/IEC 10918-1, annex K), and the matrix of its cosine transform.
LUMINANCE = torch.tensor([
    [16, 11, 10, 16, 24, 40, 51, 61], [12, 12, 14, 19, 26, 58, 60, 55], [14, 13, 16, 24, 40, 57, 69, 56],
    [14, 17, 22, 29, 51, 87, 80, 62], [18, 22, 37, 56, 68, 109, 103, 77], [24, 35, 55, 64, 81, 104, 113, 92],
    [49, 64, 78, 87, 103, 121, 120, 101], [72, 92, 95, 98, 112, 100, 103, 99],
], dtype=torch.float32)  # fmt: skip
DCT = torch.cos(torch.outer(torch.arange(8), 2 * torch.arange(8) + 1) * math.pi / 16) / 2
DCT[0] /= math.sqrt(2)

Amount = float | Tensor


def random_affine(image: Tensor, degrees: Amount, scale: Amount, shift: Amount) -> Tensor:
    """Rotate, scale and shift each clip of `image` by up to these amounts, either way; the edge repeats.

    degrees: of rotation; scale: as a share of 1; shift: as a share of the side; each for all clips, or (B,).
    """
    angle = _either_way(len(image)) * degrees * (math.pi / 180)
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


def random_gamma(image: Tensor, octaves: float) -> Tensor:
    """Darken or brighten the middle greys, as a dim room does: to the power of 2 to up to `octaves` either way."""
    power = _over(2 ** (_either_way(len(image)) * octaves), image)
    return (image.float() / 255).clamp(0, 1) ** power * 255


def random_side_light(image: Tensor, share: float) -> Tensor:
    """Light each clip from a random side: by up to this share more at one edge, and less at the other."""
    strength, direction = torch.rand(len(image)) * share, torch.rand(len(image)) * 2 * math.pi
    across, down = _over(strength * direction.cos(), image), _over(strength * direction.sin(), image)
    row, column = (torch.linspace(-1, 1, side, device=image.device) for side in image.shape[-2:])
    return (image * (1 + across * column + down * row[:, None])).clamp(0, 255)


def random_blur(image: Tensor, probability: float, most_pixels: float) -> Tensor:
    """Blur this share of the clips by a Gaussian of up to `most_pixels`, as out of focus, or enlarged from less."""
    count, reach = len(image), math.ceil(2 * most_pixels)
    if not probability or not reach:
        return image.float()
    sigma = torch.rand(count) * most_pixels * bernoulli(count, probability) + 1e-3
    kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / sigma[:, None]) ** 2)
    kernel = (kernel / kernel.sum(1, keepdim=True)).to(image.device)
    frames = image.float().view(count, -1, *image.shape[-2:])
    across = kernel.repeat_interleave(frames.shape[1], 0)[:, None, None]  # (clips and frames, 1, 1, pixels)
    blurred = frames.flatten(0, 1)[None]
    for weights, edges in ((across, (reach, reach, 0, 0)), (across.transpose(2, 3), (0, 0, reach, reach))):
        blurred = F.conv2d(F.pad(blurred, edges, mode="replicate"), weights, groups=blurred.shape[1])
    return blurred.view(image.shape)


def random_noise(image: Tensor, probability: float, most: float) -> Tensor:
    """Add noise with a deviation of up to this share of the range [0, 255] to this share of the clips."""
    deviation = torch.rand(len(image)) * most * 255 * bernoulli(len(image), probability)
    return (image + _over(deviation, image) * torch.randn_like(image, dtype=torch.float32)).clamp(0, 255)


def random_compression(image: Tensor, probability: float) -> Tensor:
    """Compress this share of the clips as JPEG does, at a quality of about 5 to 50: blocks of 8 pixels, quantised."""
    height, width = image.shape[-2:]
    if not probability or height % 8 or width % 8:
        return image.float()
    blocks = (
        (image.float() - 128).unflatten(-1, (-1, 8)).unflatten(-3, (-1, 8)).transpose(-3, -2)
    )  # (..., rows, columns, 8, 8)
    dct, table = DCT.to(image.device), LUMINANCE.to(image.device)
    steps = 1 + 9 * torch.rand(len(image)) ** 2  # of the table, which is that of a quality of 50
    step = _over(steps, blocks) * table
    coefficients = ((dct @ blocks @ dct.T) / step).round() * step
    decoded = (dct.T @ coefficients @ dct).transpose(-3, -2).flatten(-4, -3).flatten(-2, -1) + 128
    chosen = bernoulli(len(image), probability).to(image.device)
    return torch.where(_over(chosen, image), decoded.clamp(0, 255), image.float())


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
