"""The batches of a training: every process draws the same ones and takes its part of each."""

from collections.abc import Iterator

import numpy as np
import torch
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, Sampler

from ..core import distributed
from ..core.errors import DemeanorError
from .dataset import Dataset, as_batch

VAL_CLIPS = 512  # of val that go through the network at once


def training_loader(dataset: Dataset, batch_size: int, order: torch.Generator) -> DataLoader:
    """This process's parts of batches of `batch_size` clips, shuffled anew by `order` each time."""
    # A batch of one clip would break batch normalisation, so a short last batch of training is left to the next epoch.
    whole = BatchSampler(RandomSampler(dataset, generator=order), batch_size, len(dataset) >= batch_size)
    return DataLoader(dataset.with_copies(), batch_sampler=Parts(whole), collate_fn=as_batch, generator=order)


def val_loader(dataset: Dataset) -> DataLoader:
    """The clips that this process answers for, in order: each clip is one process's, and a process may have none."""
    rows = np.array_split(np.arange(len(dataset)), distributed.world_size())[distributed.rank()]
    return DataLoader(dataset.subset(rows, dataset.split), VAL_CLIPS, collate_fn=as_batch)


def clips_a_step(batch_size: int, clips: int) -> int:
    """How many clips a step really has; DemeanorError where they are too few for batch normalisation in each
    process."""
    there, share = min(batch_size, clips), distributed.world_size()
    if share > 1 and there < 2 * share:
        raise DemeanorError(
            f"A step has {there} clips, but each of {share} processes needs two of them; start fewer processes, or set "
            f"batch_size to {2 * share} or more if there are as many clips to train on."
        )
    return there


class Parts(Sampler):
    """Of each batch of `batches` the part of this process; the parts are of one size, give or take a clip."""

    def __init__(self, batches: BatchSampler):
        self.batches = batches

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[list[int]]:
        return (batch[distributed.rank() :: distributed.world_size()] for batch in self.batches)
