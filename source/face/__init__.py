"""One face -> emotion."""

from typing import Any

from source.face.face_config import FaceConfig, suggest
from source.face.preprocess import SUFFIXES, extract
from source.face.summary import summarise
from source.face.views import views
from source.shared.spec import ModelSpec


def build(config: FaceConfig, num_classes: int) -> Any:
    """An untrained `source.face.face_model.FaceModel`."""
    from source.face.face_model import FaceModel  # brings torch: seconds that preprocessing's workers need not spend

    return FaceModel(config, num_classes)


def augment(inputs: dict[str, Any], config: FaceConfig) -> dict[str, Any]:
    """See `source.face.augment.augment`."""
    from source.face.augment import augment

    return augment(inputs, config)


SPEC = ModelSpec("face", FaceConfig(), suggest, extract, build, augment, views, SUFFIXES, summarise)
