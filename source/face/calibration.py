"""What is fitted and measured after training, for people and pictures that are not those of training."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ..data.dataset import Dataset
from ..training.checkpoint import Trained
from .augment import augment
from .initial import average_with_start
from .settings import FaceSettings

AS_THEY_ARE, SPOILED = "pictures as they are", "pictures spoiled as in training"


def conditions(dataset: Dataset, settings: FaceSettings) -> dict[str, Dataset]:
    """Return the dataset as it is, and as the training's other framing, light, cameras and files would have it."""

    def spoil(inputs: dict[str, Tensor], labels: np.ndarray, indices: np.ndarray) -> dict[str, Tensor]:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(indices[0]))  # the same clips are always spoiled alike
            return augment(inputs, settings)

    return {AS_THEY_ARE: dataset, SPOILED: dataset.with_transform(spoil)}


def fit_after_training(trained: Trained, train: Dataset, val: Dataset) -> Trained:
    """Return the model averaged with the trained weights it began with, if any, and balanced."""
    return balance(average_with_start(trained), train)


def balance(trained: Trained, train: Dataset) -> Trained:
    """Return the model freed of `settings.balance_share` of how frequent each label was in training.

    Elsewhere other labels are frequent. The head's bias takes the correction of the logits (Menon et al. 2021,
    arXiv:2007.07314); what class weights have corrected already is not corrected twice.
    """
    settings = trained.settings
    share = settings.balance_share * (1 - settings.class_weight_power)
    frequency = train.counts() / train.counts().sum()
    correction = share * frequency.clamp(min=1e-9).log() * (frequency > 0)
    with torch.no_grad():
        trained.network.head.bias -= correction.to(trained.network.head.bias)
    return trained


def calibrate(trained: Trained, temperatures: Mapping[str, float]) -> Trained:
    """Return the model with the temperature for strangers: that of val times `settings.stranger_temperature`.

    val is of the same collection of pictures, judged by the same people; elsewhere the model is less often right.
    """
    temperature = temperatures[AS_THEY_ARE] * trained.settings.stranger_temperature
    return replace(trained, header=replace(trained.header, temperature=temperature))
