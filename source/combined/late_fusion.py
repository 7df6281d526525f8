"""Late fusion: the modalities' own answers, weighed as fits val best."""

import numpy as np
import torch

from ..data.dataset import Dataset
from ..evaluation.ablation import late_weights
from ..evaluation.testing import logits_of
from ..training.checkpoint import Trained
from .modality_subsets import modality_subsets


def fitted(trained: Trained, val: Dataset) -> Trained:
    """The same model with the weights that fit val, if it fuses late and the settings give none.

    Modalities that val lacks weigh 1.
    """
    network, settings = trained.network, trained.settings
    if settings.fusion != "late" or settings.late_weights:
        return trained
    weights = np.ones(len(settings.modalities))
    shown = modality_subsets(val, settings)
    if shown is not None:
        alone = np.stack([logits_of(trained, shown.shown[name]) for name in shown.singles])
        found = late_weights(alone, val.labels[shown.rows])
        weights[[settings.modalities.index(name) for name in shown.singles]] = found
    network.fusion.weights.copy_(torch.from_numpy(weights))
    return trained
