"""One stretch of voice -> emotion."""

from typing import Any

from source.audio.audio_config import AudioConfig, suggest
from source.audio.preprocess import SUFFIXES, extract, summarise
from source.shared.spec import ModelSpec


def build(config: AudioConfig, num_classes: int) -> Any:
    """An untrained `source.audio.audio_model.AudioModel`."""
    from source.audio.audio_model import AudioModel  # brings torch: seconds that the menu need not spend

    return AudioModel(config, num_classes)


def augment(inputs: dict[str, Any], config: AudioConfig) -> dict[str, Any]:
    """See `source.audio.augment.augment`."""
    from source.audio.augment import augment

    return augment(inputs, config)


def views(inputs: dict[str, Any], config: AudioConfig) -> list[dict[str, Any]]:
    """One view: the stretch as it is."""
    return [inputs]


SPEC = ModelSpec("audio", AudioConfig(), suggest, extract, build, augment, views, SUFFIXES, summarise)
