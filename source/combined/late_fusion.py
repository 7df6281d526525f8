"""Late fusion: the weights of the modalities' log-probabilities that fit val best."""

import numpy as np
import torch

from ..data.dataset import Dataset
from ..evaluation.ablation import late_weights
from ..evaluation.testing import logits_of
from ..training.checkpoint import Trained
from .modality_subsets import modality_subsets


def fit_late_weights(trained: Trained, train: Dataset, val: Dataset) -> Trained:
    """Fit the weights to val, if the model fuses late and the settings give none; modalities that val lacks weigh 1."""
    network, settings = trained.network, trained.settings
    if settings.fusion != "late" or settings.late_weights:
        return trained
    weights = np.ones(len(settings.modalities))
    subsets = modality_subsets(val, settings)
    if subsets is not None:
        unimodal_logits = np.stack([logits_of(trained, subsets.shown[name]) for name in subsets.singles])
        places = [settings.modalities.index(name) for name in subsets.singles]
        weights[places] = late_weights(unimodal_logits, val.labels[subsets.rows])
    network.fusion.weights.copy_(torch.from_numpy(weights))
    return trained
