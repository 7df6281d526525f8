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
from .labels import ORDINARY, Grouping
from .splits import with_splits
from .store import Store


@dataclass(frozen=True)
class Batch:
    """Clips as a network and its loss take them."""

    inputs: dict[str, Tensor]
    """By name, each (B, ...)."""
    labels: Tensor
    """(B,) int64."""
    votes: Tensor
    """(B, C) float32, zero where there are none."""
    candidates: Tensor
    """(B, C) bool: the labels that the clip's corpus tells apart."""
    weights: Tensor
    """(B,) float32, with mean 1 over the dataset."""

    def to(self, device: Any, non_blocking: bool = False) -> "Batch":
        """Move it to `device`; accelerate looks for this method."""
        inputs = {name: value.to(device, non_blocking=non_blocking) for name, value in self.inputs.items()}
        others = (self.labels, self.votes, self.candidates, self.weights)
        return Batch(inputs, *(value.to(device, non_blocking=non_blocking) for value in others))


# Maps the inputs of a batch, each clip's label and its index in the dataset to the inputs that the network is given.
Transform = Callable[[dict[str, Tensor], np.ndarray, np.ndarray], dict[str, Tensor]]


class Dataset(torch.utils.data.Dataset):
    """Clips whose rows are read from memory-mapped arrays only when a batch asks for them."""

    _copy: int | None = 0  # that is taken of each clip: itself, one of its augmented copies from 1, or drawn (None)
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
        self._candidates = self._labels_of_corpora()
        self._weights = np.ones(len(self.clips), np.float32)

    def subset(self, indices: Sequence[int] | np.ndarray, name: str) -> Self:
        """Return these clips of it, in this order, under another name; nothing is read."""
        chosen, part = np.asarray(indices, np.int64), copy(self)
        part.split, part.labels, part._votes = name, self.labels[chosen], self._votes[chosen]
        part._candidates, part._weights = self._candidates[chosen], self._weights[chosen]
        part.clips, part._places = [self.clips[i] for i in chosen], [self._places[i] for i in chosen]
        return part

    def balanced(self, power: float) -> Self:
        """Return it with the clips of smaller corpora repeated; power 0: once; 1: until all are equally large.

        The videos and the sounds of one corpus count as two. Ordinary recordings are not repeated.
        """
        corpora = self._corpora()
        sizes = Counter(corpora[corpora != ORDINARY].tolist()) or Counter([ORDINARY])
        times = [round((max(sizes.values()) / sizes.get(corpus, max(sizes.values()))) ** power) for corpus in corpora]
        return self.subset(np.repeat(np.arange(len(self)), times), self.split)

    def weighted(self, label_power: float, ordinary_weight: float) -> Self:
        """Return it with weights of the clips, with mean 1.

        label_power: how far the labels of each corpus are brought to the same weight, from 0 to 1. ordinary_weight:
        what all ordinary recordings together weigh, as a share of what an average other corpus does.
        """
        corpora, weights = self._corpora(), np.ones(len(self), np.float32)
        acted = sorted(set(corpora) - {ORDINARY})
        for corpus in acted:
            inside = np.flatnonzero(corpora == corpus)
            _, label, count = np.unique(self.labels[inside], return_inverse=True, return_counts=True)
            of_labels = count[label] ** -label_power
            weights[inside] = of_labels / of_labels.mean()
        ordinary = corpora == ORDINARY
        if acted and ordinary.any():
            weights[ordinary] = ordinary_weight * (~ordinary).sum() / len(acted) / ordinary.sum()
        weighted = copy(self)
        weighted._weights = weights / weights.mean() if len(weights) else weights
        return weighted

    def with_copies(self) -> Self:
        """Return it drawing, whenever it is asked for a clip, the clip or one of its augmented copies, if it has any.

        For training only. A copy is part of its clip's row, so it can never be on another side of a split.
        """
        return self.as_copy(None)

    def as_copy(self, number: int | None) -> Self:
        """Return it with this augmented copy of every clip, from 1, in place of the clip itself (0); None: drawn."""
        chosen = copy(self)
        chosen._copy = number
        return chosen

    def with_transform(self, transform: Transform) -> Self:
        """Return it passing the inputs of each batch through `transform`."""
        with_transform = copy(self)
        with_transform.transform = transform
        return with_transform

    def __len__(self) -> int:
        return len(self.clips)

    @property
    def copies(self) -> int:
        """Augmented copies that every clip has."""
        return min((store.copies for store in self.stores), default=0)

    def column(self, name: str, copy: int = 0) -> np.ndarray:
        """Return one array of all clips, (N, ...), as it is stored; copy: see `as_copy`."""
        versions = [(copy,) if self.stores[store].copies else () for store, _ in self._places]
        return self._gather(name, self._places, versions)

    def counts(self) -> Tensor:
        """Count the clips of each label, each as much as it weighs: (C,)."""
        return torch.from_numpy(np.bincount(self.labels, self._weights, len(self.grouping.labels)))

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
        others = (self.labels, self._votes, self._candidates, self._weights)
        return Batch(tensors, *(torch.from_numpy(rows[chosen]) for rows in others))

    def _corpora(self) -> np.ndarray:
        """Return whose each clip is, (N,): a corpus's, apart for its videos, or of ordinary recordings."""
        return np.array([
            ORDINARY if clip.original == ORDINARY else f"{clip.corpus} {clip.path.suffix.lower() in VIDEOS}"
            for clip in self.clips
        ], object)  # fmt: skip

    def _labels_of_corpora(self) -> np.ndarray:
        """Return the labels that each clip's corpus tells apart, (N, C) bool; of ordinary recordings all."""
        corpora = self._corpora()
        candidates = np.ones((len(self.clips), len(self.grouping.labels)), bool)
        for corpus in set(corpora) - {ORDINARY}:
            inside = corpora == corpus
            candidates[inside] = np.isin(np.arange(candidates.shape[1]), self.labels[inside])
        return candidates

    def _version(self, copies: int) -> tuple[int, ...]:
        """Return the index of the clip (0) or a drawn copy in a row; empty where rows hold the clip alone."""
        if not copies:
            return ()
        return (int(torch.randint(copies + 1, ())) if self._copy is None else self._copy,)

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
