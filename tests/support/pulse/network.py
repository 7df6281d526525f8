"""The pulse model: one convolution, the mean over four parts of the pulse, and a head."""

from torch import Tensor, nn

from .settings import PulseSettings


class PulseModel(nn.Module):
    """`forward_features`, then `head`; with num_classes 0 the head is an identity."""

    def __init__(self, settings: PulseSettings, num_classes: int):
        super().__init__()
        convolution = nn.Conv1d(1, settings.width, kernel_size=5, padding=2)
        self.body = nn.Sequential(convolution, nn.ReLU(), nn.AdaptiveAvgPool1d(4), nn.Flatten())
        self.head = nn.Linear(4 * settings.width, num_classes) if num_classes else nn.Identity()

    def forward(self, pulse: Tensor) -> Tensor:
        """Return logits (B, num_classes) of `pulse` (B, beats)."""
        return self.head(self.forward_features(pulse))

    def forward_features(self, pulse: Tensor) -> Tensor:
        """Return (B, 4 * width)."""
        return self.body(pulse[:, None])
