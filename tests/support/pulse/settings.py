"""Hyperparameters of the pulse model."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ..core.settings import TrainingSettings


@dataclass(frozen=True)
class PulseSettings(TrainingSettings):
    """How the pulse model is built and trained."""

    EXTRACT: ClassVar[tuple[str, ...]] = ("beats",)

    beats: int = 32
    """Heart rates that the network is given; a longer or shorter pulse is stretched to as many."""
    width: int = 8
    """Channels of the convolution."""
    noise: float = 0.05
    """Standard deviation of the noise that training adds, in standard deviations of the pulse."""


def suggest(trial: Any) -> dict[str, Any]:
    """Return the settings that an Optuna trial varies."""
    return {
        "width": trial.suggest_categorical("width", [8, 16]),
        "learning_rate": trial.suggest_float("learning_rate", 1e-3, 1e-2, log=True),
    }
