"""One window of voice -> emotion."""

from functools import partial

from ..core.spec import Deferred, ModelSpec
from ..media.types import RECORDINGS
from .limits import LIMITS
from .results.table import LAYOUT
from .settings import AudioSettings, suggest

_in = partial(Deferred, __name__)

SPEC = ModelSpec(
    name="audio",
    spoken_name="voice",
    training_files="extracted_audio",
    default_settings=AudioSettings(),
    suggest=suggest,
    suffixes=RECORDINGS,
    extract=_in("features", "extract"),
    build=_in("network", "AudioModel"),
    augment=_in("augment", "augment"),
    prepare_dataset=_in("baseline", "with_baselines"),
    conditions=_in("baseline", "conditions"),
    fit_after_training=_in("familiarity", "fit_familiarity"),
    calibrate=_in("baseline", "calibrate"),
    stranger_seeds=1,
    baseline_features=_in("features", "baseline_features"),
    read=_in("predict", "read"),
    stream=_in("stream", "AudioStream"),
    from_array=_in("features", "from_array"),
    with_voice_baseline=_in("predict", "with_voice_baseline"),
    progress_unit="second",
    selectable=("start_seconds", "end_seconds", "audio_track"),
    layout=LAYOUT,
    limits=LIMITS,
)
