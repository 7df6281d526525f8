"""How the modalities' evidence becomes one answer. Every one is given which modalities there are.

A registry: name -> class(modalities, width, classes, dropout), called with vectors (B, M, width), opinions (B, M,
classes), which are logits, or None if not TAKES_OPINIONS, and there (B, M) bool; gives logits (B, classes), all equal
where there is nothing. With one modality alone, `Added`, `Gated` and `Late` give that one's own order of the labels:
nothing is lost by fusing.
"""

import torch
from torch import Tensor, nn


class Added(nn.Module):
    """The sum of the logits: the product of the probabilities, right where modalities err independently."""

    TAKES_OPINIONS = True

    def __init__(self, modalities: int, width: int, classes: int, dropout: float):
        super().__init__()

    def forward(self, vectors: Tensor, opinions: Tensor, there: Tensor) -> Tensor:
        return (opinions * there[..., None]).sum(1)


class Gated(nn.Module):
    """The same, each weighed by a gate in (0, 2) that sees all modalities (after Arevalo et al. 2017)."""

    TAKES_OPINIONS = True

    def __init__(self, modalities: int, width: int, classes: int, dropout: float):
        super().__init__()
        self.gate = nn.Linear(modalities * (width + 1), modalities)

    def forward(self, vectors: Tensor, opinions: Tensor, there: Tensor) -> Tensor:
        gates = 2 * self.gate(_together(vectors, there)).sigmoid() * there
        return (opinions * gates[..., None]).sum(1)


class Concatenated(nn.Module):
    """A dense layer over all features side by side, zeros for what is missing, and one bit each for whether it is."""

    TAKES_OPINIONS = False

    def __init__(self, modalities: int, width: int, classes: int, dropout: float):
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(modalities * (width + 1), width), nn.ReLU(), nn.Dropout(dropout))
        self.head = nn.Linear(width, classes)

    def forward(self, vectors: Tensor, opinions: None, there: Tensor) -> Tensor:
        return self.head(self.hidden(_together(vectors, there))) * there.any(1)[:, None]


class Late(nn.Module):
    """The weighted sum of the logarithms of the modalities' own probabilities; the weights are not trained."""

    TAKES_OPINIONS = True

    def __init__(self, modalities: int, width: int, classes: int, dropout: float):
        super().__init__()
        self.weights: Tensor
        self.register_buffer("weights", torch.ones(modalities))

    def forward(self, vectors: Tensor, opinions: Tensor, there: Tensor) -> Tensor:
        return (opinions.log_softmax(2) * (self.weights * there)[..., None]).sum(1)


FUSIONS = {"added": Added, "gated": Gated, "concatenated": Concatenated, "late": Late}


def _together(vectors: Tensor, there: Tensor) -> Tensor:
    return torch.cat([(vectors * there[..., None]).flatten(1), there.to(vectors.dtype)], 1)
