"""A person's other speech as the baseline of a clip, in training and in measuring.

Voices differ more between people than between emotions. So a clip's features are read minus their mean over other
speech of the same person: of any emotions, without labels. In prediction that is the rest of the recording, or an
earlier one (`source.audio.stream`); here it is other clips of the speaker.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ..data.dataset import Dataset
from ..data.splits import person_of
from ..training.checkpoint import Trained
from .settings import AudioSettings

WITHOUT, WITH = "without baseline", "with 30 s of the person's other speech"
CHANNELS = f"{WITHOUT}, through rooms and telephones"

Inputs = dict[str, Tensor]


def with_baselines(dataset: Dataset, settings: AudioSettings) -> Dataset:
    """Return the dataset for training: a share of the clips is given a baseline, of a drawn length, anew each time."""
    if not settings.reads_baseline:
        return dataset
    return dataset.with_transform(Baselines(dataset, settings, settings.baseline_share))


def conditions(dataset: Dataset, settings: AudioSettings) -> dict[str, Dataset]:
    """Return the dataset as it is measured: without baselines, with whole ones, and as augmented copies."""
    measured = {WITHOUT: dataset}
    if settings.reads_baseline:
        measured[WITH] = dataset.with_transform(Baselines(dataset, settings, None))
    if dataset.copies:
        measured[CHANNELS] = dataset.as_copy(1)
    return measured


class Baselines:
    """Adds `baseline` and `baseline_seconds` to a batch: the mean features of other clips of each clip's speaker.

    share: of the clips that are given one, of up to settings.baseline_seconds, drawn, like the copies it is made of;
    None: all of them, of that length and always of the same clips. A speaker's only clip has none.
    """

    def __init__(self, dataset: Dataset, settings: AudioSettings, share: float | None) -> None:
        copies = range(1 if share is None else dataset.copies + 1)
        self.features = [torch.from_numpy(dataset.column("encoder", copy)) for copy in copies]
        self.speech_seconds = torch.from_numpy(dataset.column("speech_seconds"))
        self.most_seconds, self.share = settings.baseline_seconds, share
        first_row: dict[tuple[str, str], dict[object, int]] = defaultdict(dict)  # a balanced dataset repeats clips
        for row, clip in enumerate(dataset.clips):
            first_row[person_of(clip)].setdefault(clip.path, row)
        self.own = [first_row[person_of(clip)][clip.path] for clip in dataset.clips]
        rows_of = {person: np.array([*rows.values()]) for person, rows in first_row.items()}
        self.persons = [rows_of[person_of(clip)] for clip in dataset.clips]

    def __call__(self, inputs: Inputs, labels: np.ndarray, indices: np.ndarray) -> Inputs:
        """Return the inputs of a batch, and baseline (B, layers, 2 * width) and baseline_seconds (B,), 0 for none."""
        baseline, seconds = torch.zeros(len(indices), *self.features[0].shape[1:]), torch.zeros(len(indices))
        for at, row in enumerate(indices):
            draw = np.random.default_rng(int(row) if self.share is None else int(torch.randint(1 << 30, ())))
            if self.share is None or draw.random() < self.share:
                others = self._other_clips(row, draw)
                if len(others):
                    weights = self.speech_seconds[others]
                    seconds[at] = weights.sum()
                    features = self.features[draw.integers(len(self.features))][others].float()
                    baseline[at] = torch.tensordot(weights, features, 1) / seconds[at]
        return inputs | {"baseline": baseline, "baseline_seconds": seconds}

    def _other_clips(self, row: int, draw: np.random.Generator) -> np.ndarray:
        """Draw rows of other clips of the speaker, as many as make up the seconds that are wanted."""
        others = draw.permutation(self.persons[row])
        others = others[others != self.own[row]]
        wanted = self.most_seconds * (1 if self.share is None else draw.random())
        return others[: int(np.searchsorted(np.cumsum(self.speech_seconds[others].numpy()), wanted)) + 1]


def calibrate(trained: Trained, temperatures: Mapping[str, float]) -> Trained:
    """Return the model with a temperature for what it reads without a baseline and one for what it reads with it.

    temperatures: of the conditions that `conditions` names.
    """
    if trained.network.baseline is None:
        return replace(trained, header=replace(trained.header, temperature=next(iter(temperatures.values()))))
    trained.network.baseline.temperatures.copy_(torch.tensor([temperatures[WITHOUT], temperatures[WITH]]))
    return trained
