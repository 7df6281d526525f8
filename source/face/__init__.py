"""One face -> emotion."""

from typing import Any

from ..core.spec import ModelSpec
from .baseline import baseline_features
from .features import SUFFIXES, extract
from .results.table import LAYOUT
from .settings import FaceSettings, suggest
from .test_time_augmentation import test_time_augment


def build(settings: FaceSettings, num_classes: int) -> Any:
    """An untrained `source.face.network.FaceModel`."""
    from .network import FaceModel

    return FaceModel(settings, num_classes)


def augment(inputs: dict[str, Any], settings: FaceSettings) -> dict[str, Any]:
    """See `source.face.augment.augment`."""
    from .augment import augment

    return augment(inputs, settings)


SPEC = ModelSpec(
    "face", FaceSettings(), suggest, extract, build, augment, test_time_augment, SUFFIXES, baseline_features, LAYOUT
)
