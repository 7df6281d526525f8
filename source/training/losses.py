"""Targets, class weights and the loss that training minimises."""

import torch
from torch import Tensor

from ..core.settings import TrainingSettings
from ..data.dataset import Batch

NO_CANDIDATE = -1e4  # a logit of no probability; infinity times a target of zero is not a number


def targets(batch: Batch, settings: TrainingSettings) -> Tensor:
    """Return the distribution that each clip is trained towards, (B, C).

    With the loss soft_labels the raters' votes take `vote_share` of the target where there are any (Barsoum et al.
    2016, arXiv:1608.01041); label smoothing spreads its share evenly, with `own_labels` over the clip's candidates.
    """
    classes = batch.votes.shape[1]
    target = torch.nn.functional.one_hot(batch.labels, classes).float()
    if settings.loss == "soft_labels":
        total = batch.votes.sum(1, keepdim=True)
        mixed = (1 - settings.vote_share) * target + settings.vote_share * batch.votes / total.clamp(min=1)
        target = torch.where(total > 0, mixed, target)
    among = batch.candidates.float() if settings.own_labels else torch.ones_like(target)
    return target * (1 - settings.label_smoothing) + settings.label_smoothing * among / among.sum(1, keepdim=True)


def loss(
    logits: Tensor, target: Tensor, class_weights: Tensor, settings: TrainingSettings, candidates: Tensor | None = None
) -> Tensor:
    """Return the weighted cross entropy of logits (B, C) against target (B, C), (B,); focal where the settings say so.

    class_weights: (C,). candidates (B, C) bool: the labels among which a clip's logits compete (default: all).
    """
    logits = logits.float()
    if candidates is not None:
        logits = logits.masked_fill(~candidates, NO_CANDIDATE)
    log_probabilities = logits.log_softmax(1)
    terms = -target * log_probabilities * class_weights
    if settings.loss == "focal":
        terms = terms * (1 - log_probabilities.exp()) ** settings.focal_gamma
    return terms.sum(1)


def class_weights(counts: Tensor, power: float) -> Tensor:
    """Return weights (C,) proportional to counts (C,) to the minus `power`, with mean 1 over the training clips.

    A label without clips weighs 0, lest label smoothing make it likely.
    """
    weights = counts.clamp(min=1).float() ** -power * (counts > 0)
    return weights * counts.sum() / (weights * counts).sum().clamp(min=1e-9)
