"""What is fitted after training: answers for people and pictures that are not those of training."""

from collections.abc import Mapping
from dataclasses import replace

import torch

from ..data.dataset import Dataset
from ..training.checkpoint import Trained


def balance(trained: Trained, train: Dataset, val: Dataset) -> Trained:
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
    (temperature,) = temperatures.values()
    temperature *= trained.settings.stranger_temperature
    return replace(trained, header=replace(trained.header, temperature=temperature))
