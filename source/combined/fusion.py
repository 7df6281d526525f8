"""How the modalities' features and logits become one answer.

A registry: name -> class(modalities, width, classes, dropout), called with features (B, M, width), logits (B, M,
classes), or None if not TAKES_LOGITS, and present (B, M) bool; returns logits (B, classes), all equal where nothing is
present. With one modality alone, `Added`, `Gated` and `Late` keep its own order of the labels: fusion loses nothing.
"""

import torch
from torch import Tensor, nn


class Added(nn.Module):
    """The sum of the logits: the product of the probabilities, right where modalities err independently."""

    TAKES_LOGITS = True

    def __init__(self, modalities: int, width: int, classes: int, dropout: float) -> None:
        super().__init__()

    def forward(self, features: Tensor, logits: Tensor, present: Tensor) -> Tensor:
        """Return logits (B, classes)."""
        return (logits * present[..., None]).sum(1)


class Gated(Added):
    """The same, each weighed by a gate in (0, 2) that sees all modalities (after Arevalo et al. 2017)."""

    def __init__(self, modalities: int, width: int, classes: int, dropout: float) -> None:
        super().__init__(modalities, width, classes, dropout)
        self.gate = nn.Linear(modalities * (width + 1), modalities)

    def forward(self, features: Tensor, logits: Tensor, present: Tensor) -> Tensor:
        """Return logits (B, classes)."""
        return super().forward(features, logits, 2 * self.gate(_concatenate(features, present)).sigmoid() * present)


class Concatenated(nn.Module):
    """A dense layer over all features side by side, zeros for the missing, and one bit each for whether it is."""

    TAKES_LOGITS = False

    def __init__(self, modalities: int, width: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(modalities * (width + 1), width), nn.ReLU(), nn.Dropout(dropout))
        self.head = nn.Linear(width, classes)

    def forward(self, features: Tensor, logits: None, present: Tensor) -> Tensor:
        """Return logits (B, classes)."""
        return self.head(self.hidden(_concatenate(features, present))) * present.any(1)[:, None]


class Late(Added):
    """The weighted sum of the logarithms of the modalities' own probabilities; the weights are not trained."""

    def __init__(self, modalities: int, width: int, classes: int, dropout: float) -> None:
        super().__init__(modalities, width, classes, dropout)
        self.weights: Tensor
        self.register_buffer("weights", torch.ones(modalities))

    def forward(self, features: Tensor, logits: Tensor, present: Tensor) -> Tensor:
        """Return logits (B, classes)."""
        return super().forward(features, logits.log_softmax(2), self.weights * present)


FUSIONS = {"added": Added, "gated": Gated, "concatenated": Concatenated, "late": Late}


def _concatenate(features: Tensor, present: Tensor) -> Tensor:
    return torch.cat([(features * present[..., None]).flatten(1), present.to(features.dtype)], 1)
