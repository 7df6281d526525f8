"""What the combined model takes over from the three models that were trained before it."""

from dataclasses import replace
from typing import Any

from ..core.errors import DemeanorError
from ..core.settings import from_dict
from ..core.spec import spec_of
from ..training import checkpoint
from ..training.checkpoint import Trained
from .settings import CombinedSettings


def inherited(settings: CombinedSettings) -> CombinedSettings:
    """`config` with the settings of the trained models that branches start as, as far as these models are there."""
    headers = {name: _header_of(name) for name in settings.init_from}
    found = {
        name: from_dict(spec_of(name).default_settings, header.settings) for name, header in headers.items() if header
    }
    return replace(settings, **found)


def initialise(network: Any, settings: CombinedSettings, labels: tuple[str, ...]) -> None:
    """Give the branches in `init_from` the weights of the trained models; DemeanorError where one does not fit."""
    for name in (name for name in settings.init_from if name in settings.modalities):
        trained = _trained(name)
        _refuse_other(trained, getattr(settings, name), labels)
        network.branches[name].load_state_dict(trained.network.state_dict())


def _trained(name: str) -> Trained:
    return checkpoint.load(spec_of(name).weights)


def _header_of(name: str) -> checkpoint.Header | None:
    file = spec_of(name).weights
    return checkpoint.read_header(file) if file.is_file() else None


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
