"""One face -> emotion."""

from typing import Any

from ..core.spec import ModelSpec
from .baseline import summarise
from .features import SUFFIXES, extract
from .results.table import LAYOUT
from .settings import FaceConfig, suggest
from .test_time_augmentation import views


def build(config: FaceConfig, num_classes: int) -> Any:
    """An untrained `source.face.network.FaceModel`."""
    from .network import FaceModel

    return FaceModel(config, num_classes)


def augment(inputs: dict[str, Any], config: FaceConfig) -> dict[str, Any]:
    """See `source.face.augment.augment`."""
    from .augment import augment

    return augment(inputs, config)


SPEC = ModelSpec("face", FaceConfig(), suggest, extract, build, augment, views, SUFFIXES, summarise, LAYOUT)
