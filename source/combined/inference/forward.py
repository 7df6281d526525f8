"""The combined network's calibrated probabilities for encoded windows, and as readings."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ...training.checkpoint import Trained
from ..settings import MASKS

Encoded = dict[str, Tensor]
"""Arguments of `CombinedModel.fuse`."""


def fused_probabilities(encoded: Encoded, trained: Trained) -> np.ndarray:
    """Return the calibrated probabilities, (B, labels) float32."""
    with torch.inference_mode():
        return (trained.network.fuse(**encoded) / trained.header.temperature).softmax(1).numpy()


def mask_modalities(encoded: Encoded, shown: Sequence[str]) -> Encoded:
    """Return the windows with all modalities but `shown` masked."""
    masked = {mask for name, mask in MASKS.items() if name not in shown}
    return {name: torch.zeros_like(value) if name in masked else value for name, value in encoded.items()}


def is_present(encoded: Encoded, modality: str) -> np.ndarray:
    """Return which windows have a modality, (B,) bool."""
    mask = encoded[MASKS[modality]]
    return ((mask > 0).any(1) if mask.dim() == 2 else mask > 0).numpy()


def to_label_dict(row: np.ndarray, trained: Trained) -> dict[str, float]:
    """Return probabilities (labels,) by label."""
    return dict(zip(trained.labels, map(float, row), strict=True))
