"""The rows of some stores that fall in one split, as the batches that a network takes."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
import torch
from torch import Tensor

import config as settings
from source.shared.clips import Clip
from source.shared.emotions import Grouping
from source.shared.errors import Trouble
from source.shared.splits import with_splits
from source.shared.store import Store


@dataclass(frozen=True)
class Batch:
    """Some clips: inputs by name, each (B, ...); labels (B,) int64; votes (B, C) float32, zero where there are none."""

    inputs: dict[str, Tensor]
    labels: Tensor
    votes: Tensor

    def to(self, device: Any, non_blocking: bool = False) -> "Batch":
        """The same on `device`; accelerate looks for this method."""
        inputs = {name: value.to(device, non_blocking=non_blocking) for name, value in self.inputs.items()}
        moved = (value.to(device, non_blocking=non_blocking) for value in (self.labels, self.votes))
        return Batch(inputs, *moved)


class Examples(torch.utils.data.Dataset):
    """Rows read from the memory-mapped arrays only when a batch asks for them."""

    def __init__(self, stores: Sequence[Store], split: str, grouping: Grouping):
        self.stores, self.split, self.grouping = tuple(stores), split, grouping
        self.clips: list[Clip] = []
        self._rows: list[np.ndarray] = []
        for store in stores:
            clips = with_splits(store.clips)
            rows = [i for i, clip in enumerate(clips) if clip.split == split and grouping.label_of(clip.emotion)]
            self.clips += [clips[i] for i in rows]
            self._rows.append(np.array(rows, np.int64))
        self._ends = list(accumulate(len(rows) for rows in self._rows))
        names = [grouping.labels.index(str(grouping.label_of(clip.emotion))) for clip in self.clips]
        self.labels = np.array(names, np.int64)
        self._votes = grouping.group_votes(_votes(self.clips))

    def __len__(self) -> int:
        return len(self.clips)

    def counts(self) -> Tensor:
        """Clips of each label: (C,)."""
        return torch.from_numpy(np.bincount(self.labels, minlength=len(self.grouping.labels)))

    def __getitem__(self, index: int) -> Batch:
        return self.__getitems__([index])

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        """The batch of these clips, in this order."""
        chosen = np.asarray(indices)
        places = [self._place(int(index)) for index in chosen]
        inputs = {name: self._gather(name, places) for name in self.stores[0].arrays}
        labels, votes = torch.from_numpy(self.labels[chosen]), torch.from_numpy(self._votes[chosen])
        return Batch({name: torch.from_numpy(array) for name, array in inputs.items()}, labels, votes)

    def _place(self, index: int) -> tuple[int, int]:
        """Store and row of clip `index`."""
        store = bisect_right(self._ends, index)
        return store, int(self._rows[store][index - (self._ends[store - 1] if store else 0)])

    def _gather(self, name: str, places: Sequence[tuple[int, int]]) -> np.ndarray:
        return np.stack([self.stores[store].arrays[name][row] for store, row in places])


def _votes(clips: Sequence[Clip]) -> np.ndarray:
    none = (0.0,) * len(settings.EMOTIONS)
    return np.array([clip.votes or none for clip in clips], np.float32).reshape(-1, len(settings.EMOTIONS))


def require_examples(examples: Examples, what: str) -> Examples:
    """`examples`, if there are any; else Trouble that names the corpora looked at."""
    if not len(examples):
        names = ", ".join(store.folder.name for store in examples.stores) or "no corpus"
        there = ", ".join(sorted({clip.split for store in examples.stores for clip in with_splits(store.clips)}))
        raise Trouble(
            f"There is nothing to {what}: {names} holds no labelled clip in the split {examples.split}; there are "
            f"clips in: {there or 'none'}."
        )
    return examples


def as_batch(examples: Any) -> Any:
    """collate_fn of a DataLoader over Examples, which hands out whole batches already."""
    return examples
