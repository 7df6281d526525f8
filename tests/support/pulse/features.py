"""A pulse as the network's inputs."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..core.errors import DemeanorError
from .settings import PulseSettings


def extract(path: Path, settings: PulseSettings) -> dict[str, np.ndarray]:
    """Return `pulse`, (beats,) float32: the heart rates in the file, stretched to `beats`, mean 70, in tens.

    Raises DemeanorError where the file holds anything but numbers, one a line.
    """
    try:
        rates = np.loadtxt(path, dtype=np.float32, ndmin=1)
    except ValueError:
        raise DemeanorError(f"{path} holds no pulse: a heart rate a line.") from None
    places = np.linspace(0, len(rates) - 1, settings.beats)
    return {"pulse": ((np.interp(places, np.arange(len(rates)), rates) - 70) / 10).astype(np.float32)}


def augment(inputs: dict[str, Tensor], settings: PulseSettings) -> dict[str, Tensor]:
    """Add noise to `pulse` (B, beats)."""
    return {"pulse": inputs["pulse"] + settings.noise * torch.randn_like(inputs["pulse"])}


def baseline_features(inputs: Mapping[str, np.ndarray], settings: PulseSettings) -> np.ndarray:
    """Return mean and standard deviation of each pulse: (N, 2) float32."""
    return np.stack([inputs["pulse"].mean(1), inputs["pulse"].std(1)], 1)
