"""One utterance -> emotion."""

from typing import Any

from ..core.spec import ModelSpec
from ..media.types import RECORDINGS
from .features import SUFFIXES, baseline_features, extract
from .results.table import LAYOUT
from .settings import TextSettings, suggest


def build(settings: TextSettings, num_classes: int) -> Any:
    """A `source.text.network.TextModel` with MiniLM's weights and an untrained head."""
    from .network import TextModel

    return TextModel(settings, num_classes)


def augment(inputs: dict[str, Any], settings: TextSettings) -> dict[str, Any]:
    """See `source.text.augment.augment`."""
    from .augment import augment

    return augment(inputs, settings)


def test_time_augment(inputs: dict[str, Any], settings: TextSettings) -> list[dict[str, Any]]:
    """One view: the utterance as it is."""
    return [inputs]


SPEC = ModelSpec(
    "text", TextSettings(), suggest, extract, build, augment, test_time_augment, SUFFIXES, baseline_features, LAYOUT,
    baseline_name="VADER", typed=True, also_predicts=RECORDINGS,
)  # fmt: skip
