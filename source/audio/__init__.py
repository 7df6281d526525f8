"""One stretch of voice -> emotion."""

from typing import Any

from ..core.spec import ModelSpec
from .features import SUFFIXES, baseline_features, extract
from .results.table import LAYOUT
from .settings import AudioSettings, suggest


def build(settings: AudioSettings, num_classes: int) -> Any:
    """An untrained `source.audio.network.AudioModel`."""
    from .network import AudioModel

    return AudioModel(settings, num_classes)


def augment(inputs: dict[str, Any], settings: AudioSettings) -> dict[str, Any]:
    """See `source.audio.augment.augment`."""
    from .augment import augment

    return augment(inputs, settings)


def test_time_augment(inputs: dict[str, Any], settings: AudioSettings) -> list[dict[str, Any]]:
    """One view: the stretch as it is."""
    return [inputs]


SPEC = ModelSpec(
    "audio", AudioSettings(), suggest, extract, build, augment, test_time_augment, SUFFIXES, baseline_features, LAYOUT
)
