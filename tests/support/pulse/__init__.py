"""A pulse, as a column of heart rates -> emotion. The smallest model there can be: an example, and a test.

To add it to Demeanor, put this folder below source/ and a line into `source.MODELS`: `"pulse": "a pulse"`.
"""

from functools import partial

from ..core.spec import Deferred, ModelSpec
from .results import LAYOUT
from .settings import PulseSettings, suggest

_in = partial(Deferred, __name__)

SPEC = ModelSpec(
    name="pulse",
    spoken_name="pulse",
    default_settings=PulseSettings(),
    suggest=suggest,
    suffixes=(".csv",),
    extract=_in("features", "extract"),
    build=_in("network", "PulseModel"),
    augment=_in("features", "augment"),
    baseline_features=_in("features", "baseline_features"),
    read=_in("predict", "read"),
    layout=LAYOUT,
    limits=("It has only ever seen the pulses of a test.",),
)
