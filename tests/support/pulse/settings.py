"""Hyperparameters of the pulse model."""

from typing import Any, ClassVar

from pydantic import NonNegativeFloat, PositiveInt

from ..core.settings import TrainingSettings, settings_class


@settings_class
class PulseSettings(TrainingSettings):
    """How the pulse model is built and trained."""

    EXTRACT: ClassVar[tuple[str, ...]] = ("beats",)

    beats: PositiveInt = 32
    """Heart rates that the network is given; a longer or shorter pulse is stretched to as many."""
    width: PositiveInt = 8
    """Channels of the convolution."""
    noise: NonNegativeFloat = 0.05
    """Standard deviation of the noise that training adds, in tens of beats a minute."""


def suggest(trial: Any) -> dict[str, Any]:
    """Return the settings that an Optuna trial varies."""
    return {
        "width": trial.suggest_categorical("width", [8, 16]),
        "learning_rate": trial.suggest_float("learning_rate", 1e-3, 1e-2, log=True),
    }
