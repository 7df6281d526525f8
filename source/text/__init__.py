"""One utterance -> emotion."""

from functools import partial

from ..core.spec import Deferred, ModelSpec
from ..media.types import RECORDINGS, TEXTS
from .limits import LIMITS
from .results.table import LAYOUT
from .settings import TextSettings, suggest

_in = partial(Deferred, __name__)

SPEC = ModelSpec(
    name="text",
    spoken_name="words",
    default_settings=TextSettings(),
    suggest=suggest,
    suffixes=TEXTS,
    extract=_in("features", "extract"),
    build=_in("network", "TextModel"),
    augment=_in("augment", "augment"),
    baseline_features=_in("features", "baseline_features"),
    baseline_name="VADER",
    initialise=_in("initial", "initialise"),
    fit_after_training=_in("initial", "blend"),
    read=_in("predict", "read"),
    typed=True,
    also_predicts=RECORDINGS,
    progress_unit="sentence",
    stranger_clips=1_500,
    layout=LAYOUT,
    limits=LIMITS,
)
