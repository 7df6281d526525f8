"""Networks to choose from, by name. Tests pick up every entry; a new one needs nothing else.

An image architecture maps a picture (B, 1, H, W) to a map of features (B, channels, h, w) and is built from `widths`,
the channels of its stages, and `depths`, how often each stage repeats.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import Tensor, nn

from ..core.errors import DemeanorError


class Residual(nn.Module):
    """Two 3x3 convolutions and a shortcut (He et al. 2016, arXiv:1512.03385); halves the map where `halve`."""

    def __init__(self, width_in: int, width_out: int, halve: bool):
        super().__init__()
        stride = 2 if halve else 1
        self.path = nn.Sequential(
            *_conv(width_in, width_out, stride=stride),
            nn.Conv2d(width_out, width_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(width_out),
        )
        same = width_in == width_out and not halve
        pool = nn.AvgPool2d(2, ceil_mode=True) if halve else nn.Identity()
        project = nn.Sequential(pool, nn.Conv2d(width_in, width_out, 1, bias=False), nn.BatchNorm2d(width_out))
        self.shortcut = nn.Identity() if same else project
        self.activation = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(self.path(x) + self.shortcut(x))


class Separable(nn.Module):
    """Two depthwise-separable convolutions (Howard et al. 2017, arXiv:1704.04861) and a shortcut where shapes allow."""

    def __init__(self, width_in: int, width_out: int, halve: bool):
        super().__init__()
        self.first = nn.Sequential(*_depthwise(width_in, width_out, stride=2 if halve else 1))
        self.second = nn.Sequential(*_depthwise(width_out, width_out, stride=1))

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        return x + self.second(x)


def vgg(widths: Sequence[int], depths: Sequence[int]) -> nn.Module:
    """Stages of 3x3 convolutions, each followed by max pooling (Simonyan & Zisserman 2015, arXiv:1409.1556)."""
    layers: list[nn.Module] = []
    for (width_in, width), depth in zip(pairwise((1, *widths)), depths, strict=True):
        for repeat in range(depth):
            layers += _conv(width if repeat else width_in, width)
        layers.append(nn.MaxPool2d(2, ceil_mode=True))
    return nn.Sequential(*layers)


def residual(widths: Sequence[int], depths: Sequence[int]) -> nn.Module:
    """A 5x5 stem and pooling, then stages of Residual blocks; each but the first halves the map."""
    return _stem_and_stages(Residual, widths, depths)


def separable(widths: Sequence[int], depths: Sequence[int]) -> nn.Module:
    """A 5x5 stem and pooling, then stages of Separable blocks; each but the first halves the map."""
    return _stem_and_stages(Separable, widths, depths)


def torchvision_resnet(name: str) -> Callable[[Sequence[int], Sequence[int]], nn.Module]:
    """torchvision's ResNet called `name`, for one channel, untrained; `widths` and `depths` are its own."""

    def build(widths: Sequence[int], depths: Sequence[int]) -> nn.Module:
        try:
            from torchvision import models
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
    "residual": residual,
    "separable": separable,
    "resnet18": torchvision_resnet("resnet18"),
    "resnet34": torchvision_resnet("resnet34"),
}


def build_image(name: str, widths: Sequence[int], depths: Sequence[int]) -> nn.Module:
    """The image architecture called `name`, untrained: (B, 1, H, W) -> (B, channels, h, w)."""
    if name not in IMAGE_ARCHITECTURES:
        raise DemeanorError(f"There is no architecture '{name}'; there are: {', '.join(IMAGE_ARCHITECTURES)}.")
    return IMAGE_ARCHITECTURES[name](widths, depths)


def _stem_and_stages(block, widths, depths):
    layers = [*_conv(1, widths[0], kernel=5), nn.MaxPool2d(2, ceil_mode=True)]
    width_in = widths[0]
    for stage, (width, depth) in enumerate(zip(widths, depths, strict=True)):
        for repeat in range(depth):
            layers.append(block(width_in, width, halve=stage > 0 and repeat == 0))
            width_in = width
    return nn.Sequential(*layers)


def _conv(width_in, width_out, kernel=3, stride=1, groups=1):
    conv = nn.Conv2d(width_in, width_out, kernel, stride, padding=kernel // 2, groups=groups, bias=False)
    return [conv, nn.BatchNorm2d(width_out), nn.ReLU(inplace=True)]


def _depthwise(width_in, width_out, stride):
    depthwise = _conv(width_in, width_in, stride=stride, groups=width_in)
    return [*depthwise, *_conv(width_in, width_out, kernel=1)]
