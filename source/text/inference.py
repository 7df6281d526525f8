"""Utterances -> emotion probabilities and affect dimensions, many at a time, by one forward pass for both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..core.arrays import stacked, tensors
from ..data.clips import AFFECT_DIMENSIONS
from ..training.checkpoint import Trained
from ..training.scores import softmax
from .features import featurize

BATCH = 256  # utterances featurized at a time, which bounds memory; the network splits them by length


@dataclass(frozen=True)
class TextQuery:
    """An utterance to classify."""

    text: str
    context: str = ""
    """What was said before it, one line each, the oldest first."""


@dataclass(frozen=True)
class TextOutput:
    """What the network gives for one utterance."""

    probabilities: dict[str, float]
    """Calibrated, by label."""
    affect: dict[str, float]
    """From -1 to 1, by dimension; those that were not fitted are left out."""


def infer(queries: Sequence[TextQuery], trained: Trained) -> list[TextOutput]:
    """Return the network's output for each query, in their order. At most BATCH bound the memory it takes."""
    if not queries:
        return []
    inputs = stacked([featurize(query.text, query.context, trained.settings) for query in queries])
    probabilities, affect = forward(inputs, trained)
    return [
        TextOutput(
            dict(zip(trained.labels, map(float, row), strict=True)),
            {name: float(value) for name, value in zip(AFFECT_DIMENSIONS, values, strict=True) if not np.isnan(value)},
        )
        for row, values in zip(probabilities, affect, strict=True)
    ]


def forward(arrays: Mapping[str, np.ndarray], trained: Trained) -> tuple[np.ndarray, np.ndarray]:
    """Return calibrated probabilities (N, labels) and affect (N, len(AFFECT_DIMENSIONS)) from one forward pass."""
    import torch

    from ..core.precision import in_bfloat16

    network = trained.network
    with torch.inference_mode():
        with in_bfloat16():
            features = network.forward_features(**tensors(arrays)).float()
        logits, affect = network.head(features).float().numpy(), network.affect(features).numpy()
    return softmax(logits / trained.header.temperature), affect
