"""Late fusion: the modalities' own answers, weighed as fits val best."""

import numpy as np
import torch

from ..data.dataset import Examples
from ..evaluation.ablation import late_weights
from ..evaluation.testing import logits_of
from ..training.checkpoint import Trained
from .modality_subsets import subsets


def fitted(trained: Trained, val: Examples) -> Trained:
    """The same model with the weights that fit val, if it fuses late and the settings give none.

    Modalities that val lacks weigh 1.
    """
    network, config = trained.network, trained.config
    if config.fusion != "late" or config.late_weights:
        return trained
    weights = np.ones(len(config.modalities))
    shown = subsets(val, config)
    if shown is not None:
        alone = np.stack([logits_of(trained, shown.shown[name]) for name in shown.singles])
        found = late_weights(alone, val.labels[shown.rows])
        weights[[config.modalities.index(name) for name in shown.singles]] = found
    network.fusion.weights.copy_(torch.from_numpy(weights))
    return trained
