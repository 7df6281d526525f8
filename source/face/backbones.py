"""Backbones to choose from, by name, for the face model's image branch.

Each is built from `widths`, the channels of its stages, and `depths`, how often each stage repeats. It maps an image
(B, 1, H, W) to features (B, channels, h, w). To add one, enter its builder below; tests pick it up.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

from torch import Tensor, nn

from ..core.errors import DemeanorError


class Residual(nn.Module):
    """Two 3x3 convolutions and a shortcut (He et al. 2016, arXiv:1512.03385); halves the map where `halve`."""

    def __init__(self, width_in: int, width_out: int, halve: bool):
        super().__init__()
        self.path = nn.Sequential(
            *_convolution(width_in, width_out, stride=2 if halve else 1),
            nn.Conv2d(width_out, width_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(width_out),
        )
        pool = nn.AvgPool2d(2, ceil_mode=True) if halve else nn.Identity()
        project = nn.Sequential(pool, nn.Conv2d(width_in, width_out, 1, bias=False), nn.BatchNorm2d(width_out))
        self.shortcut = nn.Identity() if width_in == width_out and not halve else project
        self.activation = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, width_in, h, w) to (B, width_out, h, w), or half of that height and width, rounded up."""
        return self.activation(self.path(x) + self.shortcut(x))


class Separable(nn.Module):
    """Two depthwise-separable convolutions (Howard et al. 2017, arXiv:1704.04861), a shortcut around the second."""

    def __init__(self, width_in: int, width_out: int, halve: bool):
        super().__init__()
        self.first = _separable_convolution(width_in, width_out, stride=2 if halve else 1)
        self.second = _separable_convolution(width_out, width_out, stride=1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, width_in, h, w) to (B, width_out, h, w), or half of that height and width, rounded up."""
        x = self.first(x)
        return x + self.second(x)


def vgg(widths: Sequence[int], depths: Sequence[int]) -> nn.Module:
    """Build stages of 3x3 convolutions, each followed by max pooling (Simonyan & Zisserman 2015, arXiv:1409.1556)."""
    layers: list[nn.Module] = []
    for (width_in, width), depth in zip(pairwise((1, *widths)), depths, strict=True):
        for repeat in range(depth):
            layers += _convolution(width if repeat else width_in, width)
        layers.append(nn.MaxPool2d(2, ceil_mode=True))
    return nn.Sequential(*layers)


def _build_stages(block: type[Residual] | type[Separable], widths: Sequence[int], depths: Sequence[int]) -> nn.Module:
    """Build a 5x5 stem and pooling, then stages of blocks; each stage but the first halves the map."""
    layers: list[nn.Module] = [*_convolution(1, widths[0], kernel=5), nn.MaxPool2d(2, ceil_mode=True)]
    width_in = widths[0]
    for stage, (width, depth) in enumerate(zip(widths, depths, strict=True)):
        for repeat in range(depth):
            layers.append(block(width_in, width, halve=stage > 0 and repeat == 0))
            width_in = width
    return nn.Sequential(*layers)


def torchvision_resnet(name: str) -> Callable[[Sequence[int], Sequence[int]], nn.Module]:
    """Return a builder of torchvision's ResNet called `name` for one channel; it ignores `widths` and `depths`.

    The builder raises DemeanorError where torchvision does not work.
    """

    def build(widths: Sequence[int], depths: Sequence[int]) -> nn.Module:
        try:
            from torchvision import models  # pyright: ignore[reportMissingImports] -- not among the requirements
        except (ImportError, OSError, RuntimeError) as reason:
            raise DemeanorError(
                f"The architecture {name} needs a working torchvision ({reason}); vgg needs none."
            ) from None
        network = getattr(models, name)(weights=None)
        network.conv1 = nn.Conv2d(1, 64, 3, padding=1, bias=False)  # the 7x7 stride 2 stem is made for 224 pixels
        return nn.Sequential(*list(network.children())[:-2])

    return build


IMAGE_ARCHITECTURES: dict[str, Callable[[Sequence[int], Sequence[int]], nn.Module]] = {
    "vgg": vgg,
    "residual": partial(_build_stages, Residual),
    "separable": partial(_build_stages, Separable),
    "resnet18": torchvision_resnet("resnet18"),
    "resnet34": torchvision_resnet("resnet34"),
}


def _convolution(
    width_in: int, width_out: int, kernel: int = 3, stride: int = 1, groups: int = 1
) -> tuple[nn.Conv2d, nn.BatchNorm2d, nn.ReLU]:
    conv = nn.Conv2d(width_in, width_out, kernel, stride, padding=kernel // 2, groups=groups, bias=False)
    return conv, nn.BatchNorm2d(width_out), nn.ReLU(inplace=True)


def _separable_convolution(width_in: int, width_out: int, stride: int) -> nn.Sequential:
    depthwise = _convolution(width_in, width_in, stride=stride, groups=width_in)
    return nn.Sequential(*depthwise, *_convolution(width_in, width_out, kernel=1))
