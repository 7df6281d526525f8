"""Inputs of a network: several clips as one batch, and arrays as tensors."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor


def stacked(inputs: Sequence[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return the inputs of N clips as one batch, each array (N, ...)."""
    return {name: np.stack([arrays[name] for arrays in inputs]) for name in (inputs[0] if inputs else ())}


def tensors(arrays: Mapping[str, np.ndarray]) -> "dict[str, Tensor]":
    """Return the arrays as tensors, without a copy where they are contiguous."""
    import torch

    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}
