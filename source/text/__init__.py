"""One utterance -> emotion."""

from typing import Any

from ..core.spec import ModelSpec
from ..media.types import RECORDINGS
from .features import SUFFIXES, extract, summarise
from .results.table import LAYOUT
from .settings import TextConfig, suggest


def build(config: TextConfig, num_classes: int) -> Any:
    """A `source.text.network.TextModel` with MiniLM's weights and an untrained head."""
    from .network import TextModel

    return TextModel(config, num_classes)


def augment(inputs: dict[str, Any], config: TextConfig) -> dict[str, Any]:
    """See `source.text.augment.augment`."""
    from .augment import augment

    return augment(inputs, config)


def views(inputs: dict[str, Any], config: TextConfig) -> list[dict[str, Any]]:
    """One view: the utterance as it is."""
    return [inputs]


SPEC = ModelSpec(
    "text", TextConfig(), suggest, extract, build, augment, views, SUFFIXES, summarise, LAYOUT,
    baseline="VADER", typed=True, also_predicts=RECORDINGS,
)  # fmt: skip
