"""Initialises branches of the combined model from the three models that were trained before it."""

from dataclasses import replace
from typing import Any

from ..core.errors import DemeanorError
from ..core.settings import override
from ..core.spec import spec_of
from ..training import checkpoint
from ..training.checkpoint import Trained
from .settings import CombinedSettings


def inherit_settings(settings: CombinedSettings) -> CombinedSettings:
    """Return `settings` with those of the trained models in `init_from`, as far as these models are there."""
    branches = {}
    for name in settings.init_from:
        file = spec_of(name).weights
        if file.is_file():
            branches[name] = override(spec_of(name).default_settings, checkpoint.read_header(file).settings)
    return replace(settings, **branches)


def initialise(network: Any, settings: CombinedSettings, labels: tuple[str, ...]) -> None:
    """Load the trained models' weights into the branches in `init_from`; DemeanorError where one does not fit."""
    for name in (name for name in settings.init_from if name in settings.modalities):
        trained = checkpoint.load(spec_of(name).weights)
        _refuse_other(trained, getattr(settings, name), labels)
        network.branches[name].load_state_dict(trained.network.state_dict())


def _refuse_other(trained: Trained, settings: Any, labels: tuple[str, ...]) -> None:
    name = trained.spec.name
    if trained.labels != labels:
        raise DemeanorError(
            f"The trained {name} model tells {', '.join(trained.labels)} apart, not {', '.join(labels)}; train it in "
            f"this grouping first, or leave {name} out of init_from and frozen."
        )
    if trained.settings != settings:
        raise DemeanorError(
            f"The {name} branch has other settings than the trained {name} model it starts as; leave {name}.* as it "
            f"is, or {name} out of init_from and frozen."
        )
