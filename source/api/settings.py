"""A model's hyperparameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..core.spec import ModelSpec, spec_of
from .names import several

if TYPE_CHECKING:
    from ..core.settings import Setting


def settings(model: str) -> list[Setting]:
    """Return the hyperparameters of `model`: what `--set` can change, and the values without it.

    >>> from source import api
    >>> [setting.meaning for setting in api.settings("face") if setting.name == "gradient_clip"]
    ['Largest norm of the gradient; 0: no limit.']
    """
    from ..core.settings import list_settings

    return list_settings(configured(model))


def configured(model: str, settings: Sequence[str] = ()) -> Any:
    """Return the settings of `model`: its defaults, then models/<model>/best_hyperparameters.json, then `name=value`.

    Raises DemeanorError where a setting is unknown, or cannot have this value.

    >>> from source import api
    >>> api.configured("audio", ["epochs=3"]).epochs
    3
    """
    from ..core.settings import BEST_SETTINGS, override_from_file, override_from_text

    spec = spec_of(model)
    return override_from_text(
        override_from_file(default_settings(spec), spec.folder / BEST_SETTINGS), several(settings)
    )


def default_settings(spec: ModelSpec) -> Any:
    """Return the settings before any tuning, with what the model inherits from models trained before."""
    return spec.inherit_settings(spec.default_settings)
