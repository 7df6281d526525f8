"""What is fitted after training: how certain faces in videos are, and the weights of late fusion."""

from dataclasses import replace

import numpy as np
import torch

from ..data.dataset import Dataset
from ..evaluation.ablation import late_weights
from ..evaluation.metrics import fit_temperature
from ..evaluation.testing import logits_of
from ..training.checkpoint import Trained
from .baseline import conditions
from .modality_subsets import mask_others, modality_subsets

FEWEST_CLIPS = 50  # with a face, to fit on


def fit_after_training(trained: Trained, train: Dataset, val: Dataset) -> Trained:
    """Fit how certain faces are, and the weights of late fusion."""
    return _with_late_weights(_with_certainty(trained, train, val), val)


def _with_certainty(trained: Trained, train: Dataset, val: Dataset) -> Trained:
    """Fit how far the face branch's answers are to be believed in videos, without and with a baseline, uncorrected.

    A branch that learnt from pictures, and is frozen, has never seen these videos: its answers to them are those to
    strangers, and surer than right. It has seen those of another branch, and then nothing is fitted.
    """
    settings = trained.settings
    if "face" not in settings.modalities or "face" not in settings.frozen:
        return trained
    parts = [part.subset(np.flatnonzero(part.column("face_mask").any(1)), part.split) for part in (train, val)]
    parts = [part for part in parts if len(part)]
    if sum(map(len, parts)) < FEWEST_CLIPS:
        return trained
    plain = replace(settings, correction=0.0)
    network = trained.spec.build(plain, len(trained.labels)).eval()
    network.load_state_dict(trained.network.state_dict())
    uncorrected, truth = replace(trained, settings=plain, network=network), np.concatenate([p.labels for p in parts])
    logits: dict[str, list[np.ndarray]] = {}
    for part in parts:
        for name, clips in conditions(part, settings).items():
            alone = clips.with_transform(mask_others(["face"], clips))
            logits.setdefault(name, []).append(logits_of(uncorrected, alone))
    certainty = [1 / fit_temperature(np.concatenate(rows), truth) for rows in logits.values()]
    trained.network.face.certainty.copy_(torch.tensor([certainty[0], certainty[-1]]))
    return trained


def _with_late_weights(trained: Trained, val: Dataset) -> Trained:
    """Fit the weights to val, if the model fuses late branches of its own and the settings give none.

    Modalities that val lacks weigh 1, and so do all where all branches are frozen.
    """
    network, settings = trained.network, trained.settings
    if settings.fusion != "late" or settings.late_weights or set(settings.modalities) <= set(settings.frozen):
        return trained
    weights = np.ones(len(settings.modalities))
    subsets = modality_subsets(val, settings)
    if subsets is not None:
        unimodal_logits = np.stack([logits_of(trained, subsets.shown[name]) for name in subsets.singles])
        places = [settings.modalities.index(name) for name in subsets.singles]
        weights[places] = late_weights(unimodal_logits, val.labels[subsets.rows])
    network.fusion.weights.copy_(torch.from_numpy(weights))
    return trained
