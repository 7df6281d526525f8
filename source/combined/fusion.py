"""How the modalities' features and logits become one answer.

A registry: name -> class(modalities, width, classes, settings), called with features (B, M, width), or None if not
TAKES_FEATURES, logits (B, M, classes), or None if not TAKES_LOGITS, and present (B, M) bool; returns logits (B,
classes), all equal where nothing is present. With one modality alone, `Added`, `Gated` and `Late` keep its own order of
the labels: fusion loses nothing.
"""

import torch
from torch import Tensor, nn

from .settings import CombinedSettings


class Added(nn.Module):
    """The sum of the logits: the product of the probabilities, right where modalities err independently.

    They do not quite, so a sum of several is divided by 1 + shared_error for each beside the first.
    """

    TAKES_LOGITS, TAKES_FEATURES = True, False

    def __init__(self, modalities: int, width: int, classes: int, settings: CombinedSettings) -> None:
        super().__init__()
        self.shared_error = settings.shared_error

    def forward(self, features: Tensor | None, logits: Tensor, present: Tensor) -> Tensor:
        """Return logits (B, classes)."""
        others = (present.sum(1, keepdim=True) - 1).clamp(min=0)
        return (logits * present[..., None]).sum(1) / (1 + self.shared_error * others)


class Gated(Added):
    """The same, each weighed by a gate in (0, 2) that sees all modalities (after Arevalo et al. 2017)."""

    TAKES_FEATURES = True

    def __init__(self, modalities: int, width: int, classes: int, settings: CombinedSettings) -> None:
        super().__init__(modalities, width, classes, settings)
        self.gate = nn.Linear(modalities * (width + 1), modalities)

    def forward(self, features: Tensor, logits: Tensor, present: Tensor) -> Tensor:
        """Return logits (B, classes)."""
        gates = 2 * self.gate(_concatenate(features, present)).sigmoid()
        return super().forward(features, logits * gates[..., None], present)


class Concatenated(nn.Module):
    """A dense layer over all features side by side, zeros for the missing, and one bit each for whether it is."""

    TAKES_LOGITS, TAKES_FEATURES = False, True

    def __init__(self, modalities: int, width: int, classes: int, settings: CombinedSettings) -> None:
        super().__init__()
        layers = nn.Linear(modalities * (width + 1), width), nn.ReLU(), nn.Dropout(settings.dropout)
        self.hidden = nn.Sequential(*layers)
        self.head = nn.Linear(width, classes)

    def forward(self, features: Tensor, logits: None, present: Tensor) -> Tensor:
        """Return logits (B, classes)."""
        return self.head(self.hidden(_concatenate(features, present))) * present.any(1)[:, None]


class Late(Added):
    """The weighted sum of the logarithms of the modalities' own probabilities; the weights are not trained."""

    def __init__(self, modalities: int, width: int, classes: int, settings: CombinedSettings) -> None:
        super().__init__(modalities, width, classes, settings)
        self.weights: Tensor
        self.register_buffer("weights", torch.tensor(settings.late_weights or (1.0,) * modalities))

    def forward(self, features: Tensor | None, logits: Tensor, present: Tensor) -> Tensor:
        """Return logits (B, classes)."""
        return super().forward(features, logits.log_softmax(2) * self.weights[:, None], present)


FUSIONS = {"late": Late, "added": Added, "gated": Gated, "concatenated": Concatenated}


def _concatenate(features: Tensor, present: Tensor) -> Tensor:
    return torch.cat([(features * present[..., None]).flatten(1), present.to(features.dtype)], 1)
