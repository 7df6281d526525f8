"""Utterances -> what the network answers, many at a time, each network pass giving emotion and affect at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..data.clips import AFFECT_DIMENSIONS
from ..training.checkpoint import Trained
from ..training.scores import softmax
from .features import featurize

BATCH = 256  # utterances described at a time, which bounds memory; the network parts them by length


@dataclass(frozen=True)
class Answer:
    """What the network says of one utterance."""

    probabilities: dict[str, float]
    """Calibrated, by label."""
    affect: dict[str, float]
    """From -1 to 1, by name; those that were not fitted are left out."""


@dataclass(frozen=True)
class Said:
    """An utterance as the model is asked about it."""

    text: str
    before: str = ""
    """What was said before it, one line each, the oldest first."""


def answers(asked: Sequence[Said], trained: Trained) -> list[Answer]:
    """An Answer to each, in their order; at most BATCH."""
    if not asked:
        return []
    described = [featurize(one.text, one.before, trained.settings) for one in asked]
    arrays = {name: np.stack([inputs[name] for inputs in described]) for name in described[0]}
    shares, affect = answered(arrays, trained)
    return [
        Answer(
            dict(zip(trained.labels, map(float, row), strict=True)),
            {name: float(value) for name, value in zip(AFFECT_DIMENSIONS, where, strict=True) if not np.isnan(value)},
        )
        for row, where in zip(shares, affect, strict=True)
    ]


def answered(arrays: Mapping[str, np.ndarray], trained: Trained) -> tuple[np.ndarray, np.ndarray]:
    """Return calibrated probabilities (N, labels) and affect (N, len(AFFECT_DIMENSIONS)) from one forward pass."""
    import torch

    from ..core.precision import in_bfloat16

    network = trained.network
    inputs = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}
    with torch.inference_mode():
        with in_bfloat16():
            features = network.forward_features(**inputs).float()
        logits, affect = network.head(features).float().numpy(), network.affect(features).numpy()
    return softmax(logits / trained.header.temperature), affect
