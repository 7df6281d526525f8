"""What the combined network says of what was observed, as probabilities and readings."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ...results.circumplex import valence_arousal
from ...results.prediction import Reading
from ...training.checkpoint import Trained

PARTS = {"face": ("faces", "seen"), "audio": ("voices", "heard"), "text": ("words", "said")}  # arguments of `fused`

Parts = dict[str, Tensor]


def answers(parts: Parts, trained: Trained) -> np.ndarray:
    """Calibrated probabilities (B, labels) float32; parts: as `CombinedModel.fused` takes them."""
    with torch.inference_mode():
        return (trained.network.fused(**parts) / trained.header.temperature).softmax(1).numpy()


def only(parts: Parts, modalities: Sequence[str]) -> Parts:
    """The parts with all other modalities hidden."""
    shown = {PARTS[name][1] for name in modalities}
    masks = {mask for _, mask in PARTS.values()}
    return {name: torch.zeros_like(part) if name in masks - shown else part for name, part in parts.items()}


def there(parts: Parts, modality: str) -> np.ndarray:
    """Where a modality is there: (B,) bool."""
    mask = parts[PARTS[modality][1]]
    return (mask.any(1) if mask.dim() == 2 else mask).numpy()


def named(row: np.ndarray, trained: Trained) -> dict[str, float]:
    """Probabilities (labels,) by their labels."""
    return dict(zip(trained.labels, map(float, row), strict=True))


def placed(reading: Reading) -> Reading:
    """The reading with its valence and arousal: where its probabilities lie on the circumplex."""
    place = valence_arousal(reading.probabilities) if reading.probabilities else None
    return replace(reading, valence=place[0], arousal=place[1]) if place else reading
