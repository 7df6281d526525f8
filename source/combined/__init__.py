"""A window of video -> emotion."""

from functools import partial

from ..core.spec import Deferred, ModelSpec
from ..media.types import SOUNDS, VIDEOS
from .limits import LIMITS
from .results.table import LAYOUT
from .settings import CombinedSettings, suggest

_in = partial(Deferred, __name__)

SPEC = ModelSpec(
    name="combined",
    spoken_name="video",
    training_files="training_AV",
    default_settings=CombinedSettings(),
    suggest=suggest,
    suffixes=(*VIDEOS, *SOUNDS),
    extract=_in("features", "extract"),
    build=_in("network", "CombinedModel"),
    augment=_in("augment", "augment"),
    inherit_settings=_in("pretrained_branches", "inherit_settings"),
    initialise=_in("pretrained_branches", "initialise"),
    prepare_dataset=_in("baseline", "for_training"),
    conditions=_in("baseline", "conditions"),
    calibrate=_in("baseline", "calibrate"),
    stranger_seeds=1,
    fit_after_training=_in("fitted", "fit_after_training"),
    modality_subsets=_in("modality_subsets", "modality_subsets"),
    baseline_features=_in("features", "baseline_features"),
    read=_in("predict", "read"),
    stream=_in("stream", "CombinedStream"),
    with_voice_baseline=_in("predict", "with_voice_baseline"),
    progress_unit="second",
    selectable=("start_seconds", "end_seconds", "frames_per_second", "audio_track"),
    layout=LAYOUT,
    limits=LIMITS,
    calibrated="a frozen branch is as certain as its own model is (where all are frozen the temperature is 1), a face "
    "in a video as the videos of training show that its branch is right",
)
