"""Batches for a network: the rows of some stores that fall in one split, or any choice of them."""

from collections import Counter
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from ..core import config
from ..core.errors import DemeanorError
from ..media.types import VIDEOS
from .clips import Clip
from .labels import Grouping
from .splits import with_splits
from .store import Store


@dataclass(frozen=True)
class Batch:
    """Clips as inputs by name, each (B, ...); labels (B,) int64; votes (B, C) float32, zero where there are none."""

    inputs: dict[str, Tensor]
    labels: Tensor
    votes: Tensor

    def to(self, device: Any, non_blocking: bool = False) -> "Batch":
        """Move it to `device`; accelerate looks for this method."""
        inputs = {name: value.to(device, non_blocking=non_blocking) for name, value in self.inputs.items()}
        moved = (value.to(device, non_blocking=non_blocking) for value in (self.labels, self.votes))
        return Batch(inputs, *moved)


# Maps the inputs of a batch, each clip's label and its index in the dataset to the inputs that the network is given.
Transform = Callable[[dict[str, Tensor], np.ndarray, np.ndarray], dict[str, Tensor]]


class Dataset(torch.utils.data.Dataset):
    """Clips whose rows are read from memory-mapped arrays only when a batch asks for them."""

    _draws = False  # see `with_copies`
    transform: Transform | None = None
    """See `with_transform`."""

    def __init__(self, stores: Sequence[Store], split: str | None, grouping: Grouping, with_affect: bool = False):
        """Take the labelled clips of one split; split None: all, each with its corpus's own split if any.

        with_affect: take the clips that have a value of one of clips.AFFECT_DIMENSIONS instead, labelled or not;
        `labels` then has -1 for those without a label.
        """
        self.stores, self.split, self.grouping = tuple(stores), split or "all", grouping
        clips = [with_splits(store.clips) if split else store.clips for store in stores]
        self._places = [
            (store, row)
            for store, rows in enumerate(clips)
            for row, clip in enumerate(rows)
            if (not split or clip.split == split) and (clip.affect if with_affect else _label(clip, grouping))
        ]  # the number of the store and of the row in it
        self.clips: list[Clip] = [clips[store][row] for store, row in self._places]
        number = {label: number for number, label in enumerate(grouping.labels)}
        self.labels = np.array([number.get(_label(clip, grouping), -1) for clip in self.clips], np.int64)
        none = (0.0,) * len(config.EMOTIONS)
        votes = np.array([clip.votes or none for clip in self.clips], np.float32).reshape(-1, len(none))
        self._votes = grouping.group_votes(votes)

    def subset(self, indices: Sequence[int] | np.ndarray, name: str) -> Self:
        """Return these clips of it, in this order, under another name; nothing is read."""
        chosen, part = np.asarray(indices, np.int64), copy(self)
        part.split, part.labels, part._votes = name, self.labels[chosen], self._votes[chosen]
        part.clips, part._places = [self.clips[i] for i in chosen], [self._places[i] for i in chosen]
        return part

    def balanced(self, power: float) -> Self:
        """Return it with the clips of smaller corpora repeated; power 0: once; 1: until all are equally large.

        The videos and the sounds of one corpus count as two.
        """
        corpora = [(clip.corpus, clip.path.suffix.lower() in VIDEOS) for clip in self.clips]
        sizes = Counter(corpora)
        times = [round((max(sizes.values()) / sizes[corpus]) ** power) for corpus in corpora]
        return self.subset(np.repeat(np.arange(len(self)), times), self.split)

    def with_copies(self) -> Self:
        """Return it drawing, whenever it is asked for a clip, the clip or one of its augmented copies, if it has any.

        For training only. A copy is part of its clip's row, so it can never be on another side of a split.
        """
        drawing = copy(self)
        drawing._draws = True
        return drawing

    def with_transform(self, transform: Transform) -> Self:
        """Return it passing the inputs of each batch through `transform`."""
        with_transform = copy(self)
        with_transform.transform = transform
        return with_transform

    def __len__(self) -> int:
        return len(self.clips)

    def column(self, name: str) -> np.ndarray:
        """Return one array of all clips, (N, ...), as it is stored, without augmented copies."""
        versions = [(0,) if self.stores[store].copies else () for store, _ in self._places]
        return self._gather(name, self._places, versions)

    def counts(self) -> Tensor:
        """Count the clips of each label: (C,)."""
        return torch.from_numpy(np.bincount(self.labels, minlength=len(self.grouping.labels)))

    def __getitem__(self, index: int) -> Batch:
        return self.__getitems__([index])

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        """Return the batch of these clips, in this order."""
        chosen = np.asarray(indices)
        places = [self._places[index] for index in chosen]
        versions = [self._version(self.stores[store].copies) for store, _ in places]
        inputs = {name: self._gather(name, places, versions) for name in self.stores[0].arrays}
        tensors = {name: torch.from_numpy(array) for name, array in inputs.items()}
        if self.transform:
            tensors = self.transform(tensors, self.labels[chosen], chosen)
        return Batch(tensors, torch.from_numpy(self.labels[chosen]), torch.from_numpy(self._votes[chosen]))

    def _version(self, copies: int) -> tuple[int, ...]:
        """Return the index of the clip (0) or a drawn copy in a row; empty where rows hold the clip alone."""
        drawn = int(torch.randint(copies + 1, ())) if self._draws else 0
        return (drawn,) if copies else ()

    def _gather(self, name: str, places: Sequence[tuple[int, int]], versions: Sequence[tuple[int, ...]]) -> np.ndarray:
        return np.stack([self.stores[s].arrays[name][row, *at] for (s, row), at in zip(places, versions, strict=True)])


def _label(clip: Clip, grouping: Grouping) -> str:
    return grouping.label_of(clip.emotion, clip.original) or ""


def require_clips(dataset: Dataset, purpose: str) -> Dataset:
    """Return a dataset that holds clips; raise DemeanorError that names its corpora where it holds none."""
    if not len(dataset):
        names = ", ".join(store.folder.name for store in dataset.stores) or "no corpus"
        there = ", ".join(sorted({clip.split for store in dataset.stores for clip in with_splits(store.clips)}))
        raise DemeanorError(
            f"There is nothing to {purpose}: {names} holds no labelled clip in the split {dataset.split}; there are "
            f"clips in: {there or 'none'}."
        )
    return dataset


def as_batch(dataset: Any) -> Any:
    """Serve as collate_fn of a DataLoader over a Dataset, which returns whole batches already."""
    return dataset
