"""Inputs of a network: several clips as one batch, and arrays as tensors; arrays that grow."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

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


class GrowingArray:
    """An array that grows at its end: its rows are a view, which costs nothing and stays valid.

    >>> numbers = GrowingArray((2,), np.float32)
    >>> numbers.write(0, [[1, 2], [3, 4]])
    >>> numbers.rows.shape
    (2, 2)
    """

    def __init__(self, row_shape: tuple[int, ...], dtype: Any) -> None:
        self._room, self._count = np.empty((64, *row_shape), dtype), 0

    def __len__(self) -> int:
        return self._count

    @property
    def rows(self) -> np.ndarray:
        """The rows so far, (N, ...)."""
        return self._room[: self._count]

    def write(self, first: int, rows: Any) -> None:
        """Write `rows` (n, ...) from the row `first` on, over those that are there and behind them."""
        end = first + len(rows)
        if end > len(self._room):
            larger = np.empty((max(end, 2 * len(self._room)), *self._room.shape[1:]), self._room.dtype)
            larger[: self._count] = self.rows
            self._room = larger
        self._room[first:end] = rows
        self._count = max(self._count, end)

    def append(self, row: Any) -> None:
        """Write one row behind the last."""
        self.write(self._count, [row])
