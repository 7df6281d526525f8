"""Targets, class weights and the loss that training minimises."""

import torch
from torch import Tensor

from ..core.settings import TrainingSettings


def targets(labels: Tensor, votes: Tensor, settings: TrainingSettings) -> Tensor:
    """Return the distribution that each clip is trained towards, (B, C).

    labels (B,) int; votes (B, C), the raters' votes, all zero where there are none. With the loss soft_labels the votes
    take `vote_share` of the target (Barsoum et al. 2016, arXiv:1608.01041); label smoothing spreads its share evenly.
    """
    classes = votes.shape[1]
    target = torch.nn.functional.one_hot(labels, classes).float()
    if settings.loss == "soft_labels":
        total = votes.sum(1, keepdim=True)
        mixed = (1 - settings.vote_share) * target + settings.vote_share * votes / total.clamp(min=1)
        target = torch.where(total > 0, mixed, target)
    return target * (1 - settings.label_smoothing) + settings.label_smoothing / classes


def loss(logits: Tensor, target: Tensor, class_weights: Tensor, settings: TrainingSettings) -> Tensor:
    """Return the mean weighted cross entropy of logits (B, C) against target (B, C); focal where the settings say so.

    class_weights: (C,).
    """
    log_probabilities = logits.float().log_softmax(1)
    terms = -target * log_probabilities * class_weights
    if settings.loss == "focal":
        terms = terms * (1 - log_probabilities.exp()) ** settings.focal_gamma
    return terms.sum(1).mean()


def class_weights(counts: Tensor, power: float) -> Tensor:
    """Return weights (C,) proportional to counts (C,) to the minus `power`, with mean 1 over the training clips.

    A label without clips weighs 0, lest label smoothing make it likely.
    """
    weights = counts.clamp(min=1).float() ** -power * (counts > 0)
    return weights * counts.sum() / (weights * counts).sum().clamp(min=1e-9)
