"""One stretch of voice -> emotion."""

from typing import Any

from ..core.spec import ModelSpec
from .features import SUFFIXES, extract, summarise
from .results.table import LAYOUT
from .settings import AudioConfig, suggest


def build(config: AudioConfig, num_classes: int) -> Any:
    """An untrained `source.audio.network.AudioModel`."""
    from .network import AudioModel

    return AudioModel(config, num_classes)


def augment(inputs: dict[str, Any], config: AudioConfig) -> dict[str, Any]:
    """See `source.audio.augment.augment`."""
    from .augment import augment

    return augment(inputs, config)


def views(inputs: dict[str, Any], config: AudioConfig) -> list[dict[str, Any]]:
    """One view: the stretch as it is."""
    return [inputs]


SPEC = ModelSpec("audio", AudioConfig(), suggest, extract, build, augment, views, SUFFIXES, summarise, LAYOUT)
