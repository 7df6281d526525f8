"""Initialises branches of the combined model from the three models that were trained before it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.command_line import command_for
from ..core.errors import DemeanorError
from ..core.settings import override
from ..core.spec import spec_of
from ..data.splits import person_of
from ..data.store import MANIFEST, Store
from ..training import checkpoint
from ..training.checkpoint import Trained
from .settings import CombinedSettings

if TYPE_CHECKING:
    from ..audio.settings import AudioSettings
    from ..data.dataset import Dataset


def inherit_settings(settings: CombinedSettings) -> CombinedSettings:
    """Return `settings` with those of the trained models that its branches are, as far as these models are there.

    A voice that is frozen is trained elsewhere, so that it needs no augmented copies here.
    """
    branches = {}
    for name in {*settings.init_from, *settings.frozen}:
        file = spec_of(name).weights
        if file.is_file():
            inherited = override(spec_of(name).default_settings, checkpoint.read_header(file).settings)
            branches[name] = inherited.for_prediction() if name in settings.frozen else inherited
    return replace(settings, **branches)


def initialise(network: Any, settings: CombinedSettings, labels: tuple[str, ...], train: Dataset, seed: int) -> None:
    """Load the trained models' weights into the branches in `init_from`; train a voice that is frozen without.

    Each answers as confidently as its own model does. DemeanorError where one does not fit or nothing is to be trained.
    """
    if not any(parameter.requires_grad for parameter in network.parameters()):
        raise DemeanorError(
            "Nothing is left to be trained: late fusion of branches that are all frozen, and none corrected; name one "
            "in corrected, take one out of frozen, or choose another fusion."
        )
    network.know_labels(labels)
    for at, name in enumerate(settings.modalities):
        if name in settings.init_from:
            trained = checkpoint.load(spec_of(name).weights)
            _refuse_other(trained, getattr(settings, name), labels)
            network.branches[name].load_state_dict(trained.network.state_dict())
            network.temperatures[at] = trained.header.temperature
        elif name == "audio" and name in settings.frozen:
            network.branches[name].load_state_dict(_voice_of_others(settings, train, seed))


def _voice_of_others(settings: CombinedSettings, train: Dataset, seed: int) -> dict[str, Any]:
    """Train an audio model on its own corpora, without the people of `train`'s corpora who are not in `train`.

    Returns its weights, with the temperatures of the one that is there, which were fitted on corpora left out.
    """
    from ..data.dataset import Dataset
    from ..training.loop import fit

    spec = spec_of("audio")
    own: AudioSettings = spec.inherit_settings(spec.default_settings)
    there = [name for name in spec.corpora if (spec.store_folder / name / MANIFEST).is_file()]
    if not there:
        raise DemeanorError(
            f"The voice is to be trained on what is preprocessed for the audio model, but nothing is; do that "
            f"({command_for('audio', 'preprocess')}), or take audio out of frozen."
        )
    stores = [Store.open(spec.store_folder / name, own.extract_settings()) for name in there]
    dataset = Dataset(stores, None, train.grouping)
    corpora = {clip.corpus for store in train.stores for clip in store.clips}
    known = {person_of(clip) for clip in train.clips}
    rows = [at for at, clip in enumerate(dataset.clips) if clip.corpus not in corpora or person_of(clip) in known]
    weights = dict(fit(spec, own, dataset.subset(np.array(rows), "train"), None, None, seed=seed).best_weights)
    if spec.weights.is_file():
        calibrated = checkpoint.load(spec.weights).network.state_dict()
        weights |= {name: value for name, value in calibrated.items() if name.endswith("temperatures")}
    return weights


def _refuse_other(trained: Trained, settings: Any, labels: tuple[str, ...]) -> None:
    name = trained.spec.name
    if trained.labels != labels:
        raise DemeanorError(
            f"The trained {name} model tells {', '.join(trained.labels)} apart, not {', '.join(labels)}; train it in "
            f"this grouping first, or leave {name} out of init_from and frozen."
        )
    if trained.settings.for_prediction() != settings.for_prediction():
        raise DemeanorError(
            f"The {name} branch has other settings than the trained {name} model it starts as; leave {name}.* as it "
            f"is, or {name} out of init_from and frozen."
        )
