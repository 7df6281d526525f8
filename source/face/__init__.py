"""One face -> emotion."""

from functools import partial

from ..core.spec import Deferred, ModelSpec
from ..media.types import PICTURES
from .limits import LIMITS
from .results.table import LAYOUT
from .settings import FaceSettings, suggest

_in = partial(Deferred, __name__)

SPEC = ModelSpec(
    name="face",
    spoken_name="face",
    training_files="training_faces",
    default_settings=FaceSettings(),
    suggest=suggest,
    suffixes=PICTURES,
    extract=_in("features", "extract"),
    build=_in("network", "FaceModel"),
    augment=_in("augment", "augment"),
    test_time_augment=_in("mirror", "test_time_augment"),
    initialise=_in("initial", "initialise"),
    fit_after_training=_in("calibration", "fit_after_training"),
    conditions=_in("calibration", "conditions"),
    calibrate=_in("calibration", "calibrate"),
    baseline_features=_in("features", "baseline_features"),
    read=_in("predict", "read"),
    stream=_in("stream", "FaceStream"),
    from_array=_in("features", "from_array"),
    progress_unit="picture",
    layout=LAYOUT,
    limits=LIMITS,
    calibrated="the temperature, fitted on val, was then raised for strangers by `stranger_temperature`",
)
