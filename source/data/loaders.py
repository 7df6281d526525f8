"""Load the batches of a training: every process draws the same ones and takes its share of each."""

from collections.abc import Iterator

import numpy as np
import torch
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, Sampler

from ..core import distributed
from ..core.errors import DemeanorError
from .dataset import Dataset, as_batch

VAL_BATCH_SIZE = 512


def training_loader(dataset: Dataset, batch_size: int, order: torch.Generator, clips: int = 0) -> DataLoader:
    """Load this process's shares of batches of `batch_size` clips, drawn anew by `order` each time.

    clips: how many are drawn, no more than there are; 0: all.
    """
    drawn = RandomSampler(dataset, num_samples=min(clips, len(dataset)) or None, generator=order)
    # A batch of one clip would break batch normalisation, so a short last batch is dropped.
    whole = BatchSampler(drawn, batch_size, len(drawn) >= batch_size)
    return DataLoader(dataset.with_copies(), batch_sampler=ProcessShares(whole), collate_fn=as_batch, generator=order)


def val_loader(dataset: Dataset) -> DataLoader:
    """Load this process's clips of a validation, in order: each clip is one process's, and a process may have none."""
    rows = np.array_split(np.arange(len(dataset)), distributed.world_size())[distributed.rank()]
    return DataLoader(dataset.subset(rows, dataset.split), VAL_BATCH_SIZE, collate_fn=as_batch)


def step_size(batch_size: int, clips: int) -> int:
    """Return how many clips a step has; raise DemeanorError where batch normalisation has too few in each process."""
    size, processes = min(batch_size, clips), distributed.world_size()
    if processes > 1 and size < 2 * processes:
        raise DemeanorError(
            f"A step has {size} clips, but each of {processes} processes needs two of them; start fewer processes, or "
            f"set batch_size to {2 * processes} or more if there are as many clips to train on."
        )
    return size


class ProcessShares(Sampler):
    """The share of this process in each batch of `batches`; the shares differ in size by at most one clip."""

    def __init__(self, batches: BatchSampler):
        self.batches = batches

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[list[int]]:
        return (batch[distributed.rank() :: distributed.world_size()] for batch in self.batches)
