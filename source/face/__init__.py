"""One face -> emotion."""

from source.face.augment import augment
from source.face.face_config import FaceConfig, suggest
from source.face.face_model import FaceModel
from source.face.preprocess import SUFFIXES, extract
from source.face.symmetry import mirrored
from source.shared.spec import ModelSpec

SPEC = ModelSpec(
    name="face",
    default_config=FaceConfig(),
    suggest=suggest,
    extract=extract,
    build=FaceModel,
    augment=augment,
    views=lambda inputs: [inputs, mirrored(inputs)],
    suffixes=SUFFIXES,
)
